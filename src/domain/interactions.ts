import { z } from 'zod';
import type { Told } from './command.js';
import { event, sealable } from './event.js';
import { mustKnowAll, type People } from './people.js';
import { mustBeActive, type Profile } from './profile.js';
import { Refused } from './refused.js';
import { type Contact, contact, type InteractionChannel, interactionChannel, longText, repId, uuid } from './shapes.js';
import type { Decide, Evolve, Rules } from './topic.js';

export const events = {
  InteractionLogged: event(
    z.strictObject({
      interactionId: uuid,
      channel: interactionChannel,
      direction: z.enum(['inbound', 'outbound']),
      heldBy: z.array(repId).max(20),
      contactPersons: z.array(contact).max(50),
      orderIds: z.array(uuid).max(100),
      /** Whether the contact scheme counts it, for lines of its own channel: a newsletter does not stand in for a call. */
      countsTowardScheme: z.boolean(),
      durationMinutes: z.int().min(1).max(10_080).optional(),
      notes: sealable(longText).optional(),
    }),
    { identity: 'interactionId' },
  ),
};

export interface LogInteraction extends Told {
  readonly channel: InteractionChannel;
  /** `outbound` when left out. */
  readonly direction?: 'inbound' | 'outbound';
  readonly heldBy?: readonly string[];
  readonly contactPersons?: readonly Contact[];
  readonly orderIds?: readonly string[];
  /** For the scheme's lines of its own channel. Yes when left out: a newsletter does count where newsletters are due. */
  readonly countsTowardScheme?: boolean;
  readonly durationMinutes?: number;
  readonly notes?: string;
}

export interface Commands {
  LogInteraction: LogInteraction;
}

interface State {
  readonly profile: Profile;
  readonly people: People;
  readonly interactions: Interactions;
}

export type Interactions = Set<string>;

export function initial(): Interactions {
  return new Set();
}

export const rules: Rules<typeof events, State> = {
  InteractionLogged({ profile, people, interactions }, { data, occurredAt }) {
    mustBeActive(profile, occurredAt);
    mustKnowAll(people, data.contactPersons, occurredAt);
    if (interactions.has(data.interactionId)) {
      throw new Refused('interaction-already-logged', `Interaction ${data.interactionId} is there already.`, 'id');
    }
  },
};

export const evolve: Evolve<typeof events, Interactions> = {
  InteractionLogged(interactions, { data }) {
    interactions.add(data.interactionId);
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  LogInteraction(_, command, { id, occurredAt }) {
    return [
      {
        type: 'InteractionLogged',
        occurredAt,
        data: {
          interactionId: id,
          channel: command.channel,
          direction: command.direction ?? 'outbound',
          heldBy: [...(command.heldBy ?? [])],
          contactPersons: (command.contactPersons ?? []).map((person) => ({ id: person.id, layer: person.layer })),
          orderIds: [...(command.orderIds ?? [])],
          countsTowardScheme: command.countsTowardScheme ?? true,
          durationMinutes: command.durationMinutes,
          notes: command.notes,
        },
      },
    ];
  },
};
