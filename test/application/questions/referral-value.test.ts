import { worthOfOne } from '../../../src/application/questions/customer-value.js';
import { referralChains, referralValue } from '../../../src/application/questions/referral-value.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';

afterEach(closeAll);

const sold = (customer: number, order: number, at: string, net: number, cost: number) =>
  tell.ordered(customer, order, at, 0, { lines: [{ sku: 'pen', quantity: '1', net, cost }] });
const referred = (by: number, id: number, at = '2024-02-01') =>
  tell.event(by, 'ReferralReceived', at, {
    referralId: uuid(id),
    referrer: { kind: 'customer' },
    prospect: { name: `Prospect ${id}` },
  });
const converted = (by: number, id: number, customer: number, more: object = {}, at = '2024-03-01') =>
  tell.event(by, 'ReferralConverted', at, { referralId: uuid(id), newCustomerId: uuid(customer), ...more });
const spent = (by: number, id: number, amount: number) =>
  tell.event(by, 'DirectCostAttributed', '2024-02-10', {
    amount,
    currency: 'EUR',
    what: 'a gift',
    incurredOn: '2024-02-10',
    cause: 'referral',
    referralId: uuid(id),
  });

const company = [
  ...[1, 2, 3, 4].map((customer) => tell.registered(customer)),
  referred(1, 101),
  referred(1, 102),
  referred(1, 103),
  spent(1, 101, 700),
  converted(1, 101, 2),
  converted(1, 102, 3, { wouldHaveComeAnyway: true, savedAcquisitionCost: 2_500 }),
  sold(2, 20, '2024-06-01', 10_000, 4_000),
  sold(3, 30, '2024-06-01', 50_000, 10_000),
  referred(2, 104),
  converted(2, 104, 4, {}, '2024-07-01'),
  sold(4, 40, '2024-08-01', 3_000, 1_000),
];

describe('what a customer is worth through others', () => {
  it('is the contribution of who would not have come, and the saved cost of who would, less what it cost', async () => {
    const { ask } = await givenEvents(...company);
    const answer = await ask(referralValue, { customerId: uuid(1) });
    expect(answer.referralValue).toEqual({
      referrals: 3,
      converted: 2,
      contribution: 6_000,
      savedAcquisitionCost: 2_500,
      cost: 700,
      value: 6_000 + 2_500 - 700,
    });
    expect(answer.referrals.map(({ customerId, contribution }) => [customerId, contribution])).toEqual([
      [uuid(2), 6_000],
      [uuid(3), 0],
      [null, 0],
    ]);
  });

  it('stands beside the customer value and is not in it', async () => {
    const { ask } = await givenEvents(...company);
    const { customerValue, referralValue: beside } = await ask(worthOfOne, { customerId: uuid(1) });
    expect(beside.value).toBe(7_800);
    // The gift is a direct cost of the customer as well.
    expect(customerValue.realised).toBe(-700);
  });

  it('counts who was brought in twice with the first that became a customer, at another date nothing yet', async () => {
    const { ask } = await givenEvents(...company, referred(3, 105), converted(3, 105, 2, {}, '2024-05-01'));
    expect((await ask(referralValue, { customerId: uuid(3) })).referralValue).toMatchObject({ converted: 1, value: 0 });
    expect((await ask(referralValue, { customerId: uuid(1) })).referralValue.contribution).toBe(6_000);
    const early = await ask(referralValue, { customerId: uuid(1) }, { asOf: '2024-02-15' });
    expect(early.referralValue).toMatchObject({ referrals: 3, converted: 0, value: -700 });
  });

  it('goes on in chains', async () => {
    const { ask } = await givenEvents(...company);
    const { items } = await ask(referralChains, {});
    expect(items).toEqual([
      {
        customerId: uuid(1),
        name: 'Klant 1',
        customers: 3,
        depth: 2,
        contribution: 8_000,
        through: [
          { customerId: uuid(2), by: uuid(1), remove: 1 },
          { customerId: uuid(3), by: uuid(1), remove: 1 },
          { customerId: uuid(4), by: uuid(2), remove: 2 },
        ],
      },
    ]);
  });
});
