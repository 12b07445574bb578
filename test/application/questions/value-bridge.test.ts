import fc from 'fast-check';
import { contributionOfAll, contributionOfOne } from '../../../src/application/questions/contribution.js';
import {
  bridgeCauses,
  bridgedCustomers,
  type ValueBridge,
  valueBridge,
} from '../../../src/application/questions/value-bridge.js';
import type { GivenEvent } from '../../support/read-side.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';
import { costs } from './costs.js';

afterEach(closeAll);

const sold = (quantity: string, net: number, cost: number) => ({
  lines: [{ sku: 'pen', quantity, listPrice: '10', net, cost }],
});

const amounts = ({ parts }: ValueBridge) => Object.fromEntries(parts.map(({ cause, amount }) => [cause, amount]));

describe('the value bridge', () => {
  it('tells volume, discount and costs of a customer apart', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      costs.rate('visiting', '50', 'visit', '2024-01-01'),
      tell.ordered(1, 10, '2024-06-01', 0, sold('1', 1_000, 600)),
      // Twice as much, at 10% discount, and goods cost 10% more: 200 less for the price, 120 for the goods.
      tell.ordered(1, 11, '2025-06-01', 0, sold('2', 1_800, 1_320)),
      costs.visit(1, '2025-06-02'),
      costs.direct(1, 30, '2024-06-02'),
    );
    const bridge = await ask(valueBridge, { from: '2024-12-31', to: '2025-12-31', customerId: uuid(1) });
    expect(bridge.from).toMatchObject({ value: 370, period: { from: '2024-01-01', to: '2025-01-01' } });
    expect(bridge.to).toMatchObject({ value: 480 - 5_000, period: { from: '2025-01-01', to: '2026-01-01' } });
    expect(amounts(bridge)).toEqual({
      new: 0,
      lost: 0,
      more: 400,
      less: 0,
      price: -200,
      costs: -120 - 5_000 + 30,
      learned: 0,
    });
    expect(bridge.parts.find(({ cause }) => cause === 'costs')?.of).toEqual({
      goods: -120,
      activities: -5_000,
      direct: 30,
    });
  });

  it('tells who is new, lost, and bought more or less', async () => {
    const { ask } = await givenEvents(
      ...[1, 2, 3, 4].map((customer) => tell.registered(customer)),
      tell.ordered(1, 10, '2024-06-01', 0, sold('1', 1_000, 600)),
      tell.ordered(2, 11, '2025-06-01', 0, sold('1', 1_000, 500)),
      tell.ordered(3, 12, '2024-06-01', 0, sold('1', 1_000, 600)),
      tell.ordered(3, 13, '2025-06-01', 0, sold('3', 3_000, 1_800)),
      tell.ordered(4, 14, '2024-06-01', 0, sold('3', 3_000, 1_800)),
      tell.ordered(4, 15, '2025-06-01', 0, sold('1', 1_000, 600)),
    );
    const bridge = await ask(valueBridge, { from: '2024-12-31', to: '2025-12-31' });
    expect(bridge.parts.map(({ cause, amount, customers }) => [cause, amount, customers])).toEqual([
      ['new', 500, 1],
      ['lost', -400, 1],
      ['more', 800, 1],
      ['less', -800, 1],
      ['price', 0, 0],
      ['costs', 0, 0],
      ['learned', 0, 0],
    ]);
    const behind = await Promise.all(
      bridgeCauses.map(async (cause) => {
        const { items } = await ask(bridgedCustomers, { from: '2024-12-31', to: '2025-12-31', cause });
        return items.map(({ customerId, amount, before, after }) => [cause, customerId, amount, before, after]);
      }),
    );
    expect(behind.flat()).toEqual([
      ['new', uuid(2), 500, 0, 500],
      ['lost', uuid(1), -400, 400, 0],
      ['more', uuid(3), 800, 400, 1_200],
      ['less', uuid(4), -800, 1_200, 400],
    ]);
  });

  it('lists the customers behind a cause in pages, the largest part first', async () => {
    const { ask } = await givenEvents(
      ...[1, 2, 3].map((customer) => tell.registered(customer)),
      ...[1, 2, 3].map((customer) =>
        tell.ordered(customer, customer, '2025-06-01', 0, sold('1', customer * 1_000, 600)),
      ),
    );
    const params = { from: '2024-12-31', to: '2025-12-31', cause: 'new', limit: 2 } as const;
    const first = await ask(bridgedCustomers, params);
    const second = await ask(bridgedCustomers, { ...params, cursor: first.nextCursor });
    expect([...first.items, ...second.items].map(({ customerId, amount }) => [customerId, amount])).toEqual([
      [uuid(3), 2_400],
      [uuid(2), 1_400],
      [uuid(1), 400],
    ]);
    expect(second.nextCursor).toBeUndefined();
  });

  it('sets apart what was learned since about the first date', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      tell.ordered(1, 10, '2024-06-01', 0, sold('1', 1_000, 600)),
      tell.ordered(1, 11, '2024-07-01', 0, sold('1', 1_000, 700), { recordedAt: '2025-02-01' }),
    );
    const params = { from: '2024-12-31', to: '2025-03-01', knownFrom: '2024-12-31' };
    const bridge = await ask(valueBridge, params);
    expect([bridge.from.value, bridge.to.value]).toEqual([400, 700]);
    expect(amounts(bridge)).toMatchObject({ learned: 300, less: 0, more: 0 });
    const sameDate = await ask(valueBridge, { ...params, to: '2024-12-31' });
    expect(sameDate.parts.filter(({ amount }) => amount !== 0)).toEqual([
      { cause: 'learned', amount: 300, customers: 1 },
    ]);
  });

  it('does not take a customer for lost that was taken over', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      tell.registered(2),
      tell.ordered(1, 10, '2024-06-01', 0, sold('1', 1_000, 600)),
      tell.ordered(2, 11, '2024-06-01', 0, sold('1', 1_000, 600)),
      tell.takenOver(2, 1, '2025-02-01'),
      tell.ordered(1, 12, '2025-06-01', 0, sold('2', 2_000, 1_200)),
    );
    expect((await ask(valueBridge, { from: '2024-12-31', to: '2025-12-31' })).parts).not.toContainEqual(
      expect.objectContaining({ customers: 1 }),
    );
  });

  it('covers a segment as it stood at the first date', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      tell.registered(2),
      tell.ordered(1, 10, '2024-06-01', 0, sold('2', 2_000, 600)),
      tell.ordered(2, 11, '2024-06-01', 0, sold('1', 1_000, 600)),
    );
    const lost = async (segment: 'A' | 'D') =>
      amounts(await ask(valueBridge, { from: '2024-12-31', to: '2025-12-31', segment }));
    expect(await lost('A')).toMatchObject({ lost: -1_400 });
    expect(await lost('D')).toMatchObject({ lost: -400 });
  });

  it('refuses dates that can not be', async () => {
    const { ask } = await givenEvents();
    const refused = (params: Partial<Parameters<typeof valueBridge>[1]>, path: string) =>
      expect(ask(valueBridge, { from: '2025-01-01', ...params })).rejects.toMatchObject({ errors: [{ path }] });
    await refused({ from: '2025-02-30' }, 'from');
    await refused({ to: '2024-12-31' }, 'to');
    await refused({ knownFrom: 'yesterday' }, 'knownFrom');
    await refused({ knownFrom: 'other-5' }, 'knownFrom');
    await refused({ months: 0 }, 'months');
    await refused({ customerId: uuid(1), segment: 'A' }, 'segment');
  });

  /** Anything that costs or brings something, at any time, told sooner or later. */
  const happening = fc.record({
    kind: fc.constantFrom('order', 'order', 'order', 'return', 'cancel', 'visit', 'direct', 'rate', 'over', 'correct'),
    customer: fc.integer({ min: 1, max: 4 }),
    day: fc.nat(720),
    late: fc.nat(200),
    net: fc.nat(99_999),
    cost: fc.option(fc.nat(99_999)),
    list: fc.option(fc.integer({ min: 1, max: 2_000 })),
    n: fc.nat(9),
  });

  it('has parts that add up to the difference to the cent, whatever happened', async () => {
    const dayOf = (days: number) => new Date(Date.UTC(2024, 0, 1) + days * 86_400_000).toISOString().slice(0, 10);
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 10, maxLength: 60 }),
        fc.nat(720),
        fc.nat(720),
        fc.nat(900),
        async (happenings, one, other, known) => {
          const events: GivenEvent[] = [1, 2, 3, 4].map((customer) => tell.registered(customer));
          const orders: GivenEvent[] = [];
          for (const [index, { kind, customer, day, late, net, cost, list, n }] of happenings.entries()) {
            const at = dayOf(day);
            const told = { recordedAt: dayOf(day + late) };
            const lines = [
              { sku: 'x', quantity: `${n + 1}`, net, cost: cost ?? undefined, listPrice: list?.toString() },
            ];
            const target = orders[n % Math.max(1, orders.length)];
            if (kind === 'order') {
              const currency = n === 7 ? 'USD' : 'EUR';
              const id = uuid(1_000 + index);
              const order = tell.ordered(customer, index + 10, at, net, { lines, currency }, { ...told, id });
              orders.push(order);
              events.push(order);
            }
            if (kind === 'return')
              events.push(tell.returned(customer, 500 + index, undefined, at, net % 500, { lines }));
            if (kind === 'visit') events.push(costs.visit(customer, at, 10 * n || undefined));
            if (kind === 'direct') events.push(costs.direct(customer, net % 1_000, at));
            if (kind === 'rate') {
              events.push(
                n % 3 === 0
                  ? tell.rate('USD', 'EUR', `0.${n + 1}`, at, told)
                  : costs.rate('visiting', `${net}.5`, n % 2 ? 'hour' : 'visit', at, {}, told),
              );
            }
            if (kind === 'over') events.push(tell.takenOver(customer, 1 + (n % 4), at, at, told));
            if (kind === 'correct' && target) {
              events.push(tell.corrected(target, { lines }, dayOf(day + late), at));
              orders.splice(orders.indexOf(target), 1);
            }
            if (kind === 'cancel' && target) {
              const { orderId } = target.data as { orderId: string };
              events.push({ type: 'OrderCancelled', at, data: { orderId }, stream: target.stream, ...told });
            }
          }
          events.sort((a, b) => ((a.recordedAt ?? a.at) < (b.recordedAt ?? b.at) ? -1 : 1));
          const { ask } = await givenEvents(...events);
          const [from, to] = [Math.min(one, other), Math.max(one, other)].map(dayOf) as [string, string];
          const knownFrom = dayOf(known);
          for (const customerId of [undefined, uuid(1)]) {
            const bridge = await ask(valueBridge, { from, to, knownFrom, customerId });
            expect(bridge.parts.reduce((sum, { amount }) => sum + amount, 0)).toBe(bridge.difference);
            expect(bridge.to.value - bridge.from.value).toBe(bridge.difference);
            // And it is a bridge between what the other view says.
            const account =
              customerId === undefined
                ? (await ask(contributionOfAll, bridge.to.period, { asOf: to })).total
                : (await ask(contributionOfOne, { customerId, ...bridge.to.period }, { asOf: to })).contribution;
            expect(bridge.to.value).toBe(account.contribution);
            if (customerId !== undefined) continue;
            const before = await ask(contributionOfAll, bridge.from.period, { asOf: from, knownAt: knownFrom });
            expect(bridge.from.value).toBe(before.total.contribution);
          }
          for (const segment of ['A', 'inactive'] as const) {
            const bridge = await ask(valueBridge, { from, to, knownFrom, segment });
            expect(bridge.parts.reduce((sum, { amount }) => sum + amount, 0)).toBe(bridge.difference);
          }
          await closeAll();
        },
      ),
      { numRuns: Number(process.env.LAW_RUNS ?? 5), endOnFailure: true },
    );
  }, 600_000);
});
