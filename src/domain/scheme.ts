import { z } from 'zod';
import type { Told } from './command.js';
import { event, sealable } from './event.js';
import { mustKnow, type People } from './people.js';
import { mustBeActive, type Profile } from './profile.js';
import {
  type Layer,
  layer,
  localDate,
  longText,
  type OurRole,
  ourRole,
  repId,
  type SchemeChannel,
  schemeChannel,
  uuid,
} from './shapes.js';
import type { Decide, Evolve, Rules } from './topic.js';

/** Who of us meets whom of them, how, how often. A named person narrows a role or layer. */
export const schemeLine = z.strictObject({
  ourRole,
  ourPerson: repId.optional(),
  theirLayer: layer.optional(),
  theirPerson: uuid.optional(),
  channel: schemeChannel,
  timesPerYear: z.number().min(0.1).max(365),
  /** Due from this share of the interval, in per cent. */
  earliestPct: z.int().min(0).max(100),
  /** Overdue past this share of the interval, in per cent. */
  latestPct: z.int().min(100).max(300),
});

const scheme = z.strictObject({
  lines: z.array(schemeLine).min(1).max(50),
  validFrom: localDate,
  reason: sealable(longText),
});

type SchemeData = z.infer<typeof scheme>;

/** A customer's own contact scheme, in the place of what the visit-frequency policy gives its segment. */
export const events = {
  ContactSchemeDrawnUp: event(scheme),
  ContactSchemeAdjusted: event(scheme),
};

export interface ToldSchemeLine {
  readonly ourRole: OurRole;
  readonly ourPerson?: string;
  readonly theirLayer?: Layer;
  readonly theirPerson?: string;
  readonly channel: SchemeChannel;
  readonly timesPerYear: number;
  /** 70 when left out. */
  readonly earliestPct?: number;
  /** 100 when left out. */
  readonly latestPct?: number;
}

export interface DrawUpContactScheme extends Told {
  readonly lines: readonly ToldSchemeLine[];
  readonly validFrom?: string;
  readonly reason: string;
}

export interface Commands {
  DrawUpContactScheme: DrawUpContactScheme;
}

/** Fills in what a told line leaves out: due from 70% of the interval, overdue past all of it. */
export function completeLine(line: ToldSchemeLine) {
  return {
    ourRole: line.ourRole,
    ourPerson: line.ourPerson,
    theirLayer: line.theirLayer,
    theirPerson: line.theirPerson,
    channel: line.channel,
    timesPerYear: line.timesPerYear,
    earliestPct: line.earliestPct ?? 70,
    latestPct: line.latestPct ?? 100,
  };
}

export interface Scheme {
  drawnUp: boolean;
}

interface State {
  readonly profile: Profile;
  readonly people: People;
  readonly scheme: Scheme;
}

export function initial(): Scheme {
  return { drawnUp: false };
}

function mustFit({ profile, people }: State, { data, occurredAt }: { data: SchemeData; occurredAt: string }): void {
  mustBeActive(profile, occurredAt);
  data.lines.forEach(({ theirPerson }, index) => {
    if (theirPerson !== undefined) mustKnow(people, theirPerson, occurredAt, `lines.${index}.theirPerson`);
  });
}

export const rules: Rules<typeof events, State> = { ContactSchemeDrawnUp: mustFit, ContactSchemeAdjusted: mustFit };

export const evolve: Evolve<typeof events, Scheme> = {
  ContactSchemeDrawnUp(state) {
    state.drawnUp = true;
  },
  ContactSchemeAdjusted(state) {
    state.drawnUp = true;
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  DrawUpContactScheme({ scheme: { drawnUp } }, command, { occurredAt, localDay }) {
    return [
      {
        type: drawnUp ? 'ContactSchemeAdjusted' : 'ContactSchemeDrawnUp',
        occurredAt,
        data: {
          lines: command.lines.map(completeLine),
          validFrom: command.validFrom ?? localDay(occurredAt),
          reason: command.reason,
        },
      },
    ];
  },
};
