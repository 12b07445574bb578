import { LogUnavailable } from '../../../src/application/ports/event-log.js';
import { type Handled, ProcessCheckpoint } from '../../../src/application/ports/process-checkpoint.js';
import {
  ProcessManagers,
  type ProcessManagersOptions,
} from '../../../src/application/process-managers/process-managers.js';
import type { CommandPayload } from '../../../src/domain/commands.js';
import { uuid } from '../../support/given.js';
import { Recorder } from '../../support/recorder.js';

/** What a node remembers, and a copy of the disk that it is on. */
class MemoryCheckpoint extends ProcessCheckpoint {
  constructor(public kept?: Handled) {
    super();
  }

  load(): Promise<Handled | undefined> {
    return Promise.resolve(this.kept);
  }

  save(handled: Handled): Promise<void> {
    this.kept = handled;
    return Promise.resolve();
  }
}

const day = 86_400_000;
const orderId = uuid(50);
let recorder: Recorder;
let stream: string;
const running: ProcessManagers[] = [];

beforeEach(async () => {
  recorder = await Recorder.open();
  stream = await recorder.customer(uuid(1));
  await recorder.tell(stream, 'PlaceOrder', {
    id: orderId,
    currency: 'EUR',
    lines: [
      { sku: 'PEN', quantity: 10, net: 1_000 },
      { sku: 'CAP', quantity: 5, net: 500 },
    ],
  });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((managers) => managers.stop()));
  await recorder.close();
});

/** The process managers of a node of their own. */
function node(options: Partial<ProcessManagersOptions> = {}): ProcessManagers {
  const handler = recorder.another();
  const managers = new ProcessManagers({
    log: recorder.log,
    record: (record) => handler.execute(record),
    checkpoint: new MemoryCheckpoint(),
    clock: recorder.clock,
    ...options,
  });
  managers.start();
  running.push(managers);
  return managers;
}

/** Until each has handled everything, also what they record themselves meanwhile. */
async function settled(...nodes: ProcessManagers[]): Promise<void> {
  for (;;) {
    const { position } = await recorder.log.head();
    if (nodes.every((managers) => managers.position() === position)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const deliver = (more: Partial<CommandPayload<'DeliverOrder'>> = {}, told = {}) =>
  recorder.tell(stream, 'DeliverOrder', { orderId, deliveredOn: '2026-06-15', ...more }, told);
const requests = async () => (await recorder.events(stream)).filter(({ type }) => type === 'EvaluationRequested');

describe('an order that was delivered', () => {
  it('asks for its evaluation once, however many nodes see it', async () => {
    const nodes = [node(), node(), node()];
    const delivered = (await deliver({}, { correlationId: 'call-7' })) as { eventId: string };
    await settled(...nodes);
    const [request, ...more] = await requests();
    expect(more).toEqual([]);
    expect(request?.data).toMatchObject({ instrument: 'orderEvaluation', orderId });
    expect(request?.metadata).toMatchObject({
      actor: 'process manager',
      source: 'system',
      correlationId: 'call-7',
      causationId: delivered.eventId,
    });
    const counts = nodes.map((managers) => managers.counts());
    expect(counts.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(1);
    expect(counts.reduce((sum, { repeated }) => sum + repeated, 0)).toBe(2);
  });

  it('asks when the last of it is there', async () => {
    const managers = node();
    await deliver({ lines: [{ line: 1, quantity: 10 }] });
    await deliver({ lines: [{ line: 2, quantity: 3 }] });
    await settled(managers);
    expect(await requests()).toEqual([]);
    const last = (await deliver({ lines: [{ line: 2, quantity: 2 }] })) as { eventId: string };
    await deliver();
    await settled(managers);
    expect((await requests()).map(({ metadata }) => metadata.causationId)).toEqual([last.eventId]);
  });

  it('asks for the same thing where the deliveries are only handled when all is there already', async () => {
    await deliver({ lines: [{ line: 1, quantity: 10 }] });
    const last = (await deliver({ lines: [{ line: 2, quantity: 5 }] })) as { eventId: string };
    await settled(node());
    expect((await requests()).map(({ metadata }) => metadata.causationId)).toEqual([last.eventId]);
  });

  it('asks when a correction says that all of it is there', async () => {
    const managers = node();
    const part = (await deliver({ lines: [{ line: 1, quantity: 10 }] })) as { eventId: string };
    const corrected = (await recorder.tell(stream, 'CorrectEvent', {
      targetEventId: part.eventId,
      replacement: { data: { orderId, deliveredOn: '2026-06-15' } },
      reason: 'All of it was there.',
    })) as { eventId: string };
    await settled(managers);
    expect((await requests()).map(({ metadata }) => metadata.causationId)).toEqual([corrected.eventId]);
  });

  it('does not ask where it was cancelled before the delivery could be handled', async () => {
    await deliver();
    await recorder.tell(stream, 'CancelOrder', { orderId });
    const told: string[] = [];
    const managers = node({ tell: (_level, sentence) => told.push(sentence) });
    await settled(managers);
    expect(await requests()).toEqual([]);
    expect(managers.counts()).toMatchObject({ refused: 1, recorded: 0 });
    expect(told).toEqual([expect.stringContaining('was cancelled')]);
  });

  it('does not ask where people asked already', async () => {
    await recorder.tell(stream, 'RequestEvaluation', { id: uuid(60), instrument: 'orderEvaluation', orderId });
    await deliver();
    const managers = node();
    await settled(managers);
    expect((await requests()).map(({ data }) => (data as { evaluationId: string }).evaluationId)).toEqual([uuid(60)]);
    expect(managers.counts()).toMatchObject({ refused: 1 });
  });
});

describe('a node that handles an event again', () => {
  it('records nothing, though things stand otherwise by then', async () => {
    await deliver();
    await settled(node());
    await recorder.tell(stream, 'AddContactPerson', { id: uuid(20), name: 'Marie', layer: 'tactical' });
    await recorder.tell(stream, 'ChangeConsent', { contactPersonId: uuid(20), channel: 'evaluation', granted: true });
    recorder.clock.time += 3_600_000;
    const later = node();
    await settled(later);
    expect(await requests()).toHaveLength(1);
    expect(later.counts()).toEqual({ recorded: 0, repeated: 1, conflicting: 0, refused: 0 });
  });

  it('records nothing either when what was asked for has been withdrawn', async () => {
    await deliver();
    await settled(node());
    const [request] = await requests();
    await recorder.tell(stream, 'RetractEvent', { targetEventId: request?.id as string, reason: 'Not wanted.' });
    await settled(node());
    expect(await requests()).toHaveLength(1);
  });

  it('acts on nothing that was done with other content before', async () => {
    const [{ requestIdFor }] = await Promise.all([import('../../../src/domain/ids.js')]);
    const { eventId } = (await deliver()) as { eventId: string };
    const id = requestIdFor('process manager', 'order evaluation', eventId, '0');
    await recorder.tell(stream, 'RequestEvaluation', { id, instrument: 'survey' });
    const managers = node();
    await settled(managers);
    expect(await requests()).toHaveLength(1);
    expect(managers.counts()).toMatchObject({ conflicting: 1, recorded: 0 });
  });
});

describe('what is history', () => {
  it('calls for nothing: deliveries told of weeks after, and a made-up past', async () => {
    const managers = node();
    await recorder.tell(stream, 'PlaceOrder', {
      id: uuid(51),
      currency: 'EUR',
      lines: [{ sku: 'PEN', quantity: 1, net: 1 }],
    });
    await deliver({ deliveredOn: '2026-05-31' });
    await deliver({ orderId: uuid(51) }, { source: 'demo' });
    await settled(managers);
    expect(await requests()).toEqual([]);
  });

  it('does not include what an import tells of yesterday', async () => {
    const managers = node();
    await deliver({ deliveredOn: '2026-06-14' }, { source: 'import' });
    await settled(managers);
    expect(await requests()).toHaveLength(1);
  });

  it('is, for a node that begins, what was recorded more than a day before', async () => {
    await deliver();
    recorder.clock.time += 2 * day;
    const managers = node();
    await recorder.tell(stream, 'LogVisit', {});
    await settled(managers);
    expect(await requests()).toEqual([]);
  });

  it('is not, for a node that was away for long, what it had not handled', async () => {
    const checkpoint = new MemoryCheckpoint();
    const first = node({ checkpoint });
    await settled(first);
    await first.stop();
    await deliver();
    recorder.clock.time += 30 * day;
    await settled(node({ checkpoint }));
    expect(await requests()).toHaveLength(1);
  });
});

describe('a node', () => {
  it('that is stopped goes on where it was', async () => {
    const checkpoint = new MemoryCheckpoint();
    const first = node({ checkpoint });
    await deliver();
    await settled(first);
    await first.stop();
    expect(checkpoint.kept?.position).toBe((await recorder.log.head()).position);
    const second = node({ checkpoint });
    await settled(second);
    expect(second.counts()).toEqual({ recorded: 0, repeated: 0, conflicting: 0, refused: 0 });
  });

  it('whose checkpoint is of another log, or past the end of this one, begins anew', async () => {
    await deliver();
    const strange = { logId: 'another', position: 1_000n, recordedAt: recorder.clock.time };
    await settled(node({ checkpoint: new MemoryCheckpoint(strange) }));
    expect(await requests()).toHaveLength(1);
    const restored = { ...strange, logId: recorder.log.id };
    const managers = node({ checkpoint: new MemoryCheckpoint(restored) });
    await settled(managers);
    expect(managers.counts()).toMatchObject({ repeated: 1 });
  });

  it('that loses the log or its answers tries again until it is done, and then acts once', async () => {
    const handler = recorder.another();
    let failures = 0;
    const managers = node({
      record: async (record) => {
        if (++failures === 1) throw new LogUnavailable('The log is gone.', 1);
        const outcomes = await handler.execute(record);
        if (failures === 2) throw new LogUnavailable('The answer was lost.', 1);
        return outcomes;
      },
    });
    await deliver();
    await recorder.tell(stream, 'LogVisit', {});
    await settled(managers);
    expect(await requests()).toHaveLength(1);
    expect(managers.counts()).toMatchObject({ repeated: 1, recorded: 0 });
  });

  it('that can not even look where the log ends begins when it can', async () => {
    const { InterposedLog } = await import('../../../src/infrastructure/interposed-log.js');
    const log = new InterposedLog(recorder.log);
    const head = log.head.bind(log);
    let failures = 0;
    log.head = () => (++failures < 3 ? Promise.reject(new LogUnavailable('The log is gone.', 1)) : head());
    await deliver();
    await settled(node({ log }));
    expect(await requests()).toHaveLength(1);
  });
});
