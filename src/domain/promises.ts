import { z } from 'zod';
import type { Told } from './command.js';
import { event, sealable } from './event.js';
import { mustBeActive, type Profile } from './profile.js';
import { Refused } from './refused.js';
import { localDate, longText, repId, uuid } from './shapes.js';
import type { Decide, Evolve, Rules } from './topic.js';

export const events = {
  PromiseMade: event(
    z.strictObject({
      promiseId: uuid,
      what: sealable(longText),
      /** Who of us has to keep it. */
      owner: repId.optional(),
      dueOn: localDate.optional(),
      visitId: uuid.optional(),
    }),
    { identity: 'promiseId' },
  ),
  PromiseKept: event(z.strictObject({ promiseId: uuid }), { identity: 'promiseId' }),
  PromiseBroken: event(z.strictObject({ promiseId: uuid, reason: sealable(longText).optional() }), {
    identity: 'promiseId',
  }),
};

export interface MakePromise extends Told {
  readonly what: string;
  readonly owner?: string;
  readonly dueOn?: string;
  readonly visitId?: string;
}

export interface KeepPromise extends Told {
  readonly promiseId: string;
}

export interface BreakPromise extends Told {
  readonly promiseId: string;
  readonly reason?: string;
}

export interface Commands {
  MakePromise: MakePromise;
  KeepPromise: KeepPromise;
  BreakPromise: BreakPromise;
}

/** What became of each promise, by its id. */
export type Promises = Map<string, 'open' | 'kept' | 'broken'>;

interface State {
  readonly profile: Profile;
  readonly promises: Promises;
}

export function initial(): Promises {
  return new Map();
}

function mustBeOpen(promises: Promises, promiseId: string): void {
  const state = promises.get(promiseId);
  if (!state) throw new Refused('unknown-promise', `There is no promise ${promiseId}.`, 'promiseId');
  if (state !== 'open') {
    throw new Refused('promise-already-settled', `Promise ${promiseId} was ${state} already.`, 'promiseId');
  }
}

export const rules: Rules<typeof events, State> = {
  PromiseMade({ profile, promises }, { data, occurredAt }) {
    mustBeActive(profile, occurredAt);
    if (promises.has(data.promiseId)) {
      throw new Refused('promise-already-made', `Promise ${data.promiseId} was made already.`, 'promiseId');
    }
  },
  PromiseKept({ promises }, { data }) {
    mustBeOpen(promises, data.promiseId);
  },
  PromiseBroken({ promises }, { data }) {
    mustBeOpen(promises, data.promiseId);
  },
};

export const evolve: Evolve<typeof events, Promises> = {
  PromiseMade(promises, { data }) {
    promises.set(data.promiseId, 'open');
  },
  PromiseKept(promises, { data }) {
    promises.set(data.promiseId, 'kept');
  },
  PromiseBroken(promises, { data }) {
    promises.set(data.promiseId, 'broken');
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  MakePromise(_, { what, owner, dueOn, visitId }, { id, occurredAt }) {
    return [{ type: 'PromiseMade', occurredAt, data: { promiseId: id, what, owner, dueOn, visitId } }];
  },
  KeepPromise(_, { promiseId }, { occurredAt }) {
    return [{ type: 'PromiseKept', occurredAt, data: { promiseId } }];
  },
  BreakPromise(_, { promiseId, reason }, { occurredAt }) {
    return [{ type: 'PromiseBroken', occurredAt, data: { promiseId, reason } }];
  },
};
