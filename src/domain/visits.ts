import { z } from 'zod';
import type { Told } from './command.js';
import type { EventOf } from './event.js';
import { event, sealable } from './event.js';
import { partIdFor } from './ids.js';
import { mustKnowAll, type People } from './people.js';
import { mustBeActive, type Profile } from './profile.js';
import type { events as promises } from './promises.js';
import { Refused } from './refused.js';
import { type Contact, contact, label, localDate, longText, repId, uuid } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';
import { type EstimatedWallet, estimated, type events as wallet } from './wallet.js';

export const events = {
  VisitLogged: event(
    z.strictObject({
      visitId: uuid,
      /** Who of us was there; the actor is who told the system. */
      heldBy: z.array(repId).max(20),
      contactPersons: z.array(contact).max(50),
      orderIds: z.array(uuid).max(100),
      topics: z.array(label).max(50),
      needs: z.array(sealable(longText)).max(50).optional(),
      outcome: sealable(longText).optional(),
      durationMinutes: z.int().min(1).max(10_080).optional(),
      notes: sealable(longText).optional(),
    }),
    { identity: 'visitId' },
  ),
  VisitPlanned: event(
    z.strictObject({
      visitId: uuid,
      repId: repId.optional(),
      window: z.strictObject({ from: localDate, to: localDate }),
      schemeLine: label.optional(),
      reasons: z.array(label).max(20).optional(),
    }),
    { identity: 'visitId' },
  ),
  VisitRescheduled: event(
    z.strictObject({ visitId: uuid, window: z.strictObject({ from: localDate, to: localDate }) }),
    { identity: 'visitId' },
  ),
  VisitNotHeld: event(
    z.strictObject({ visitId: uuid, why: z.enum(['missed', 'cancelled']), reason: sealable(longText).optional() }),
    { identity: 'visitId' },
  ),
};

export interface LogVisit extends Told {
  /** The planned visit that this was; a visit of its own when left out. */
  readonly visitId?: string;
  readonly heldBy?: readonly string[];
  readonly contactPersons?: readonly Contact[];
  readonly orderIds?: readonly string[];
  readonly topics?: readonly string[];
  readonly needs?: readonly string[];
  readonly outcome?: string;
  /** Recorded together with the visit, or not at all. */
  readonly promises?: readonly {
    readonly id?: string;
    readonly what: string;
    readonly owner?: string;
    readonly dueOn?: string;
  }[];
  /** Likewise. */
  readonly wallet?: EstimatedWallet;
  readonly durationMinutes?: number;
  readonly notes?: string;
}

export interface PlanVisit extends Told {
  readonly repId?: string;
  readonly window: { readonly from: string; readonly to: string };
  readonly schemeLine?: string;
  readonly reasons?: readonly string[];
}

export interface RescheduleVisit extends Told {
  readonly visitId: string;
  readonly window: { readonly from: string; readonly to: string };
}

export interface RecordVisitNotHeld extends Told {
  readonly visitId: string;
  readonly why: 'missed' | 'cancelled';
  readonly reason?: string;
}

export interface Commands {
  LogVisit: LogVisit;
  PlanVisit: PlanVisit;
  RescheduleVisit: RescheduleVisit;
  RecordVisitNotHeld: RecordVisitNotHeld;
}

/** What became of each visit, by its id. */
export type Visits = Map<string, 'planned' | 'held' | 'notHeld'>;

interface State {
  readonly profile: Profile;
  readonly people: People;
  readonly visits: Visits;
}

export function initial(): Visits {
  return new Map();
}

function mustBePlanned(visits: Visits, visitId: string): void {
  const visit = visits.get(visitId);
  if (visit === 'planned') return;
  if (!visit) throw new Refused('unknown-visit', `No visit ${visitId} was planned.`, 'visitId');
  throw visit === 'held'
    ? new Refused('visit-already-logged', `Visit ${visitId} was held already.`, 'visitId')
    : new Refused('visit-not-held', `Visit ${visitId} was not held.`, 'visitId');
}

function mustBeWindow({ from, to }: { from: string; to: string }): void {
  if (to < from)
    throw new Refused('window-backwards', `The window ends (${to}) before it begins (${from}).`, 'window.to');
}

export const rules: Rules<typeof events, State> = {
  VisitLogged({ profile, people, visits }, { data, occurredAt }) {
    mustBeActive(profile, occurredAt);
    mustKnowAll(people, data.contactPersons, occurredAt);
    if (visits.has(data.visitId)) mustBePlanned(visits, data.visitId);
  },
  VisitPlanned({ profile, visits }, { data, occurredAt }) {
    mustBeActive(profile, occurredAt);
    mustBeWindow(data.window);
    if (visits.has(data.visitId)) {
      throw new Refused('visit-already-planned', `Visit ${data.visitId} is there already.`, 'id');
    }
  },
  VisitRescheduled({ visits }, { data }) {
    mustBePlanned(visits, data.visitId);
    mustBeWindow(data.window);
  },
  VisitNotHeld({ visits }, { data }) {
    mustBePlanned(visits, data.visitId);
  },
};

export const evolve: Evolve<typeof events, Visits> = {
  VisitLogged(visits, { data }) {
    visits.set(data.visitId, 'held');
  },
  VisitPlanned(visits, { data }) {
    visits.set(data.visitId, 'planned');
  },
  VisitRescheduled: always,
  VisitNotHeld(visits, { data }) {
    visits.set(data.visitId, 'notHeld');
  },
};

export const decide: Decide<Commands, State, typeof events & typeof promises & typeof wallet> = {
  LogVisit({ visits }, command, { id, occurredAt, currency }) {
    if (command.visitId !== undefined) mustBePlanned(visits, command.visitId);
    const visitId = command.visitId ?? id;
    const visit: EventOf<typeof events, 'VisitLogged'> = {
      type: 'VisitLogged',
      occurredAt,
      data: {
        visitId,
        heldBy: [...(command.heldBy ?? [])],
        contactPersons: (command.contactPersons ?? []).map((person) => ({ id: person.id, layer: person.layer })),
        orderIds: [...(command.orderIds ?? [])],
        topics: [...(command.topics ?? [])],
        needs: command.needs && [...command.needs],
        outcome: command.outcome,
        durationMinutes: command.durationMinutes,
        notes: command.notes,
      },
    };
    const made = (command.promises ?? []).map(
      ({ id: promiseId, what, owner, dueOn }, index): EventOf<typeof promises, 'PromiseMade'> => ({
        type: 'PromiseMade',
        occurredAt,
        data: { promiseId: promiseId ?? partIdFor(id, 'promise', index), what, owner, dueOn, visitId },
      }),
    );
    mustDiffer(made.map(({ data }) => data.promiseId));
    return command.wallet ? [visit, ...made, estimated(command.wallet, occurredAt, currency)] : [visit, ...made];
  },
  PlanVisit(_, { repId, window, schemeLine, reasons }, { id, occurredAt }) {
    return [
      {
        type: 'VisitPlanned',
        occurredAt,
        data: {
          visitId: id,
          repId,
          window: { from: window.from, to: window.to },
          schemeLine,
          reasons: reasons && [...reasons],
        },
      },
    ];
  },
  RescheduleVisit(_, { visitId, window }, { occurredAt }) {
    return [{ type: 'VisitRescheduled', occurredAt, data: { visitId, window: { from: window.from, to: window.to } } }];
  },
  RecordVisitNotHeld(_, { visitId, why, reason }, { occurredAt }) {
    return [{ type: 'VisitNotHeld', occurredAt, data: { visitId, why, reason } }];
  },
};

function mustDiffer(promiseIds: readonly string[]): void {
  promiseIds.forEach((promiseId, index) => {
    if (promiseIds.indexOf(promiseId) < index) {
      throw new Refused('promise-already-made', `Promise ${promiseId} is named twice.`, `promises.${index}.id`);
    }
  });
}
