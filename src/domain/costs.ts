import { z } from 'zod';
import type { Decimal, Told } from './command.js';
import { decimalText } from './decimal.js';
import { event } from './event.js';
import { duringDay } from './moment.js';
import { mustKnowReferral, type Referrals } from './referrals.js';
import { Refused } from './refused.js';
import { currency, label, localDate, minorUnits, quantity, uuid } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

/** What a customer cost us beside its goods: what other events don't tell. Also of a customer that has ended. */
export const events = {
  /** Something done for this customer; it costs the quantity times the activity's rate of that day. */
  ActivityCostAttributed: event(z.strictObject({ activity: label, quantity, cause: label.optional() })),
  /** Money spent on this customer alone. */
  DirectCostAttributed: event(
    z.strictObject({
      /** Minor units. */
      amount: minorUnits.min(0),
      currency,
      what: label,
      incurredOn: localDate,
      /** `referral` where a referral is named. */
      cause: label.optional(),
      referralId: uuid.optional(),
    }),
  ),
};

export interface AttributeActivityCost extends Told {
  readonly activity: string;
  readonly quantity: Decimal;
  readonly cause?: string;
}

export interface AttributeDirectCost extends Told {
  /** Minor units. */
  readonly amount: number;
  /** The reporting currency when left out. */
  readonly currency?: string;
  readonly what: string;
  /** Day on which it was spent; that of `occurredAt` when left out. */
  readonly incurredOn?: string;
  readonly cause?: string;
  /** Referral by this customer that it was spent on. */
  readonly referralId?: string;
}

export interface Commands {
  AttributeActivityCost: AttributeActivityCost;
  AttributeDirectCost: AttributeDirectCost;
}

interface State {
  readonly referrals: Referrals;
}

export const rules: Rules<typeof events, State> = {
  ActivityCostAttributed: always,
  DirectCostAttributed({ referrals }, { data }) {
    if (data.referralId === undefined) return;
    mustKnowReferral(referrals, data.referralId);
    if (data.cause !== 'referral') {
      throw new Refused('cause-is-the-referral', 'What was spent on a referral has it as its cause.', 'cause');
    }
  },
};

/** Costs stand beside each other: no rule asks for an earlier one. */
export const evolve: Evolve<typeof events, unknown> = { ActivityCostAttributed: always, DirectCostAttributed: always };

export const decide: Decide<Commands, State, typeof events> = {
  AttributeActivityCost(_, { activity, quantity: told, cause }, { occurredAt }) {
    return [{ type: 'ActivityCostAttributed', occurredAt, data: { activity, quantity: decimalText(told), cause } }];
  },
  AttributeDirectCost(_, command, moment) {
    const { amount, what, incurredOn, referralId } = command;
    const occurredAt =
      incurredOn === undefined ? moment.occurredAt : duringDay(incurredOn, 'incurredOn', command, moment);
    return [
      {
        type: 'DirectCostAttributed',
        occurredAt,
        data: {
          amount,
          currency: command.currency ?? moment.currency,
          what,
          incurredOn: incurredOn ?? moment.localDay(occurredAt),
          cause: command.cause ?? (referralId === undefined ? undefined : 'referral'),
          referralId,
        },
      },
    ];
  },
};
