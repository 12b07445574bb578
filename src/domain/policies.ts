import { z } from 'zod';
import * as activityRates from './activity-rates.js';
import type { Decimal, Told } from './command.js';
import { type Decider, type DecideTable, type EventTable, rowOf } from './decider.js';
import { decimalText } from './decimal.js';
import { event } from './event.js';
import { mustDiffer, Refused } from './refused.js';
import { completeLine, schemeLine, type ToldSchemeLine } from './scheme.js';
import { currency, localDate, rate, type Segment, segment } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';
import * as valuePolicy from './value-policy.js';

/** What the company decides for everyone, each kind in a stream of its own: `policy-<kind>`. */
export const events = {
  /** How often a segment is met; holds until the next one for that segment. */
  FrequencyPolicySet: event(
    z.strictObject({
      segment,
      lines: z.array(schemeLine.omit({ ourPerson: true, theirPerson: true })).max(50),
      validFrom: localDate,
    }),
  ),
  /** 1 unit of `from` is `rate` units of `to`. */
  ExchangeRateSet: event(z.strictObject({ from: currency, to: currency, rate, validFrom: localDate })),
  ...valuePolicy.events,
  ...activityRates.events,
};

export interface SetVisitFrequency extends Told {
  readonly segments: readonly {
    readonly segment: Segment;
    readonly lines: readonly Omit<ToldSchemeLine, 'ourPerson' | 'theirPerson'>[];
  }[];
  readonly validFrom?: string;
}

export interface SetExchangeRates extends Told {
  readonly rates: readonly { readonly from: string; readonly to: string; readonly rate: Decimal }[];
  readonly validFrom?: string;
}

export interface Commands extends valuePolicy.Commands, activityRates.Commands {
  SetVisitFrequency: SetVisitFrequency;
  SetExchangeRates: SetExchangeRates;
}

/**
 * Visit frequency of a segment for which none was set, times a year by the account manager. The views hold the same.
 * Source: practice; see the definitions of the figures.
 */
export const defaultVisitsPerYear: Readonly<Record<Segment, number>> = { A: 10, B: 5, C: 4, D: 1 };

/** A policy needs no memory: a later one takes the place of an earlier one from its first day on. */
export type Policies = Readonly<Record<string, never>>;

export function initial(): Policies {
  return {};
}

export const rules: Rules<typeof events, Policies> = {
  FrequencyPolicySet: always,
  ExchangeRateSet(_, { data }) {
    if (data.from === data.to) throw new Refused('rate-to-itself', `${data.from} is worth itself.`, 'rates');
  },
  ...valuePolicy.rules,
  ...activityRates.rules,
};

export const evolve: Evolve<typeof events, Policies> = {
  FrequencyPolicySet: always,
  ExchangeRateSet: always,
  ...valuePolicy.evolve,
  ...activityRates.evolve,
};

export const decide: Decide<Commands, Policies, typeof events> = {
  SetVisitFrequency(_, { segments, validFrom }, { occurredAt, localDay }) {
    mustDiffer(
      segments.map((each) => each.segment),
      'segments',
    );
    return segments.map((each) => ({
      type: 'FrequencyPolicySet',
      occurredAt,
      data: {
        segment: each.segment,
        lines: each.lines.map((line) => {
          const { ourPerson: _ours, theirPerson: _theirs, ...complete } = completeLine(line);
          return complete;
        }),
        validFrom: validFrom ?? localDay(occurredAt),
      },
    }));
  },
  SetExchangeRates(_, { rates, validFrom }, { occurredAt, localDay }) {
    mustDiffer(
      rates.map(({ from, to }) => `${from} ${to}`),
      'rates',
    );
    return rates.map(({ from, to, rate: told }) => ({
      type: 'ExchangeRateSet',
      occurredAt,
      data: { from, to, rate: decimalText(told), validFrom: validFrom ?? localDay(occurredAt) },
    }));
  },
  ...valuePolicy.decide,
  ...activityRates.decide,
};

export const policy: Decider<Policies> = {
  initial,
  evolve(state, event) {
    rowOf(evolve as unknown as EventTable<Policies>, event.type, 'a policy')(state, event);
  },
  check(state, event) {
    rowOf(rules as unknown as EventTable<Policies>, event.type, 'a policy')(state, event);
  },
  checkMoved: always,
  mustExist: always,
  decide(state, name, command, moment) {
    return rowOf(decide as unknown as DecideTable<Policies>, name, 'a policy')(state, command, moment);
  },
};
