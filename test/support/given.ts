import type { z } from 'zod';
import type { catalogue, EventType } from '../../src/domain/catalogue.js';
import { type CommandName, type Commands } from '../../src/domain/commands.js';
import { decideOn, deciderOf } from '../../src/domain/deciders.js';
import type { DomainEvent } from '../../src/domain/event.js';
import { correct, effective, fold, type Happened, retract } from '../../src/domain/history.js';
import { localDays, type Moment } from '../../src/domain/moment.js';
import { Invalid, Refused, Unknown } from '../../src/domain/refused.js';

type DataOf<Type extends EventType> = z.infer<(typeof catalogue)[Type]['schema']>;

export const now = '2026-06-15T10:00:00.000Z';

/** An event that has happened; its id follows from its place. */
export function happened<Type extends EventType>(
  type: Type,
  data: DataOf<Type>,
  occurredAt = '2026-01-10T09:00:00.000Z',
) {
  return { type, data, occurredAt } satisfies DomainEvent;
}

/** Ids that are easy to tell apart: `uuid(7)`. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** The customer that the given events are of, unless another stream is named. */
export const self = uuid(1);

export function moment(more: Partial<Moment> = {}): Moment {
  return {
    id: uuid(99),
    now,
    occurredAt: more.now ?? now,
    source: 'api',
    currency: 'EUR',
    localDay: localDays('Europe/Amsterdam'),
    ...more,
  };
}

/** Given events of a stream, when a command, then exactly these events or this refusal. */
export function given(events: readonly DomainEvent[], stream = `customer-${self}`) {
  const { decider, id } = deciderOf(stream);
  const log: Happened[] = events.map((event, index) => ({ ...event, id: uuid(900_000 + index) }));
  return {
    /** Id of the index-th given event. */
    idOf: (index: number) => (log[index] as Happened).id,
    when<Name extends CommandName>(name: Name, command: Commands[Name], told: Partial<Moment> = {}) {
      const at = moment({ ...(command.occurredAt ? { occurredAt: command.occurredAt } : {}), ...told });
      const outcome = attempt(() => {
        if (name === 'CorrectEvent') return [correct(decider, id, log, command as Commands['CorrectEvent'], at).event];
        if (name === 'RetractEvent') return [retract(decider, id, log, command as Commands['RetractEvent'], at).event];
        return decideOn(decider, fold(decider, id, effective(log)), name, command, at);
      });
      return {
        thenEvents(...expected: DomainEvent[]) {
          // As they are stored: what is undefined is not there.
          expect(JSON.parse(JSON.stringify(outcome))).toEqual(JSON.parse(JSON.stringify(expected)));
        },
        thenRefused(rule: string, path?: string) {
          expect(outcome).toBeInstanceOf(Refused);
          expect((outcome as Refused).rule).toBe(rule);
          if (path !== undefined) expect((outcome as Refused).path).toBe(path);
        },
        thenInvalid(...paths: string[]) {
          expect(outcome).toBeInstanceOf(Invalid);
          expect((outcome as Invalid).errors.map((error) => error.path)).toEqual(paths);
        },
        thenUnknown() {
          expect(outcome).toBeInstanceOf(Unknown);
        },
        thenRecorded() {
          expect(outcome).toEqual(expect.any(Array));
        },
      };
    },
  };
}

function attempt(decide: () => readonly DomainEvent[]): readonly DomainEvent[] | Error {
  try {
    return decide();
  } catch (error) {
    if (error instanceof Refused || error instanceof Unknown || error instanceof Invalid) return error;
    throw error;
  }
}

export const registered = happened('CustomerRegistered', {
  name: 'Drukkerij De Vries',
  lifecycle: 'customer',
  externalIds: [],
});
