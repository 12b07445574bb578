import fc from 'fast-check';
import { LogUnavailable } from '../../src/application/ports/event-log.js';
import { type CommandEnvelope, type Outcome, Record, type RecordHandler } from '../../src/application/record.js';
import { readStored, type StoredEvent } from '../../src/application/stored-event.js';
import type { Customer } from '../../src/domain/customer.js';
import { deciderOf } from '../../src/domain/deciders.js';
import { joiningCustomers } from '../../src/domain/external-ids.js';
import { effective, fold } from '../../src/domain/history.js';
import { customerStream, externalIdStream } from '../../src/domain/streams.js';
import { InterposedLog } from '../../src/infrastructure/interposed-log.js';
import { uuid } from '../support/given.js';
import { by, Recorder } from '../support/recorder.js';

/** Two nodes, which share nothing but the log and the keys. */
let recorder: Recorder;
let log: InterposedLog;
let one: RecordHandler;
let other: RecordHandler;
beforeEach(async () => {
  recorder = await Recorder.open();
  log = new InterposedLog(recorder.log);
  one = recorder.another(log);
  other = recorder.another();
});
afterEach(async () => {
  await recorder.close();
});

const refusedBy = (rule: string) => expect.objectContaining({ status: 'refused', rule });
const recorded = expect.objectContaining({ status: 'recorded' });
const externalIds = [{ source: 'erp', key: '7' }];
const claims = externalIdStream('erp', '7');

async function tell(node: RecordHandler, customer: number, ...commands: CommandEnvelope[]): Promise<Outcome> {
  const outcomes = await node.execute(new Record(customerStream(uuid(customer)), commands, by));
  return outcomes.at(-1) as Outcome;
}
const register = (id: number, ids: readonly { source: string; key: string }[] = externalIds): CommandEnvelope => ({
  name: 'RegisterCustomer',
  id: uuid(id),
  payload: { name: `Customer ${id}`, externalIds: ids },
});
const merge = (merged: number): CommandEnvelope => ({ name: 'MergeCustomers', payload: { mergedIds: [uuid(merged)] } });
const takeOver = (byWhom: number): CommandEnvelope => ({
  name: 'TakeOverCustomer',
  payload: { by: uuid(byWhom), validFrom: '2026-01-01' },
});
const typesOf = async (stream: string) => (await recorder.stored(stream)).map(({ type }) => type);

/** Holds the first node's next append to a stream that begins so until it is let go; `reached` settles when it is there. */
function hold(prefix: string): { readonly reached: Promise<void>; letGo(): void } {
  let arrive = () => {};
  let letGo = () => {};
  const reached = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  log.between = async (stream, _events, _expected, append) => {
    if (!stream.startsWith(prefix)) return append();
    log.between = (_stream, _rest, _at, next) => next();
    arrive();
    await released;
    return append();
  };
  return { reached, letGo: () => letGo() };
}

/** The first node dies when it is about to append to a stream that begins so. */
function die(prefix: string): void {
  log.between = async (stream, _events, _expected, append) => {
    if (stream.startsWith(prefix)) throw new LogUnavailable('The node is gone.', 1);
    return append();
  };
}

describe('an outside key that two nodes want', () => {
  it('goes to the second when the first is stuck after its claim, and the first learns so', async () => {
    const held = hold('customer-');
    const first = tell(one, 1, register(1));
    await held.reached;
    expect(await tell(other, 2, register(2))).toEqual(recorded);
    held.letGo();
    expect(await first).toEqual(refusedBy('external-id-taken'));
    expect(await typesOf(customerStream(uuid(1)))).toEqual(['ExternalIdClaimLapsed']);
  });

  it('stays with the first when that is only slow', async () => {
    const held = hold('customer-');
    const first = tell(one, 1, register(1));
    await held.reached;
    const second = tell(other, 2, register(2));
    held.letGo();
    expect(await first).toEqual(recorded);
    expect(await second).toEqual(refusedBy('external-id-taken'));
    expect(await typesOf(customerStream(uuid(1)))).toEqual(['CustomerRegistered']);
    expect(await typesOf(claims)).toEqual(['ExternalIdClaimed']);
  });

  it('stays with the first when that claims again before the second has taken over', async () => {
    const held = hold('customer-');
    const first = tell(one, 1, register(1));
    await held.reached;
    // The second node fences, and is then stuck itself.
    const slow = new InterposedLog(recorder.log);
    const second = recorder.another(slow);
    let arrive = () => {};
    let letGo = () => {};
    const released = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    slow.between = async (stream, _events, expected, append) => {
      if (stream === claims && expected !== 'none') {
        arrive();
        await released;
      }
      return append();
    };
    const taking = tell(second, 2, register(2));
    await reached;
    held.letGo();
    expect(await first).toEqual(recorded);
    letGo();
    expect(await taking).toEqual(refusedBy('external-id-taken'));
    expect(await typesOf(customerStream(uuid(1)))).toEqual(['ExternalIdClaimLapsed', 'CustomerRegistered']);
  });

  it('goes to one of several who find that its claimant is gone', async () => {
    die('customer-');
    await expect(tell(one, 1, register(1))).rejects.toThrow('The node is gone.');
    const outcomes = await Promise.all([2, 3, 4].map((id) => tell(recorder.another(), id, register(id))));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['recorded', 'refused', 'refused']);
    expect(await typesOf(customerStream(uuid(1)))).toEqual(['ExternalIdClaimLapsed']);
  });

  it('goes to who claimed it when that node comes back first, with the claim it made', async () => {
    die('customer-');
    await expect(tell(one, 1, register(1))).rejects.toThrow('The node is gone.');
    expect(await tell(other, 1, register(1))).toEqual(recorded);
    expect(await typesOf(claims)).toEqual(['ExternalIdClaimed']);
  });

  it('is claimed again when the customer’s stream went on in between', async () => {
    await tell(other, 1, register(1, []));
    const [registration] = await recorder.stored(customerStream(uuid(1)));
    const held = hold('customer-');
    const correcting = tell(one, 1, {
      name: 'CorrectEvent',
      payload: {
        targetEventId: registration?.id as string,
        replacement: { data: { name: 'A', lifecycle: 'customer', externalIds } },
        reason: 'Forgot the key.',
      },
    });
    await held.reached;
    expect(await tell(other, 1, { name: 'LogVisit', payload: {} })).toEqual(recorded);
    held.letGo();
    expect(await correcting).toEqual(recorded);
    expect((await recorder.events(claims)).map(({ data }) => (data as { revision: string }).revision)).toEqual([
      '1',
      '2',
    ]);
  });

  it('is free again at once where a registration was withdrawn', async () => {
    await tell(one, 1, register(1));
    const [registration] = await recorder.stored(customerStream(uuid(1)));
    const targetEventId = registration?.id as string;
    await tell(one, 1, { name: 'RetractEvent', payload: { targetEventId, reason: 'Never existed.' } });
    expect(await tell(other, 2, register(2))).toEqual(recorded);
    expect(await typesOf(customerStream(uuid(1)))).not.toContain('ExternalIdClaimLapsed');
  });

  it('was claimed by an early version, which did not say for which revision: it holds where it came to something', async () => {
    const early = (customerId: string) => ({
      id: uuid(900),
      type: 'ExternalIdClaimed',
      data: JSON.stringify({ source: 'erp', key: '7', customerId }),
      metadata: JSON.stringify({
        schemaVersion: 1,
        occurredAt: '2026-01-01T00:00:00.000Z',
        actor: 'local',
        source: 'api',
        requestId: uuid(901),
        requestHash: 'hash',
      }),
    });
    await recorder.log.append(claims, [early(uuid(1))], 'none');
    expect(await tell(one, 1, register(1))).toEqual(recorded);
    expect(await tell(other, 2, register(2))).toEqual(refusedBy('external-id-taken'));
  });
});

describe('a stream that holds nothing but a claim that lapsed', () => {
  beforeEach(async () => {
    die('customer-');
    await expect(tell(one, 1, register(1))).rejects.toThrow('The node is gone.');
    await tell(other, 2, register(2));
  });

  it('is no customer', async () => {
    expect(await tell(other, 1, { name: 'LogVisit', payload: {} })).toMatchObject({ status: 'unknown' });
    expect(await tell(other, 2, merge(1))).toEqual(refusedBy('unknown-other-customer'));
  });

  it('becomes one by a registration', async () => {
    expect(await tell(other, 1, register(1, []))).toMatchObject({ status: 'recorded', revision: '1' });
    expect(await tell(other, 1, { name: 'LogVisit', payload: {} })).toEqual(recorded);
  });

  it('can’t be corrected away, and is in no correction’s way', async () => {
    const [lapsed] = await recorder.stored(customerStream(uuid(1)));
    const registered = (await tell(other, 1, register(1, []))) as { eventId: string };
    const retract = (targetEventId: string) =>
      tell(other, 1, { name: 'RetractEvent', payload: { targetEventId, reason: 'Wrong.' } });
    expect(await retract(lapsed?.id as string)).toEqual(refusedBy('not-correctable'));
    expect(await retract(registered.eventId)).toEqual(recorded);
  });
});

describe('customers that two nodes make part of one another', () => {
  beforeEach(async () => {
    for (const id of [1, 2, 3]) await tell(other, id, register(id, []));
  });

  it('never end up in a circle, though the first is stuck half way', async () => {
    const held = hold('customer-');
    const first = tell(one, 1, merge(2));
    await held.reached;
    expect(await tell(other, 2, takeOver(3))).toEqual(recorded);
    expect(await tell(other, 3, merge(1))).toEqual(recorded);
    held.letGo();
    // 1 is part of 3, as is 2: that 2 becomes part of 1 is no circle.
    expect(await first).toEqual(recorded);
    expect(await tell(one, 3, takeOver(2))).toEqual(refusedBy('part-of-itself'));
  });

  it('of the two that would close a circle one is refused', async () => {
    const held = hold('customer-');
    const first = tell(one, 1, merge(2));
    await held.reached;
    expect(await tell(other, 2, merge(1))).toEqual(recorded);
    held.letGo();
    expect(await first).toEqual(refusedBy('part-of-itself'));
  });

  it('are not kept from it by a node that died half way', async () => {
    die('customer-');
    await expect(tell(one, 1, merge(2))).rejects.toThrow('The node is gone.');
    expect(await tell(other, 3, merge(2))).toEqual(recorded);
    expect(await tell(other, 1, merge(2))).toEqual(refusedBy('already-merged'));
  });

  it('leave nothing to wait for where they are refused', async () => {
    await tell(one, 1, merge(2));
    expect(await tell(one, 2, merge(1))).toEqual(refusedBy('part-of-itself'));
    expect(await recorder.stored(externalIdStream(joiningCustomers, 'all'))).toHaveLength(1);
  });
});

/** What two nodes are told, how slow each append is, and which of them fails before or after it. */
const step = fc.record({
  node: fc.nat(1),
  what: fc.constantFrom(
    'register',
    'register',
    'key',
    'key',
    'withdraw',
    'merge',
    'merge',
    'merge',
    'takeOver',
    'takeOver',
    'takeOver',
    'visit',
  ),
  customer: fc.integer({ min: 1, max: 4 }),
  n: fc.integer({ min: 1, max: 4 }),
  /** Milliseconds between the beginnings of two steps. */
  later: fc.oneof(fc.constant(0), fc.nat(20)),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
const hitch = fc.record({
  ms: fc.oneof(fc.nat(10), fc.nat(120)),
  fails: fc.constantFrom('no', 'no', 'no', 'no', 'no', 'no', 'before', 'after'),
});

describe('two nodes on one log, whatever is told to them and however slow or broken they are', () => {
  it('never let two customers have the same thing, never close a circle, and keep what they acknowledged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 6, maxLength: 24 }),
        fc.array(hitch, { minLength: 5, maxLength: 40 }),
        fc.boolean(),
        async (steps, hitches, areKnown) => {
          const run = await Recorder.open();
          try {
            if (areKnown) for (const id of [1, 2, 3, 4]) await tell(run.handler, id, register(id, []));
            const acknowledged = await tellAll(run, steps, hitches);
            const events: StoredEvent[] = [];
            for await (const event of run.log.readAll()) events.push(readStored(event));
            assertSound(events);
            const byId = Map.groupBy(events, ({ id }) => id);
            for (const eventId of acknowledged) expect(byId.get(eventId)).toHaveLength(1);
          } finally {
            await run.close();
          }
        },
      ),
      { numRuns: Number(process.env.CLAIM_RUNS ?? 12), endOnFailure: true },
    );
  }, 600_000);
});

async function tellAll(
  run: Recorder,
  steps: readonly Step[],
  hitches: readonly { ms: number; fails: string }[],
): Promise<string[]> {
  let appends = 0;
  const node = () =>
    run.another(
      new InterposedLog(run.log, async (_stream, _events, _expected, append) => {
        const { ms, fails } = hitches[appends++ % hitches.length] as (typeof hitches)[number];
        await new Promise((resolve) => setTimeout(resolve, ms));
        if (fails === 'before') throw new LogUnavailable('It broke off.', 1);
        const appended = await append();
        if (fails === 'after') throw new LogUnavailable('The answer was lost.', 1);
        return appended;
      }),
      // Hardly any: those who are alive are fenced, too.
      10,
    );
  const nodes = [node(), node()];
  const acknowledged: string[] = [];
  await Promise.all(
    steps.map(async (it, index) => {
      await new Promise((resolve) =>
        setTimeout(
          resolve,
          steps.slice(0, index).reduce((ms, { later }) => ms + later, 0),
        ),
      );
      const command = await commandOf(run, it, index);
      if (!command) return;
      const record = new Record(customerStream(uuid(it.customer)), [command], by);
      for (const handler of [nodes[it.node], nodes[1 - it.node]] as RecordHandler[]) {
        try {
          const [outcome] = await handler.execute(record);
          if (outcome?.status === 'recorded' || outcome?.status === 'repeated') acknowledged.push(outcome.eventId);
          return;
        } catch (error) {
          // Told again, to the other node.
          if (!(error instanceof LogUnavailable)) throw error;
        }
      }
    }),
  );
  return acknowledged;
}

async function commandOf(run: Recorder, it: Step, index: number): Promise<CommandEnvelope | undefined> {
  const id = uuid(100 + index);
  const keys = [{ source: 'erp', key: String(it.n % 3) }, ...(it.n > 2 ? [{ source: 'crm', key: 'x' }] : [])];
  if (it.what === 'register') return { ...register(it.customer, keys), id };
  if (it.what === 'merge') return { ...merge(it.n), id };
  if (it.what === 'takeOver') return { ...takeOver(it.n), id };
  if (it.what === 'visit') return { name: 'LogVisit', id, payload: {} };
  const stored = await run.events(customerStream(uuid(it.customer))).catch(() => []);
  const target = effective(stored).find(({ type }) => type === 'CustomerRegistered');
  if (!target) return undefined;
  if (it.what === 'withdraw') {
    return { name: 'RetractEvent', id, payload: { targetEventId: target.id, reason: 'Wrong.' } };
  }
  const data = { name: 'A', lifecycle: 'customer', externalIds: keys };
  return { name: 'CorrectEvent', id, payload: { targetEventId: target.id, replacement: { data }, reason: 'Wrong.' } };
}

/** At every position of the log. */
function assertSound(events: readonly StoredEvent[]): void {
  const streams = new Map<string, StoredEvent[]>();
  const customers = new Map<string, Customer>();
  for (const event of events.filter(({ stream }) => stream.startsWith('customer-'))) {
    const { decider, id } = deciderOf(event.stream);
    const stream = streams.get(event.stream) ?? [];
    stream.push(event);
    streams.set(event.stream, stream);
    customers.set(id, fold(decider, id, effective(stream)) as Customer);
    const held: string[] = [];
    const into = new Map<string, string[]>();
    for (const [own, { profile }] of customers) {
      if (!profile.registered) continue;
      held.push(...profile.externalIds.map(({ source, key }) => `${source}:${key}`));
      held.push(...[...profile.mergedIds].map((merged) => `merged ${merged}`));
      for (const merged of profile.mergedIds) into.set(merged, [...(into.get(merged) ?? []), own]);
      if (profile.takenOverBy) into.set(own, [...(into.get(own) ?? []), profile.takenOverBy]);
    }
    expect([event.position, held.sort()]).toEqual([event.position, [...new Set(held)].sort()]);
    for (const id of into.keys())
      expect([event.position, partsOf(into, id)]).not.toEqual([event.position, expect.arrayContaining([id])]);
  }
}

/** Everything that a customer is part of, directly or not. */
function partsOf(into: ReadonlyMap<string, readonly string[]>, id: string): string[] {
  const found = new Set<string>();
  const next = [...(into.get(id) ?? [])];
  for (let whole = next.pop(); whole !== undefined; whole = next.pop()) {
    if (found.has(whole)) continue;
    found.add(whole);
    next.push(...(into.get(whole) ?? []));
  }
  return [...found];
}
