import { type ComposedCommand, type Outcome, Record, type RecordHandler } from '../../src/application/record.js';
import { Refused } from '../../src/domain/refused.js';
import { uuid } from '../support/given.js';
import { by, Recorder } from '../support/recorder.js';

let recorder: Recorder;
let stream: string;
beforeEach(async () => {
  recorder = await Recorder.open();
  stream = await recorder.customer(uuid(1));
});
afterEach(async () => {
  await recorder.close();
});

type Compose = ComposedCommand<'PlaceOrder'>['compose'];

const order = (net: number) => ({ payload: { currency: 'EUR', lines: [{ sku: 'PEN', quantity: 1, net }] } });
const again = (compose: Compose, asked: object = {}): ComposedCommand => ({
  name: 'PlaceOrder',
  id: uuid(50),
  asked,
  compose,
});
const never: Compose = () => Promise.reject(new Error('It was recorded already.'));
const tell = async (command: ComposedCommand, handler: RecordHandler = recorder.handler): Promise<Outcome> =>
  (await handler.execute(new Record(stream, [command], by)))[0] as Outcome;
const nets = async () =>
  (await recorder.events(stream)).flatMap(({ type, data }) =>
    type === 'OrderPlaced' ? (data as { lines: { net: number }[] }).lines.map(({ net }) => net) : [],
  );

describe('a command that is composed', () => {
  it('is what it came to, and says what it rests on', async () => {
    const outcome = await tell(
      again(async ({ occurredAt }) => ({ ...order(Date.parse(occurredAt)), causationId: uuid(7) })),
    );
    expect(outcome).toMatchObject({ status: 'recorded', id: uuid(50) });
    expect(await nets()).toEqual([recorder.clock.time]);
    expect((await recorder.events(stream))[1]?.metadata.causationId).toBe(uuid(7));
  });

  it('is not composed again when it is repeated, also in another process that remembers less', async () => {
    const other = recorder.another();
    await other.execute(new Record(stream, [{ name: 'LogVisit', payload: {} }], by));
    const original = await tell(again(async () => order(100), { occurredAt: '2026-06-01T10:00:00Z' }));
    const repeated = { ...original, status: 'repeated' };
    expect(await tell(again(never, { occurredAt: '2026-06-01T10:00:00Z' }))).toEqual(repeated);
    expect(await tell(again(never, { occurredAt: '2026-06-01T10:00:00Z' }), other)).toEqual(repeated);
    expect(await tell(again(never))).toMatchObject({ status: 'conflict' });
    expect(await nets()).toEqual([100]);
  });

  it('told twice at the same time is recorded once, however different it would be', async () => {
    let composed = 0;
    const compose: Compose = async () => order(++composed);
    const outcomes = await Promise.all([
      tell(again(compose)),
      tell(again(compose)),
      tell(again(compose), recorder.another()),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['recorded', 'repeated', 'repeated']);
    expect(await nets()).toHaveLength(1);
  });

  it('is composed anew when others record in the stream meanwhile', async () => {
    const other = recorder.another();
    const seen: number[] = [];
    const outcome = await tell(
      again(async () => {
        seen.push((await recorder.events(stream)).length);
        if (seen.length === 1) await other.execute(new Record(stream, [{ name: 'LogVisit', payload: {} }], by));
        return order(seen.length);
      }),
    );
    expect(outcome.status).toBe('recorded');
    expect(seen).toEqual([1, 2]);
    expect(await nets()).toEqual([2]);
  });

  it('follows what was told before it in the same call', async () => {
    let seen = 0;
    const commands = [
      { name: 'LogVisit' as const, payload: {} },
      again(async () => {
        seen = (await recorder.events(stream)).length;
        return order(1);
      }),
    ];
    const outcomes = await recorder.handler.execute(new Record(stream, commands, by));
    expect(outcomes.map(({ status }) => status)).toEqual(['recorded', 'recorded']);
    expect(seen).toBe(2);
  });

  it('is refused as it says, and by the rules of what it came to', async () => {
    const refused = await tell(again(() => Promise.reject(new Refused('nothing-to-repeat', 'Nothing is left.', 'of'))));
    expect(refused).toMatchObject({ status: 'refused', rule: 'nothing-to-repeat', path: 'of' });
    expect(await tell(again(never, { occurredAt: '2199-01-01T00:00:00Z' }))).toMatchObject({ rule: 'in-the-future' });
    await recorder.tell(stream, 'EndCustomer', { initiator: 'us' });
    expect(await tell(again(async () => order(1)))).toMatchObject({ status: 'refused', rule: 'customer-ended' });
    expect(await nets()).toEqual([]);
  });
});
