import { WrongExpectedRevision } from '../../src/application/ports/event-log.js';
import { type Outcome, registration } from '../../src/application/record.js';
import { customerIdFor } from '../../src/domain/ids.js';
import { companyStream, customerStream, externalIdStream, policyStream, repStream } from '../../src/domain/streams.js';
import { uuid } from '../support/given.js';
import { by, Recorder } from '../support/recorder.js';

let recorder: Recorder;
beforeEach(async () => {
  recorder = await Recorder.open();
});
afterEach(async () => {
  await recorder.close();
});

const refusedBy = (rule: string) => expect.objectContaining({ status: 'refused', rule });
const line = { sku: 'PEN', quantity: 10, net: 1_000 };

describe('recording', () => {
  it('answers with the event, its revision and its position', async () => {
    const stream = await recorder.customer(uuid(1));
    const outcome = await recorder.tell(stream, 'LogVisit', { id: uuid(2), heldBy: ['anna'] });
    const [, visit] = await recorder.stored(stream);
    expect(outcome).toEqual({
      status: 'recorded',
      id: uuid(2),
      eventId: visit?.id,
      revision: '1',
      position: `${recorder.log.id}-${visit?.position}`,
    });
  });

  it('makes an id where none is given', async () => {
    const stream = await recorder.customer(uuid(1));
    const outcome = await recorder.tell(stream, 'LogVisit', {});
    const [, visit] = await recorder.events(stream);
    expect(outcome.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(visit?.data).toMatchObject({ visitId: outcome.id });
  });

  it('keeps when it happened, who told it and how, schema version and time first', async () => {
    const stream = await recorder.customer(uuid(1));
    const told = { actor: 'bram', source: 'web', correlationId: 'call-7' } as const;
    await recorder.tell(stream, 'LogVisit', { id: uuid(2), occurredAt: '2026-06-01T11:00:00+02:00' }, told);
    const [, visit] = await recorder.stored(stream);
    expect(visit?.metadata).toMatch(/^\{"schemaVersion":1,"occurredAt":"2026-06-01T09:00:00.000Z",/);
    expect(JSON.parse(visit?.metadata ?? '')).toMatchObject({ ...told, requestId: uuid(2) });
  });

  it('of a visit and what came up in it is one: the answer’s position includes all of it', async () => {
    const stream = await recorder.customer(uuid(1));
    const outcome = await recorder.tell(stream, 'LogVisit', {
      id: uuid(2),
      promises: [{ what: 'Samples' }],
      wallet: { category: 'pens', annualSpend: 100 },
    });
    const events = await recorder.stored(stream);
    expect(events.map(({ type }) => type)).toEqual([
      'CustomerRegistered',
      'VisitLogged',
      'PromiseMade',
      'WalletEstimated',
    ]);
    expect(outcome).toMatchObject({
      eventId: events[1]?.id,
      revision: '3',
      position: `${recorder.log.id}-${events[3]?.position}`,
    });
  });

  it('of several commands gives each its own answer, in order, and records what is accepted', async () => {
    const stream = customerStream(uuid(1));
    const outcomes = await recorder.tellAll(stream, [
      { name: 'RegisterCustomer', id: uuid(1), payload: { name: 'A' } },
      { name: 'LogVisit', id: uuid(2), payload: {} },
      { name: 'CancelOrder', id: uuid(3), payload: { orderId: uuid(50) } },
      { name: 'PlaceOrder', id: uuid(50), payload: { currency: 'EUR', lines: [line] } },
      { name: 'CancelOrder', id: uuid(5), payload: { orderId: uuid(50) } },
      { name: 'LogVisit', id: uuid(6), payload: { durationMinutes: 0.5 } },
      { name: 'LogVisit', id: uuid(2), payload: {} },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'recorded',
      'recorded',
      'refused',
      'recorded',
      'recorded',
      'invalid',
      'repeated',
    ]);
    const events = await recorder.stored(stream);
    expect(outcomes.map((outcome) => 'position' in outcome && outcome.position)).toEqual([
      `${recorder.log.id}-${events[0]?.position}`,
      `${recorder.log.id}-${events[1]?.position}`,
      false,
      `${recorder.log.id}-${events[2]?.position}`,
      `${recorder.log.id}-${events[3]?.position}`,
      false,
      `${recorder.log.id}-${events[1]?.position}`,
    ]);
    expect(outcomes[5]).toMatchObject({ errors: [{ path: 'durationMinutes' }] });
  });

  it('of more than one append holds is cut between commands', async () => {
    const stream = await recorder.customer(uuid(1));
    const notes = 'x'.repeat(9_000);
    const commands = Array.from({ length: 150 }, (_, index) => ({
      name: 'LogVisit' as const,
      id: uuid(100 + index),
      payload: { notes },
    }));
    const outcomes = await recorder.tellAll(stream, commands);
    expect(outcomes.every(({ status }) => status === 'recorded')).toBe(true);
    expect(await recorder.stored(stream)).toHaveLength(151);
    const promises = Array.from({ length: 120 }, () => ({ what: 'y'.repeat(9_999) }));
    expect(await recorder.tell(stream, 'LogVisit', { promises })).toMatchObject({ status: 'invalid' });
    expect(await recorder.tell(stream, 'LogVisit', {})).toMatchObject({ status: 'recorded', revision: '151' });
  });

  it('is refused of what lies in the future, and of times that are none', async () => {
    const stream = await recorder.customer(uuid(1));
    expect(await recorder.tell(stream, 'LogVisit', { occurredAt: '2026-06-15T10:05:00Z' })).toMatchObject({
      status: 'recorded',
    });
    expect(await recorder.tell(stream, 'LogVisit', { occurredAt: '2026-06-15T10:06:00Z' })).toEqual(
      refusedBy('in-the-future'),
    );
    const placedAt = '2026-06-16T10:00:00Z';
    expect(await recorder.tell(stream, 'PlaceOrder', { placedAt, currency: 'EUR', lines: [line] })).toMatchObject({
      path: 'placedAt',
    });
    expect(await recorder.tell(stream, 'LogVisit', { occurredAt: 'yesterday' })).toMatchObject({
      status: 'invalid',
      errors: [{ path: 'occurredAt' }],
    });
  });

  it('of an unknown customer or rep is told from a refusal', async () => {
    expect(await recorder.tell(customerStream(uuid(9)), 'LogVisit', {})).toMatchObject({ status: 'unknown' });
    expect(await recorder.tell(repStream('nobody'), 'RecordRepLeft', {})).toMatchObject({ status: 'unknown' });
    expect(await recorder.stored(customerStream(uuid(9))).catch((error: Error) => error.name)).toBe('StreamNotFound');
  });

  it('goes to customers, reps and policies, and to no other stream', async () => {
    const rates = [{ from: 'USD', to: 'EUR', rate: 0.9 }];
    expect(await recorder.tell(repStream('anna'), 'RegisterRep', { repId: 'anna', name: 'Anna' })).toMatchObject({
      status: 'recorded',
    });
    expect(await recorder.tell(policyStream('exchange-rates'), 'SetExchangeRates', { rates })).toMatchObject({
      status: 'recorded',
    });
    await expect(recorder.tell(companyStream, 'SetExchangeRates', { rates })).rejects.toThrow('Nothing can be told');
    await expect(recorder.tell(repStream('anna'), 'SetExchangeRates', { rates })).rejects.toThrow('no place');
  });

  it('chains each event to the one before it', async () => {
    const { chainHash } = await import('../../src/application/chain.js');
    const stream = await recorder.customer(uuid(1));
    await recorder.tell(stream, 'LogVisit', { promises: [{ what: 'Samples' }] });
    await recorder.tellAll(stream, [
      { name: 'LogVisit', payload: {} },
      { name: 'LogVisit', payload: {} },
    ]);
    recorder.forget();
    await recorder.tell(stream, 'LogVisit', {});
    const stored = await recorder.stored(stream);
    const events = await recorder.events(stream);
    expect(events.map(({ metadata }) => metadata.previousHash)).toEqual([
      undefined,
      ...stored.slice(0, -1).map(chainHash),
    ]);
    expect(events).toHaveLength(6);
  });
});

describe('a repeat', () => {
  it('with the same content gives the original answer and records nothing, also after later events and a restart', async () => {
    const stream = await recorder.customer(uuid(1));
    const visit = { id: uuid(2), heldBy: ['anna'], promises: [{ what: 'Samples' }] };
    const original = await recorder.tell(stream, 'LogVisit', visit);
    await recorder.tell(stream, 'LogVisit', {});
    recorder.clock.time += 60_000;
    expect(await recorder.tell(stream, 'LogVisit', visit)).toEqual({ ...original, status: 'repeated' });
    recorder.forget();
    expect(await recorder.tell(stream, 'LogVisit', visit)).toEqual({ ...original, status: 'repeated' });
    expect(await recorder.stored(stream)).toHaveLength(4);
  });

  it('of a whole batch gives all the original answers', async () => {
    const stream = await recorder.customer(uuid(1));
    const batch = [2, 3, 4].map((number) => ({
      name: 'LogVisit' as const,
      id: uuid(number),
      payload: { promises: [{ what: 'A' }] },
    }));
    const original = await recorder.tellAll(stream, batch);
    expect(await recorder.tellAll(stream, batch)).toEqual(
      original.map((answer) => ({ ...answer, status: 'repeated' })),
    );
  });

  it('with other content is a conflict', async () => {
    const stream = await recorder.customer(uuid(1));
    await recorder.tell(stream, 'LogVisit', { id: uuid(2), heldBy: ['anna'] });
    expect(await recorder.tell(stream, 'LogVisit', { id: uuid(2), heldBy: ['bram'] })).toMatchObject({
      status: 'conflict',
      id: uuid(2),
    });
    expect(await recorder.tell(stream, 'LogInteraction', { id: uuid(2), channel: 'phone' })).toMatchObject({
      status: 'conflict',
    });
  });

  it('is told by its content, not by the order of its fields or the writing of its id', async () => {
    const stream = await recorder.customer(uuid(0xabc));
    const id = '0000000A-0000-4000-8000-00000000000B';
    await recorder.tell(stream, 'LogVisit', { id, heldBy: ['anna'], topics: ['a'] });
    const again = await recorder.tell(stream, 'LogVisit', {
      topics: ['a'],
      heldBy: ['anna'],
      outcome: undefined,
      id: id.toLowerCase(),
    });
    expect(again.status).toBe('repeated');
  });

  it('that comes at the same time is recorded once', async () => {
    const stream = await recorder.customer(uuid(1));
    const others = [recorder.another(), recorder.another(), recorder.handler];
    const command = { name: 'LogVisit' as const, id: uuid(2), payload: { heldBy: ['anna'] } };
    const answers = await Promise.all(others.map((handler) => handler.execute({ stream, commands: [command], by })));
    expect(
      answers
        .flat()
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['recorded', 'repeated', 'repeated']);
    expect(await recorder.stored(stream)).toHaveLength(2);
  });

  it('with an id that is none is invalid', async () => {
    const stream = await recorder.customer(uuid(1));
    expect(await recorder.tell(stream, 'LogVisit', { id: 'visit-1' })).toMatchObject({
      status: 'invalid',
      errors: [{ path: 'id' }],
    });
  });
});

describe('another process on the same log', () => {
  it('may record in between: what follows is decided on what it recorded', async () => {
    const stream = await recorder.customer(uuid(1));
    const other = recorder.another();
    const tellOther = async (name: 'EndCustomer' | 'ReactivateCustomer') =>
      other.execute({ stream, commands: [{ name, payload: { initiator: 'us' } }], by });
    await tellOther('EndCustomer');
    expect(await recorder.tell(stream, 'LogVisit', {})).toEqual(refusedBy('customer-ended'));
    recorder.clock.time += 1_000;
    await tellOther('ReactivateCustomer');
    // Refused by what this process remembers: it looks again before it says so.
    expect(await recorder.tell(stream, 'LogVisit', {})).toMatchObject({ status: 'recorded', revision: '3' });
  });

  it('records at the same time without losing or doubling anything', async () => {
    const stream = await recorder.customer(uuid(1));
    const handlers = [recorder.another(), recorder.another(), recorder.another()];
    const answers = await Promise.all(
      handlers.flatMap((handler, h) =>
        Array.from({ length: 20 }, (_, n) =>
          handler.execute({ stream, commands: [{ name: 'LogVisit', id: uuid(1_000 + h * 20 + n), payload: {} }], by }),
        ),
      ),
    );
    expect(answers.flat().every(({ status }) => status === 'recorded')).toBe(true);
    const visits = (await recorder.events(stream)).map(({ data }) => (data as { visitId?: string }).visitId);
    expect(new Set(visits).size).toBe(61);
  });
});

describe('outside keys', () => {
  const externalIds = [{ source: 'erp', key: '7' }];

  it('belong to one customer', async () => {
    await recorder.customer(uuid(1), { externalIds });
    const second = await recorder.tell(customerStream(uuid(2)), 'RegisterCustomer', { name: 'B', externalIds });
    expect(second).toEqual(refusedBy('external-id-taken'));
    expect((await recorder.events(externalIdStream('erp', '7')))[0]?.data).toEqual({
      source: 'erp',
      key: '7',
      customerId: uuid(1),
      revision: '0',
    });
  });

  it('are claimed by one of many at the same time', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        recorder.tell(customerStream(uuid(10 + n)), 'RegisterCustomer', { name: 'A', externalIds }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'recorded')).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'refused')).toHaveLength(7);
  });

  it('give the id of a customer that is registered without one, so that repeating it is harmless', async () => {
    const register = () => recorder.handler.execute(registration({ name: 'A', externalIds }, by));
    const [first] = await register();
    expect(first).toMatchObject({ status: 'recorded', id: customerIdFor('erp', '7') });
    expect(await register()).toEqual([{ ...first, status: 'repeated' }]);
  });

  it('are not claimed by a registration that is refused', async () => {
    await recorder.tell(customerStream(uuid(1)), 'RegisterCustomer', { name: '', externalIds });
    await recorder.customer(uuid(2), { externalIds });
  });

  it('that were claimed for a registration that never came are free again', async () => {
    const append = recorder.log.append.bind(recorder.log);
    recorder.log.append = async (stream, events, expected) => {
      if (stream.startsWith('customer-')) throw new Error('The process dies here.');
      return append(stream, events, expected);
    };
    await expect(
      recorder.tell(customerStream(uuid(1)), 'RegisterCustomer', { name: 'A', externalIds }),
    ).rejects.toThrow();
    recorder.log.append = append;
    await recorder.customer(uuid(2), { externalIds });
    const late = await recorder.tell(customerStream(uuid(1)), 'RegisterCustomer', { name: 'A', externalIds });
    expect(late).toEqual(refusedBy('external-id-taken'));
    expect(await recorder.stored(externalIdStream('erp', '7'))).toHaveLength(2);
  });

  it('that a retracted registration had are free again, and those that a correction adds are claimed', async () => {
    const stream = await recorder.customer(uuid(1), { externalIds });
    const target = (await recorder.events(stream))[0]?.id as string;
    await recorder.tell(stream, 'RetractEvent', { targetEventId: target, reason: 'Never existed.' });
    await recorder.customer(uuid(2), { externalIds });
    const other = await recorder.customer(uuid(3));
    const outcome = await recorder.tell(other, 'CorrectEvent', {
      targetEventId: (await recorder.events(other))[0]?.id as string,
      replacement: { data: { name: 'C', lifecycle: 'customer', externalIds } },
      reason: 'Forgot the key.',
    });
    expect(outcome).toEqual(refusedBy('external-id-taken'));
  });
});

describe('several customers', () => {
  const convert = (stream: string, referralId: string, newCustomerId: string): Promise<Outcome> =>
    recorder.tell(stream, 'ConvertReferral', { referralId, newCustomerId });

  it('must exist to be named by another', async () => {
    const stream = await recorder.customer(uuid(1));
    const unknown = refusedBy('unknown-other-customer');
    expect(
      await recorder.tell(customerStream(uuid(2)), 'RegisterCustomer', { name: 'B', referredBy: uuid(9) }),
    ).toEqual(unknown);
    expect(await recorder.tell(stream, 'MergeCustomers', { mergedIds: [uuid(9)] })).toEqual(unknown);
    expect(await recorder.tell(stream, 'TakeOverCustomer', { by: uuid(9), validFrom: '2026-01-01' })).toEqual(unknown);
    await recorder.tell(stream, 'ReceiveReferral', { id: uuid(70), prospect: { name: 'B' } });
    expect(await convert(stream, uuid(70), uuid(9))).toEqual(unknown);
    expect(
      await recorder.tell(customerStream(uuid(2)), 'RegisterCustomer', { name: 'B', referredBy: uuid(1) }),
    ).toMatchObject({ status: 'recorded' });
  });

  it('can not both have brought in the same prospect', async () => {
    const [first, second] = [await recorder.customer(uuid(1)), await recorder.customer(uuid(2))];
    await recorder.customer(uuid(3));
    await recorder.tell(first, 'ReceiveReferral', { id: uuid(70), prospect: { name: 'C' } });
    await recorder.tell(second, 'ReceiveReferral', { id: uuid(71), prospect: { name: 'C' } });
    const outcomes = await Promise.all([convert(first, uuid(70), uuid(3)), convert(second, uuid(71), uuid(3))]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['recorded', 'refused']);
    expect(outcomes).toContainEqual(refusedBy('prospect-already-converted'));
  });

  it('may convert a prospect whose other conversion was retracted', async () => {
    const [first, second] = [await recorder.customer(uuid(1)), await recorder.customer(uuid(2))];
    await recorder.customer(uuid(3));
    await recorder.tell(first, 'ReceiveReferral', { id: uuid(70), prospect: { name: 'C' } });
    await recorder.tell(second, 'ReceiveReferral', { id: uuid(71), prospect: { name: 'C' } });
    const converted = await convert(first, uuid(70), uuid(3));
    await recorder.tell(first, 'RetractEvent', {
      targetEventId: (converted as { eventId: string }).eventId,
      reason: 'It was B.',
    });
    expect(await convert(second, uuid(71), uuid(3))).toMatchObject({ status: 'recorded' });
  });

  it('are never part of themselves, however long the way round', async () => {
    const streams = [];
    for (const number of [1, 2, 3, 4]) streams.push(await recorder.customer(uuid(number)));
    const [one, two, three] = streams as [string, string, string];
    const merge = (into: string, merged: number) =>
      recorder.tell(into, 'MergeCustomers', { mergedIds: [uuid(merged)] });
    const takeOver = (stream: string, byWhom: number) =>
      recorder.tell(stream, 'TakeOverCustomer', { by: uuid(byWhom), validFrom: '2026-01-01' });
    expect(await merge(one, 2)).toMatchObject({ status: 'recorded' });
    expect(await merge(two, 1)).toEqual(refusedBy('part-of-itself'));
    expect(await takeOver(one, 3)).toMatchObject({ status: 'recorded' });
    expect(await takeOver(three, 2)).toEqual(refusedBy('part-of-itself'));
    expect(await takeOver(three, 4)).toMatchObject({ status: 'recorded' });
    expect(await merge(two, 4)).toEqual(refusedBy('part-of-itself'));
  });

  it('can not both be the survivor of the same merged customer', async () => {
    const streams = [];
    for (const number of [1, 2, 3]) streams.push(await recorder.customer(uuid(number)));
    await recorder.tell(streams[0] as string, 'MergeCustomers', { mergedIds: [uuid(3)] });
    expect(await recorder.tell(streams[1] as string, 'MergeCustomers', { mergedIds: [uuid(3)] })).toEqual(
      refusedBy('already-merged'),
    );
  });

  it('that are merged into each other at the same time: one of the two is refused', async () => {
    const [one, two] = [await recorder.customer(uuid(1)), await recorder.customer(uuid(2))];
    const outcomes = await Promise.all([
      recorder.tell(one, 'MergeCustomers', { mergedIds: [uuid(2)] }),
      recorder.tell(two, 'MergeCustomers', { mergedIds: [uuid(1)] }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['recorded', 'refused']);
  });
});

describe('a correction', () => {
  it('counts for the commands after it, also within one call', async () => {
    const stream = await recorder.customer(uuid(1));
    const placed = await recorder.tell(stream, 'PlaceOrder', { id: uuid(50), currency: 'EUR', lines: [line] });
    const lines = [{ sku: 'PEN', quantity: '20', net: 2_000 }];
    const returned = { orderId: uuid(50), lines: [{ sku: 'PEN', quantity: 15, net: 0 }] };
    const outcomes = await recorder.tellAll(stream, [
      { name: 'ReturnOrderLines', payload: returned },
      {
        name: 'CorrectEvent',
        payload: {
          targetEventId: (placed as { eventId: string }).eventId,
          replacement: { data: { orderId: uuid(50), currency: 'EUR', lines } },
          reason: 'Miscounted.',
        },
      },
      { name: 'ReturnOrderLines', payload: returned },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['refused', 'recorded', 'recorded']);
    recorder.forget();
    expect(
      await recorder.tell(stream, 'ReturnOrderLines', { ...returned, lines: [{ sku: 'PEN', quantity: 6, net: 0 }] }),
    ).toEqual(refusedBy('return-exceeds-ordered'));
  });

  it('within one call may be of an event of the same call', async () => {
    const stream = await recorder.customer(uuid(1));
    const { eventIdFor } = await import('../../src/application/event-id.js');
    const outcomes = await recorder.tellAll(stream, [
      { name: 'LogVisit', id: uuid(2), payload: {} },
      { name: 'RetractEvent', payload: { targetEventId: eventIdFor(stream, uuid(2), 0), reason: 'Somebody else’s.' } },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['recorded', 'recorded']);
  });
});

describe('a failing log', () => {
  it('is reported, and asking again afterwards records once', async () => {
    const stream = await recorder.customer(uuid(1));
    const append = recorder.log.append.bind(recorder.log);
    recorder.log.append = async (...args) => {
      await append(...args);
      throw new Error('The answer was lost.');
    };
    const visit = { id: uuid(2), heldBy: ['anna'] };
    await expect(recorder.tell(stream, 'LogVisit', visit)).rejects.toThrow('The answer was lost.');
    recorder.log.append = append;
    expect(await recorder.tell(stream, 'LogVisit', visit)).toMatchObject({ status: 'repeated', revision: '1' });
    expect(await recorder.stored(stream)).toHaveLength(2);
  });

  it('that finds the stream elsewhere for ever says so instead of trying for ever', async () => {
    const stream = await recorder.customer(uuid(1));
    recorder.log.append = async () => {
      throw new WrongExpectedRevision(stream, 0n, 5n);
    };
    await expect(recorder.tell(stream, 'LogVisit', {})).rejects.toThrow('too busy');
  });
});

describe('streams', () => {
  it('do not wait for each other: while one append is under way others are answered', async () => {
    const [slow, quick] = [await recorder.customer(uuid(1)), await recorder.customer(uuid(2))];
    const append = recorder.log.append.bind(recorder.log);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    recorder.log.append = async (stream, events, expected) => {
      if (stream === slow) await held;
      return append(stream, events, expected);
    };
    const waiting = recorder.tell(slow, 'LogVisit', {});
    expect(await recorder.tell(quick, 'LogVisit', {})).toMatchObject({ status: 'recorded' });
    release();
    expect(await waiting).toMatchObject({ status: 'recorded' });
  });
});
