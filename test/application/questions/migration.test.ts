import { migrants, migration } from '../../../src/application/questions/migration.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';

afterEach(closeAll);

const halves = tell.thresholds('0.25', '0.5', '0.75', '2023-01-01');
const ended = (customer: number, at: string) => tell.event(customer, 'CustomerEnded', at, { initiator: 'them' });

const company = [
  halves,
  ...[1, 2, 3, 4, 5, 6].map((customer) => tell.registered(customer, '2024-01-01')),
  tell.registered(7, '2024-01-01', { lifecycle: 'prospect' }),
  ...[1, 2, 3, 4].map((customer) => tell.ordered(customer, 10 + customer, '2024-06-01', 5_000 - 1_000 * customer)),
  tell.ordered(2, 20, '2025-06-01', 9_000),
  tell.ordered(5, 21, '2025-06-01', 4_000),
  tell.ordered(7, 22, '2025-06-01', 2_000),
  tell.ordered(3, 23, '2025-06-01', 1_000),
  ended(4, '2025-03-01'),
];
const dates = { from: '2024-12-31', to: '2025-12-31' };

describe('the migration matrix', () => {
  it('tells who moved where, and who is new, inactive or lost', async () => {
    const { ask } = await givenEvents(...company);
    const { cells } = await ask(migration, dates);
    expect(cells.map((cell) => Object.values(cell))).toEqual([
      ['A', 'inactive', 1, 4_000, 0],
      ['B', 'A', 1, 3_000, 9_000],
      ['C', 'D', 1, 2_000, 1_000],
      ['D', 'lost', 1, 1_000, 0],
      ['inactive', 'B', 1, 0, 4_000],
      ['inactive', 'inactive', 1, 0, 0],
      ['new', 'C', 1, 0, 2_000],
    ]);
  });

  it('names the customers behind a cell, in pages', async () => {
    const { ask } = await givenEvents(...company, tell.assigned(2, 'r1', '2024-01-01'));
    expect((await ask(migrants, { ...dates, cell: 'B:A' })).items).toEqual([
      { customerId: uuid(2), name: 'Klant 2', accountManager: 'r1', revenueFrom: 3_000, revenueTo: 9_000 },
    ]);
    const two = [tell.registered(8, '2025-03-01'), tell.registered(9, '2025-03-01')];
    const more = await givenEvents(
      ...two,
      tell.ordered(8, 30, '2025-06-01', 100),
      tell.ordered(9, 31, '2025-06-01', 50),
    );
    const first = await more.ask(migrants, { ...dates, cell: 'new:A', limit: 1 });
    expect(first.items.map(({ customerId }) => customerId)).toEqual([uuid(8)]);
    expect(first.nextCursor).toBeUndefined();
    expect((await more.ask(migrants, { ...dates, cell: 'new:D' })).items).toHaveLength(1);
  });

  it('sees a customer that was taken over as the one it is part of', async () => {
    const { ask } = await givenEvents(
      halves,
      tell.registered(1),
      tell.registered(2),
      tell.ordered(1, 10, '2024-06-01', 900),
      tell.ordered(2, 11, '2024-06-01', 500),
      tell.takenOver(2, 1, '2025-02-01'),
      tell.ordered(1, 12, '2025-06-01', 900),
    );
    const { cells } = await ask(migration, dates);
    expect(cells).toEqual([{ from: 'A', to: 'A', customers: 1, revenueFrom: 1_400, revenueTo: 900 }]);
  });

  it('is as it was known', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      tell.ordered(1, 10, '2024-06-01', 900, {}, { recordedAt: '2026-03-01' }),
    );
    expect((await ask(migration, dates, { knownAt: '2026-02-01' })).cells).toMatchObject([{ from: 'inactive' }]);
    expect((await ask(migration, dates)).cells).toMatchObject([{ from: 'A' }]);
  });

  it('refuses a cell or a date that can not be', async () => {
    const { ask } = await givenEvents();
    for (const cell of ['A', 'A:new', 'E:A', 'A:B:C']) {
      await expect(ask(migrants, { ...dates, cell })).rejects.toMatchObject({ errors: [{ path: 'cell' }] });
    }
    await expect(ask(migration, { from: '2025-01-01', to: '2024-01-01' })).rejects.toMatchObject({
      errors: [{ path: 'to' }],
    });
  });
});
