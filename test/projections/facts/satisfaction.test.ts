import { givenReadSide } from '../../support/read-side.js';

const customer = '11111111-1111-4111-8111-111111111111';
const evaluation = '22222222-2222-4222-8222-222222222222';
const person = '44444444-4444-4444-8444-444444444444';
const order = '55555555-5555-4555-8555-555555555555';
const stream = `customer-${customer}`;

it('what customers were asked for their opinion on gives a row each', async () => {
  const asked = (data: object) => ({ type: 'EvaluationRequested', at: '2026-03-01', stream, data });
  const given = await givenReadSide([
    asked({ evaluationId: evaluation, instrument: 'orderEvaluation', to: person, orderId: order }),
    asked({ evaluationId: person, instrument: 'nps' }),
  ]);
  try {
    expect(
      await given.rows(
        'SELECT customer, evaluation_id, instrument, to_person, order_id FROM evaluation_requested ORDER BY position',
      ),
    ).toEqual([
      { customer: 1, evaluationId: evaluation, instrument: 'orderEvaluation', toPerson: person, orderId: order },
      { customer: 1, evaluationId: person, instrument: 'nps', toPerson: null, orderId: null },
    ]);
    for (const about of ['about_order($order)', 'about_person($person)']) {
      expect(await given.rows(`FROM ${about}`, { order, person })).toEqual([{ position: 1 }]);
    }
  } finally {
    await given.close();
  }
});

it('a claim that lapsed is no part of the relationship, though the audit log tells of it', async () => {
  const given = await givenReadSide([
    { type: 'ExternalIdClaimLapsed', at: '2026-03-01', stream, data: { source: 'erp', key: '7' } },
    {
      type: 'CustomerRegistered',
      at: '2026-03-02',
      stream,
      data: { name: 'Acme', lifecycle: 'customer', externalIds: [] },
    },
  ]);
  try {
    const typesIn = async (view: string) =>
      (await given.rows(`SELECT type FROM ${view} ORDER BY position`)).map(({ type }) => type);
    expect(await typesIn('customer_event($as_of, $known, [1])')).toEqual(['CustomerRegistered']);
    expect(await typesIn('audited($as_of, $known)')).toEqual(['ExternalIdClaimLapsed', 'CustomerRegistered']);
    const found = (known: bigint) =>
      given.reading({ known }).rows('FROM customer_found($as_of, $known, $id)', { id: customer });
    expect(await found(1n)).toEqual([]);
    expect(await found(2n)).toHaveLength(1);
  } finally {
    await given.close();
  }
});
