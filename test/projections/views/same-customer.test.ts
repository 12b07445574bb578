import { closeAll, givenEvents, tell } from '../../application/questions/asking.js';

afterEach(closeAll);

const all = 'SELECT customer, effective, since FROM same_customer($as_of, $known) ORDER BY customer';

describe('customers that are one', () => {
  it('are nobody as long as nothing was merged or taken over', async () => {
    const { rows } = await givenEvents(tell.registered(1), tell.registered(2));
    expect(await rows(all)).toEqual([]);
  });

  it('are one for every date once the merge is known', async () => {
    const { reading } = await givenEvents(tell.registered(1), tell.registered(2), tell.merged(1, [2], '2025-06-01'));
    const merged = [{ customer: 2, effective: 1, since: null }];
    expect(await reading({ asOf: '2024-02-01' }).rows(all)).toEqual(merged);
    expect(await reading({ asOf: '2024-02-01', known: 2n }).rows(all)).toEqual([]);
  });

  it('are one from the day of the take-over on', async () => {
    const { reading } = await givenEvents(
      tell.registered(1),
      tell.registered(2),
      tell.takenOver(2, 1, '2025-06-01', '2025-05-01'),
    );
    expect(await reading({ asOf: '2025-05-31' }).rows(all)).toEqual([]);
    expect(await reading({ asOf: '2025-06-01' }).rows(all)).toEqual([
      { customer: 2, effective: 1, since: '2025-06-01' },
    ]);
  });

  it('are followed along a chain, since the day on which the last link held', async () => {
    const { reading } = await givenEvents(
      ...[1, 2, 3, 4].map((customer) => tell.registered(customer)),
      tell.takenOver(1, 2, '2025-01-01'),
      tell.takenOver(2, 3, '2025-03-01'),
      tell.merged(4, [3], '2025-06-01'),
    );
    expect(await reading({ asOf: '2025-02-01' }).rows(all)).toEqual([
      { customer: 1, effective: 2, since: '2025-01-01' },
      { customer: 3, effective: 4, since: null },
    ]);
    expect(await reading().rows(all)).toEqual([
      { customer: 1, effective: 4, since: '2025-03-01' },
      { customer: 2, effective: 4, since: '2025-03-01' },
      { customer: 3, effective: 4, since: null },
    ]);
  });

  it('that were merged in a circle by mistake all stand for one of them', async () => {
    const { rows } = await givenEvents(
      ...[1, 2, 3, 4].map((customer) => tell.registered(customer)),
      tell.merged(3, [2], '2025-01-01'),
      tell.merged(2, [3], '2025-02-01'),
      tell.merged(3, [4], '2025-03-01'),
    );
    expect(await rows(all)).toEqual([
      { customer: 3, effective: 2, since: null },
      { customer: 4, effective: 2, since: null },
    ]);
  });

  it('are no longer one when the take-over was retracted, but were as was known before', async () => {
    const takenOver = { ...tell.takenOver(2, 1, '2025-06-01'), id: '0b8f8f7e-6d3c-4c3f-9d64-7b8a3f0f4a01' };
    const { reading } = await givenEvents(
      tell.registered(1),
      tell.registered(2),
      takenOver,
      tell.retracted(takenOver, '2025-07-01'),
    );
    expect(await reading().rows(all)).toEqual([]);
    expect(await reading({ known: 3n }).rows(all)).toHaveLength(1);
  });
});
