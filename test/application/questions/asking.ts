import { type Answer, Ask, AskHandler, type Question, type When } from '../../../src/application/ask.js';
import { Clock } from '../../../src/application/ports/clock.js';
import { KeyRing, type SubjectKey } from '../../../src/application/ports/key-ring.js';
import { ThreadedValueModels } from '../../../src/infrastructure/lifetime/threaded-value-models.js';
import { type GivenEvent, type GivenReadSide, givenReadSide } from '../../support/read-side.js';

/** Ids that are easy to tell apart: `uuid(7)`. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

export class FixedClock extends Clock {
  constructor(public instant: string) {
    super();
  }
  now(): number {
    return Date.parse(this.instant);
  }
}

/** Nothing was sealed here. */
class EmptyKeyRing extends KeyRing {
  keyFor(): Promise<Buffer> {
    throw new Error('Nothing is sealed here.');
  }
  async find(): Promise<ReadonlyMap<string, Buffer>> {
    return new Map();
  }
  keys(): AsyncIterable<SubjectKey> {
    throw new Error('Nothing is moved here.');
  }
  destroyed(): AsyncIterable<string> {
    throw new Error('Nothing is moved here.');
  }
  async adopt(): Promise<void> {
    throw new Error('Nothing is moved here.');
  }
  requestKey(): Buffer {
    throw new Error('Nothing is asked to be recorded here.');
  }
  destroy(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

type Told = Partial<Omit<GivenEvent, 'type' | 'data' | 'stream'>>;

/** Events of a made-up company, told briefly. */
export const tell = {
  event(customer: number, type: string, at: string, data: unknown, told: Told = {}): GivenEvent {
    return { type, at, data, stream: `customer-${uuid(customer)}`, ...told };
  },
  registered(customer: number, at = '2024-01-01', more: object = {}, told?: Told): GivenEvent {
    return tell.event(
      customer,
      'CustomerRegistered',
      at,
      { name: `Klant ${customer}`, lifecycle: 'customer', externalIds: [], ...more },
      told,
    );
  },
  ordered(customer: number, order: number, at: string, net: number, more: object = {}, told?: Told): GivenEvent {
    return tell.event(
      customer,
      'OrderPlaced',
      at,
      { orderId: uuid(order), currency: 'EUR', lines: [{ sku: 'pen', quantity: '1', net }], ...more },
      told,
    );
  },
  returned(
    customer: number,
    id: number,
    order: number | undefined,
    at: string,
    net: number,
    more: object = {},
  ): GivenEvent {
    return tell.event(customer, 'OrderLineReturned', at, {
      returnId: uuid(id),
      ...(order !== undefined && { orderId: uuid(order) }),
      currency: 'EUR',
      lines: [{ sku: 'pen', quantity: '1', net }],
      ...more,
    });
  },
  cancelled(customer: number, order: number, at: string, told?: Told): GivenEvent {
    return tell.event(customer, 'OrderCancelled', at, { orderId: uuid(order) }, told);
  },
  merged(survivor: number, absorbed: readonly number[], at: string, told?: Told): GivenEvent {
    return tell.event(
      survivor,
      'CustomersMerged',
      at,
      { survivorId: uuid(survivor), mergedIds: absorbed.map(uuid) },
      told,
    );
  },
  takenOver(absorbed: number, by: number, validFrom: string, at = validFrom, told?: Told): GivenEvent {
    return tell.event(absorbed, 'CustomerTakenOver', at, { by: uuid(by), validFrom }, told);
  },
  assigned(customer: number, repId: string, validFrom: string, role = 'accountManager'): GivenEvent {
    return tell.event(customer, 'AccountTeamMemberAssigned', validFrom, { repId, role, validFrom });
  },
  removed(customer: number, repId: string, validFrom: string, role = 'accountManager'): GivenEvent {
    return tell.event(customer, 'AccountTeamMemberLeft', validFrom, { repId, role, validFrom });
  },
  rate(from: string, to: string, rate: string, validFrom: string, told: Told = {}): GivenEvent {
    const data = { from, to, rate, validFrom };
    return { type: 'ExchangeRateSet', at: validFrom, data, stream: 'policy-exchange-rates', ...told };
  },
  thresholds(a: string, b: string, c: string, validFrom: string): GivenEvent {
    return {
      type: 'ValuePolicySet',
      at: validFrom,
      data: { thresholds: { a, b, c }, validFrom },
      stream: 'policy-value',
    };
  },
  corrected(of: GivenEvent, data: object, recordedAt: string, at = of.at, reason = 'a typing error'): GivenEvent {
    return {
      type: 'EventCorrected',
      at: recordedAt,
      recordedAt,
      stream: of.stream,
      data: {
        targetEventId: of.id,
        replacement: {
          type: of.type,
          schemaVersion: 1,
          occurredAt: at.length === 10 ? `${at}T12:00:00.000Z` : at,
          data: { ...(of.data as object), ...data },
        },
        reason,
      },
    };
  },
  retracted(of: GivenEvent, recordedAt: string, reason = 'never happened'): GivenEvent {
    return {
      type: 'EventRetracted',
      at: recordedAt,
      recordedAt,
      stream: of.stream,
      data: { targetEventId: of.id, reason },
    };
  },
};

export interface Asking extends GivenReadSide {
  readonly handler: AskHandler;
  readonly clock: FixedClock;
  readonly models: ThreadedValueModels;
  ask<Params, Data>(question: Question<Params, Data>, params: Params, when?: When): Promise<Data>;
  answer<Params, Data>(question: Question<Params, Data>, params: Params, when?: When): Promise<Answer<Data>>;
}

const opened: Asking[] = [];

/** Given these events, questions can be asked; now is the end of 2026. Call closeAll after each test. */
export async function givenEvents(...events: readonly GivenEvent[]): Promise<Asking> {
  const given = await givenReadSide(events);
  const clock = new FixedClock('2026-12-31T12:00:00.000Z');
  const models = new ThreadedValueModels();
  const handler = new AskHandler(given.readSide, given.log, new EmptyKeyRing(), clock, models);
  const answer = <P, D>(question: Question<P, D>, params: P, when: When = {}) =>
    handler.execute(new Ask(question, params, when));
  const asking: Asking = {
    ...given,
    handler,
    clock,
    models,
    answer,
    ask: async (question, params, when) => (await answer(question, params, when)).data,
  };
  opened.push(asking);
  return asking;
}

export async function closeAll(): Promise<void> {
  for (const asking of opened.splice(0)) {
    await asking.models.close();
    await asking.close();
  }
}
