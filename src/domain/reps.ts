import { z } from 'zod';
import type { Told } from './command.js';
import { type Decider, type DecideTable, type EventTable, rowOf } from './decider.js';
import { event, sealable } from './event.js';
import { localDays } from './moment.js';
import { Refused, Unknown } from './refused.js';
import { label, localDate, repId } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

/** Our people, each with a stream of their own: `rep-<id>`. */
export const events = {
  RepRegistered: event(
    z.strictObject({ repId, name: sealable(label), email: sealable(label).optional(), timeZone: label.optional() }),
    { identity: 'repId' },
  ),
  RepLeft: event(z.strictObject({ repId, leftOn: localDate }), { identity: 'repId' }),
};

export interface RegisterRep extends Told {
  readonly repId: string;
  readonly name: string;
  readonly email?: string;
  /** IANA zone; that of the log when left out. */
  readonly timeZone?: string;
}

/** Told to the rep's own stream. */
export interface RecordRepLeft extends Told {
  /** First day without them; that of `occurredAt` when left out. */
  readonly leftOn?: string;
}

export interface Commands {
  RegisterRep: RegisterRep;
  RecordRepLeft: RecordRepLeft;
}

export interface Rep {
  readonly id: string;
  registered: boolean;
  leftOn: string | undefined;
}

export function initial(id: string): Rep {
  return { id, registered: false, leftOn: undefined };
}

export const rules: Rules<typeof events, Rep> = {
  RepRegistered(rep, { data }) {
    if (rep.registered) throw new Refused('rep-already-registered', `Rep ${rep.id} is registered already.`, 'repId');
    if (data.repId !== rep.id) throw new Refused('other-rep', `This is told to rep ${rep.id}.`, 'repId');
    if (data.timeZone !== undefined && !timeZoneExists(data.timeZone)) {
      throw new Refused('unknown-time-zone', `There is no time zone ${data.timeZone}.`, 'timeZone');
    }
  },
  RepLeft(rep) {
    if (!rep.registered) throw new Unknown(`There is no rep ${rep.id}.`);
    if (rep.leftOn !== undefined) throw new Refused('rep-already-left', `Rep ${rep.id} left on ${rep.leftOn}.`);
  },
};

function timeZoneExists(timeZone: string): boolean {
  try {
    localDays(timeZone);
    return true;
  } catch {
    return false;
  }
}

export const evolve: Evolve<typeof events, Rep> = {
  RepRegistered(rep) {
    rep.registered = true;
  },
  RepLeft(rep, { data }) {
    rep.leftOn = data.leftOn;
  },
};

export const decide: Decide<Commands, Rep, typeof events> = {
  RegisterRep(_, { repId, name, email, timeZone }, { occurredAt }) {
    return [{ type: 'RepRegistered', occurredAt, data: { repId, name, email, timeZone } }];
  },
  RecordRepLeft(rep, { leftOn }, { occurredAt, localDay }) {
    return [{ type: 'RepLeft', occurredAt, data: { repId: rep.id, leftOn: leftOn ?? localDay(occurredAt) } }];
  },
};

export const rep: Decider<Rep> = {
  initial,
  evolve(state, event) {
    rowOf(evolve as unknown as EventTable<Rep>, event.type, 'a rep')(state, event);
  },
  check(state, event) {
    rowOf(rules as unknown as EventTable<Rep>, event.type, 'a rep')(state, event);
  },
  checkMoved: always,
  mustExist(state, command) {
    if (command !== 'RegisterRep' && !state.registered) throw new Unknown(`There is no rep ${state.id}.`);
  },
  decide(state, name, command, moment) {
    return rowOf(decide as unknown as DecideTable<Rep>, name, 'a rep')(state, command, moment);
  },
};
