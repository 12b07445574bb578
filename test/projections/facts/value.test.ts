import { type GivenEvent, type GivenReadSide, givenReadSide } from '../../support/read-side.js';

const acme = '11111111-1111-4111-8111-111111111111';
const beta = '11111111-1111-4111-8111-222222222222';
const gamma = '11111111-1111-4111-8111-333333333333';
const stream = `customer-${acme}`;
const thing = '55555555-5555-4555-8555-555555555555';
const person = '44444444-4444-4444-8444-444444444444';
const run = '66666666-6666-4666-8666-666666666666';
const runStream = `segmentation-${run}`;
const digest = '77777777-7777-5777-8777-777777777777';
const sealed = { sealedFor: stream, text: 'v1.cipher.text' };

let given: GivenReadSide | undefined;
afterEach(async () => {
  await given?.close();
  given = undefined;
});

type Event = Omit<GivenEvent, 'at' | 'stream'> & Partial<GivenEvent>;

async function record(...events: readonly Event[]) {
  given = await givenReadSide(events.map((event) => ({ at: '2026-03-01', stream, ...event })));
  return given;
}

/** The rows of a fact without what all facts have in common. */
async function rowsOf(fact: string, ...events: readonly Event[]) {
  const { rows } = await record(...events);
  const found = await rows(
    `SELECT * EXCLUDE (superseded_position, occurred_at, occurred_on) FROM ${fact} ORDER BY position`,
  );
  return found.map(({ position: _, ...row }) => row);
}

/** The row of a fact when its event says the least that it may. */
async function leastOf(fact: string, event: Event) {
  const [row] = await rowsOf(fact, event);
  return row;
}

describe('costs as rows', () => {
  const policy = 'policy-activity-rates';

  it('the rate of an activity is exact, with what it follows from', async () => {
    const rate = { currency: 'EUR', validFrom: '2026-01-01' };
    expect(
      await rowsOf(
        'activity_rate',
        {
          type: 'ActivityRateSet',
          stream: policy,
          data: {
            ...rate,
            activity: 'picking',
            rate: '1.250001',
            per: 'line',
            timeDriven: { capacityCost: '60000.05', practicalHours: '1200', minutesPerUnit: '1.5' },
          },
        },
        {
          type: 'ActivityRateSet',
          stream: policy,
          data: { ...rate, activity: 'visiting', rate: '85', per: 'hour', validTo: '2027-01-01' },
        },
      ),
    ).toEqual([
      {
        activity: 'picking',
        rate: 1.250001,
        currency: 'EUR',
        per: 'line',
        validFrom: '2026-01-01',
        validTo: null,
        capacityCost: 60_000.05,
        practicalHours: 1_200,
        minutesPerUnit: 1.5,
      },
      {
        activity: 'visiting',
        rate: 85,
        currency: 'EUR',
        per: 'hour',
        validFrom: '2026-01-01',
        validTo: '2027-01-01',
        capacityCost: null,
        practicalHours: null,
        minutesPerUnit: null,
      },
    ]);
  });

  it('something done for a customer has a quantity', async () => {
    const done = { type: 'ActivityCostAttributed', data: { activity: 'support', quantity: '2.5' } };
    expect(await rowsOf('activity_done', done, { ...done, data: { ...done.data, cause: 'complaint' } })).toEqual([
      { customer: 1, activity: 'support', quantity: 2.5, cause: null },
      { customer: 1, activity: 'support', quantity: 2.5, cause: 'complaint' },
    ]);
  });

  it('money spent on a customer has a day and a cause', async () => {
    const spent = { amount: 9_000, currency: 'EUR', what: 'dinner', incurredOn: '2026-02-28' };
    expect(
      await rowsOf(
        'direct_cost',
        { type: 'DirectCostAttributed', data: spent },
        { type: 'DirectCostAttributed', data: { ...spent, cause: 'referral', referralId: thing } },
      ),
    ).toEqual([
      { customer: 1, ...spent, cause: null, referralId: null },
      { customer: 1, ...spent, cause: 'referral', referralId: thing },
    ]);
  });

  it('a correction supersedes what was spent, and a retraction withdraws it', async () => {
    const spent = { amount: 9_000, currency: 'EUR', what: 'dinner', incurredOn: '2026-02-28' };
    const replacement = {
      type: 'DirectCostAttributed',
      schemaVersion: 1,
      occurredAt: '2026-03-01T12:00:00.000Z',
      data: { ...spent, amount: 8_000 },
    };
    const { rows } = await record(
      { type: 'DirectCostAttributed', id: thing, data: spent },
      { type: 'DirectCostAttributed', id: person, data: spent },
      { type: 'EventCorrected', data: { targetEventId: thing, replacement, reason: sealed } },
      { type: 'EventRetracted', data: { targetEventId: person, reason: sealed } },
    );
    expect(await rows('SELECT position, superseded_position, amount FROM direct_cost ORDER BY position')).toEqual([
      { position: 1, supersededPosition: 3, amount: 9_000 },
      { position: 2, supersededPosition: 4, amount: 9_000 },
      { position: 3, supersededPosition: null, amount: 8_000 },
    ]);
  });
});

describe('contracts and offers as rows', () => {
  it('a contract has a value per month, quarter, year or term', async () => {
    const contract = {
      contractId: thing,
      service: 'cleaning',
      validFrom: '2026-01-01',
      value: 120_000,
      currency: 'EUR',
      per: 'year',
    };
    const whole = { ...contract, validTo: '2029-01-01', noticeDays: 90, signedWith: person, signedBy: 'anna' };
    expect(
      await rowsOf('contract', { type: 'ContractSigned', data: contract }, { type: 'ContractSigned', data: whole }),
    ).toEqual([
      { customer: 1, ...contract, validTo: null, noticeDays: null, signedWith: null, signedBy: null },
      { customer: 1, ...whole },
    ]);
    expect(await given!.rows(`SELECT position FROM about_person('${person}')`)).toEqual([{ position: 2 }]);
  });

  it('an offer says what for, its answer what came of it', async () => {
    const offer = { offerId: thing, kind: 'cross', product: 'Pens' };
    const whole = {
      ...offer,
      productGroup: 'pens',
      sku: 'PEN',
      value: 45_000,
      currency: 'EUR',
      basis: 'similar customers',
      validTo: '2026-04-01',
    };
    const none = { productGroup: null, sku: null, value: null, currency: null, basis: null, validTo: null };
    expect(
      await rowsOf(
        'offer',
        { type: 'OfferMade', data: offer },
        { type: 'OfferMade', data: whole },
        { type: 'OfferAnswered', data: { offerId: thing, accepted: false, reason: sealed } },
        { type: 'OfferAnswered', data: { offerId: thing, accepted: true, orderId: person } },
      ),
    ).toEqual([
      { customer: 1, ...offer, ...none },
      { customer: 1, ...whole },
    ]);
    expect(
      await given!.rows('SELECT customer, offer_id, accepted, reason, order_id FROM offer_answered ORDER BY position'),
    ).toEqual([
      { customer: 1, offerId: thing, accepted: false, reason: sealed, orderId: null },
      { customer: 1, offerId: thing, accepted: true, reason: null, orderId: person },
    ]);
    expect(await given!.rows(`SELECT position FROM about_order('${person}')`)).toEqual([{ position: 4 }]);
  });
});

describe('suppliers as rows', () => {
  const supplier = `supplier-${thing}`;

  it('a supplier has the keys of other systems', async () => {
    const externalIds = [{ source: 'erp', key: '7' }];
    const data = { supplierId: thing, name: 'De Molen', country: 'NL', externalIds };
    expect(await rowsOf('supplier', { type: 'SupplierRegistered', stream: supplier, data })).toEqual([data]);
  });

  it('a price is exact', async () => {
    const data = { supplierId: thing, sku: 'NB', price: '2.150001', currency: 'USD', validFrom: '2026-01-01' };
    const event = { type: 'SupplierPriceAgreed', stream: supplier, data };
    expect(await leastOf('supplier_price', event)).toEqual({ ...data, price: 2.150001, validTo: null });
  });
});

describe('what a customer brings through others, as rows', () => {
  it('consent has a row per use, and one without a use when all of it is withdrawn', async () => {
    expect(
      await rowsOf(
        'reference_consent',
        { type: 'ReferenceConsentChanged', data: { granted: true, uses: ['showcase', 'call'] } },
        { type: 'ReferenceConsentChanged', data: { granted: false, uses: [] } },
      ),
    ).toEqual([
      { customer: 1, granted: true, use: 'showcase' },
      { customer: 1, granted: true, use: 'call' },
      { customer: 1, granted: false, use: null },
    ]);
  });

  it('a reference says to whom, and what came of it stays sealed', async () => {
    expect(
      await rowsOf(
        'reference_given',
        { type: 'ReferenceGiven', data: { to: { name: 'Zon' } } },
        { type: 'ReferenceGiven', data: { to: { name: 'Zon', customerId: beta }, use: 'call', outcome: sealed } },
      ),
    ).toEqual([
      { customer: 1, toName: 'Zon', toCustomerId: null, use: null, outcome: null },
      { customer: 1, toName: 'Zon', toCustomerId: beta, use: 'call', outcome: sealed },
    ]);
  });

  it('a review says where and what, its address stays sealed', async () => {
    const review = { where: 'panel', sentiment: 'runsDown', seenOn: '2026-02-28' };
    const { where: place, ...seen } = review;
    expect(
      await rowsOf(
        'review',
        { type: 'ReviewSeen', data: review },
        { type: 'ReviewSeen', data: { ...review, url: sealed } },
      ),
    ).toEqual([
      { customer: 1, place, ...seen, url: null },
      { customer: 1, place, ...seen, url: sealed },
    ]);
  });
});

describe('judgements as rows', () => {
  it('a score has one decimal, and what it rests on stays sealed', async () => {
    expect(
      await rowsOf(
        'customer_score',
        { type: 'CustomerScored', data: { element: 'learning value', score: '10' } },
        { type: 'CustomerScored', data: { element: 'learning value', score: '7.5', basis: sealed, scoredBy: 'anna' } },
      ),
    ).toEqual([
      { customer: 1, element: 'learning value', score: 10, basis: null, scoredBy: null },
      { customer: 1, element: 'learning value', score: 7.5, basis: sealed, scoredBy: 'anna' },
    ]);
  });

  it('what a competitor charges is a price beside ours, or an index', async () => {
    const competitor = 'Gifts & Co';
    const price = { competitor, sku: 'NB', price: '4.5', ourPrice: '4.95', currency: 'EUR', basis: 'quotation' };
    expect(
      await rowsOf(
        'competitor_price',
        { type: 'CompetitorPriceNoted', data: price },
        { type: 'CompetitorPriceNoted', data: { competitor, productGroup: 'notebooks', index: '95.5' } },
      ),
    ).toEqual([
      { customer: 1, ...price, price: 4.5, ourPrice: 4.95, productGroup: null, indexPct: null },
      {
        customer: 1,
        competitor,
        sku: null,
        productGroup: 'notebooks',
        price: null,
        ourPrice: null,
        currency: null,
        indexPct: 95.5,
        basis: null,
      },
    ]);
  });

  it('a wallet names who has the rest of it', async () => {
    const wallet = { category: 'gifts', annualSpend: 1, currency: 'EUR', competitors: ['A', 'B'] };
    expect(await leastOf('wallet', { type: 'WalletEstimated', data: wallet })).toMatchObject({
      competitors: ['A', 'B'],
    });
  });
});

describe('a value policy as a row', () => {
  const policy = { type: 'ValuePolicySet', stream: 'policy-value' };
  const thresholds = { a: '8', b: '6.5', c: '4' };

  it('says only what it was told', async () => {
    expect(await leastOf('value_policy', { ...policy, data: { thresholds, validFrom: '2026-01-01' } })).toEqual({
      a: 8,
      b: 6.5,
      c: 4,
      validFrom: '2026-01-01',
      pyramidBy: null,
      thresholdsOf: null,
      elements: null,
      discountRate: null,
      horizonYears: null,
      minimumRepeaters: null,
    });
  });

  it('has elements and weights per group, a discount rate and a horizon', async () => {
    const rest = {
      validFrom: '2026-01-01',
      pyramidBy: 'score',
      thresholdsOf: 'score',
      elements: [{ weights: [{ element: 'learning value', weight: '1.5' }] }],
      horizonYears: 0,
      minimumRepeaters: 500,
    };
    const data = { thresholds, ...rest, discountRate: '0.08' };
    expect(await leastOf('value_policy', { ...policy, data })).toMatchObject({ ...rest, discountRate: 0.08 });
  });
});

describe('segmentations as rows', () => {
  const policy = { thresholds: { a: '0.01', b: '0.05', c: '0.2' } };
  const proposed = {
    type: 'SegmentationProposed',
    stream: runStream,
    data: {
      runId: run,
      asOf: '2025-12-31T22:59:59.999Z',
      knownAt: '4f9c2a7be1-1043',
      policy,
      parts: 1,
      customers: 2,
      digest,
    },
  };
  const assigned = {
    type: 'SegmentationAssigned',
    stream: runStream,
    data: {
      runId: run,
      part: 1,
      of: 1,
      assignments: [
        { customerId: beta, segment: 'A', figure: '123456789', rank: 1 },
        { customerId: gamma, segment: 'D', figure: '-7.25', rank: 2 },
      ],
    },
  };

  it('what became of a run has a row per change', async () => {
    const none = {
      asOf: null,
      knownAt: null,
      policy: null,
      parts: null,
      customers: null,
      digest: null,
      effectiveFrom: null,
      approver: null,
      reason: null,
    };
    const effect = { effectiveFrom: '2026-01-01', approver: 'anna' };
    expect(
      await rowsOf(
        'segmentation_run',
        proposed,
        { type: 'SegmentationFinalised', stream: runStream, data: { runId: run, ...effect } },
        { type: 'SegmentationDiscarded', stream: runStream, data: { runId: run, reason: sealed } },
        { type: 'SegmentationDiscarded', stream: runStream, data: { runId: run } },
      ),
    ).toEqual([
      { ...none, change: 'proposed', ...proposed.data },
      { ...none, runId: run, change: 'finalised', ...effect },
      { ...none, runId: run, change: 'discarded', reason: sealed },
      { ...none, runId: run, change: 'discarded' },
    ]);
  });

  it('each customer of a part has a row, also one that nothing else was heard of', async () => {
    expect(
      await rowsOf(
        'segment_assigned',
        { type: 'LifecycleChanged', data: { lifecycle: 'customer' } },
        proposed,
        assigned,
      ),
    ).toEqual([
      { customer: 2, runId: run, part: 1, segment: 'A', figure: 123_456_789, rank: 1 },
      { customer: 3, runId: run, part: 1, segment: 'D', figure: -7.25, rank: 2 },
    ]);
    expect(await given!.rows('SELECT customer, customer_id FROM customer_key ORDER BY customer')).toEqual([
      { customer: 1, customerId: acme },
      { customer: 2, customerId: beta },
      { customer: 3, customerId: gamma },
    ]);
  });

  it('an adjustment is about the customer that it names, also one that the run had not ranked', async () => {
    const adjusted = (customerId: string, from: string) => ({
      type: 'SegmentAdjusted',
      stream: runStream,
      data: { runId: run, customerId, from, to: 'none', reason: sealed },
    });
    const row = { runId: run, toSegment: 'none', reason: sealed };
    expect(await rowsOf('segment_adjusted', assigned, adjusted(gamma, 'D'), adjusted(acme, 'none'))).toEqual([
      { ...row, customer: 2, fromSegment: 'D' },
      { ...row, customer: 3, fromSegment: 'none' },
    ]);
  });

  it('part by part gives the same rows as all at once', async () => {
    const rows = await rowsOf('segment_assigned', proposed, assigned);
    await given!.close();
    const { rows: ask, record: recordMore } = await record(proposed);
    await recordMore({ at: '2026-03-01', ...assigned });
    const later = await ask(
      'SELECT * EXCLUDE (position, superseded_position, occurred_at, occurred_on) FROM segment_assigned ORDER BY rank',
    );
    expect(later).toEqual(rows);
  });
});
