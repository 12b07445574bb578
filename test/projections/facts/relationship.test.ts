import { type GivenEvent, type GivenReadSide, givenReadSide } from '../../support/read-side.js';

const acme = '11111111-1111-4111-8111-111111111111';
const beta = '11111111-1111-4111-8111-222222222222';
const gamma = '11111111-1111-4111-8111-333333333333';
const stream = `customer-${acme}`;
const person = '44444444-4444-4444-8444-444444444444';
const thing = '55555555-5555-4555-8555-555555555555';
const sealed = { sealedFor: stream, text: 'v1.cipher.text' };

let given: GivenReadSide | undefined;
afterEach(async () => {
  await given?.close();
  given = undefined;
});

/** The rows of a fact without what all facts have in common. */
async function rowsOf(fact: string, ...events: readonly (Omit<GivenEvent, 'at' | 'stream'> & Partial<GivenEvent>)[]) {
  given = await givenReadSide(events.map((event) => ({ at: '2026-03-01', stream, ...event })));
  const rows = await given.rows(
    `SELECT * EXCLUDE (superseded_position, occurred_at, occurred_on) FROM ${fact} ORDER BY ALL`,
  );
  return rows.map(({ position: _, ...row }) => row);
}

describe('customers as rows', () => {
  it('a registration gives details, a lifecycle and the keys of other systems', async () => {
    const registered = {
      type: 'CustomerRegistered',
      data: {
        name: 'Acme',
        lifecycle: 'prospect',
        externalIds: [
          { source: 'erp', key: '7' },
          { source: 'web', key: 'a' },
        ],
        broughtInBy: { kind: 'customer', id: beta },
        postcode: '1012 AB',
        country: 'NL',
        industry: 'events',
      },
    };
    expect(await rowsOf('customer_details', registered)).toEqual([
      {
        customer: 1,
        name: 'Acme',
        postcode: '1012 AB',
        country: 'NL',
        region: null,
        industry: 'events',
        registered: true,
        broughtInByCustomer: beta,
        broughtInByPartner: null,
      },
    ]);
    expect(await given!.rows('SELECT customer, lifecycle FROM customer_lifecycle')).toEqual([
      { customer: 1, lifecycle: 'prospect' },
    ]);
    expect(await given!.rows('SELECT customer, source, key FROM customer_external_id ORDER BY source')).toEqual([
      { customer: 1, source: 'erp', key: '7' },
      { customer: 1, source: 'web', key: 'a' },
    ]);
    expect(await given!.rows('SELECT * FROM customer_key')).toEqual([
      { customer: 1, customerId: acme, firstPosition: 1 },
    ]);
  });

  it('a change of details carries only what changed', async () => {
    expect(
      await rowsOf('customer_details', { type: 'CustomerDetailsChanged', data: { name: 'Acme & Sons' } }),
    ).toMatchObject([{ name: 'Acme & Sons', postcode: null, registered: false }]);
    expect(await given!.rows('SELECT * FROM customer_lifecycle')).toEqual([]);
  });

  it('customers get small keys in the order in which the log first mentions them', async () => {
    given = await givenReadSide([
      { type: 'CustomerTakenOver', at: '2026-03-01', stream, data: { by: gamma, validFrom: '2026-04-01' } },
      { type: 'LifecycleChanged', at: '2026-03-01', stream: `customer-${beta}`, data: { lifecycle: 'customer' } },
    ]);
    expect(await given.rows('SELECT * FROM customer_key ORDER BY customer')).toEqual([
      { customer: 1, customerId: acme, firstPosition: 1 },
      { customer: 2, customerId: gamma, firstPosition: 1 },
      { customer: 3, customerId: beta, firstPosition: 2 },
    ]);
  });

  it('merged customers are one for every date, one that was taken over from a date on', async () => {
    const rows = await rowsOf(
      'customer_identity',
      { type: 'CustomersMerged', data: { survivorId: acme, mergedIds: [beta, gamma] } },
      {
        type: 'CustomerTakenOver',
        stream: `customer-${beta}`,
        at: '2026-03-01',
        data: { by: acme, validFrom: '2026-04-01' },
      },
    );
    expect(rows).toEqual([
      { customer: 2, intoCustomer: 1, validFrom: null },
      { customer: 3, intoCustomer: 1, validFrom: null },
      { customer: 2, intoCustomer: 1, validFrom: '2026-04-01' },
    ]);
  });

  it('an end says who ended it, and a reactivation that it goes on', async () => {
    expect(
      await rowsOf(
        'customer_end',
        { type: 'CustomerEnded', data: { initiator: 'them', reason: sealed, competitor: 'Other BV' } },
        { type: 'CustomerReactivated', data: {} },
      ),
    ).toEqual([
      { customer: 1, ended: true, initiator: 'them', reason: sealed, competitor: 'Other BV' },
      { customer: 1, ended: false, initiator: null, reason: null, competitor: null },
    ]);
  });

  it('what is noted of a customer stays sealed', async () => {
    expect(
      await rowsOf('profile_note', {
        type: 'CustomerProfileNoted',
        data: { needs: [{ need: sealed, arisesOn: '2026-09-01' }], bindingFactor: 'price', competitors: ['X'] },
      }),
    ).toEqual([
      {
        customer: 1,
        needs: [{ need: sealed, arisesOn: '2026-09-01' }],
        interests: null,
        goals: null,
        bindingFactor: 'price',
        competitors: ['X'],
      },
    ]);
  });
});

describe('people as rows', () => {
  it('a contact person is added, changed and leaves', async () => {
    expect(
      await rowsOf(
        'contact_person',
        {
          type: 'ContactPersonAdded',
          data: { contactPersonId: person, name: sealed, role: 'buyer', layer: 'tactical' },
        },
        { type: 'ContactPersonRoleChanged', data: { contactPersonId: person, layer: 'strategic' } },
        { type: 'ContactPersonLeft', data: { contactPersonId: person } },
      ),
    ).toEqual([
      {
        customer: 1,
        contactPersonId: person,
        change: 'added',
        name: sealed,
        email: null,
        phone: null,
        role: 'buyer',
        layer: 'tactical',
      },
      {
        customer: 1,
        contactPersonId: person,
        change: 'changed',
        name: null,
        email: null,
        phone: null,
        role: null,
        layer: 'strategic',
      },
      {
        customer: 1,
        contactPersonId: person,
        change: 'left',
        name: null,
        email: null,
        phone: null,
        role: null,
        layer: null,
      },
    ]);
  });

  it('consent is given and withdrawn by channel', async () => {
    expect(
      await rowsOf('consent', {
        type: 'ConsentChanged',
        data: { contactPersonId: person, channel: 'email', granted: false },
      }),
    ).toEqual([{ customer: 1, contactPersonId: person, channel: 'email', granted: false }]);
  });

  it('account team members are assigned and leave', async () => {
    expect(
      await rowsOf(
        'team_member',
        { type: 'AccountTeamMemberAssigned', data: { repId: 'anna', role: 'accountManager', validFrom: '2026-01-01' } },
        { type: 'AccountTeamMemberLeft', data: { repId: 'anna', role: 'accountManager', validFrom: '2026-02-01' } },
      ),
    ).toEqual([
      { customer: 1, repId: 'anna', role: 'accountManager', validFrom: '2026-01-01', assigned: true },
      { customer: 1, repId: 'anna', role: 'accountManager', validFrom: '2026-02-01', assigned: false },
    ]);
  });

  it('our people have rows without a customer', async () => {
    const rep = { stream: 'rep-anna', at: '2026-01-01' };
    expect(
      await rowsOf(
        'rep',
        { ...rep, type: 'RepRegistered', data: { repId: 'anna', name: sealed, timeZone: 'Europe/Amsterdam' } },
        { ...rep, type: 'RepLeft', data: { repId: 'anna', leftOn: '2026-12-31' } },
      ),
    ).toEqual([
      { repId: 'anna', name: sealed, email: null, timeZone: 'Europe/Amsterdam', leftOn: null },
      { repId: 'anna', name: null, email: null, timeZone: null, leftOn: '2026-12-31' },
    ]);
    expect(await given!.rows('SELECT customer, stream, revision FROM event ORDER BY position')).toEqual([
      { customer: null, stream: 'rep-anna', revision: 0 },
      { customer: null, stream: 'rep-anna', revision: 1 },
    ]);
  });
});

describe('contacts as rows', () => {
  it('visits and other contacts stand in one table, layers beside persons', async () => {
    expect(
      await rowsOf(
        'contact',
        {
          type: 'VisitLogged',
          data: {
            visitId: thing,
            heldBy: ['anna', 'bob'],
            contactPersons: [{ id: person, layer: 'tactical' }, { id: beta }],
            orderIds: [gamma],
            topics: ['prices'],
            durationMinutes: 45,
            notes: sealed,
          },
        },
        {
          type: 'InteractionLogged',
          data: {
            interactionId: thing,
            channel: 'newsletter',
            direction: 'outbound',
            heldBy: [],
            contactPersons: [],
            orderIds: [],
            countsTowardScheme: false,
          },
        },
      ),
    ).toEqual([
      {
        customer: 1,
        contactId: thing,
        kind: 'visit',
        channel: 'visit',
        direction: null,
        counts: true,
        minutes: 45,
        heldBy: ['anna', 'bob'],
        persons: [person, beta],
        layers: ['tactical', null],
        orderIds: [gamma],
        topics: ['prices'],
      },
      {
        customer: 1,
        contactId: thing,
        kind: 'interaction',
        channel: 'newsletter',
        direction: 'outbound',
        counts: false,
        minutes: null,
        heldBy: [],
        persons: [],
        layers: [],
        orderIds: [],
        topics: null,
      },
    ]);
  });

  it('visits to come are planned, moved and not held', async () => {
    const window = { from: '2026-04-01', to: '2026-04-03' };
    const rows = await rowsOf(
      'visit_plan',
      { type: 'VisitPlanned', data: { visitId: thing, repId: 'anna', window, reasons: ['overdue'] } },
      { type: 'VisitRescheduled', data: { visitId: thing, window } },
      { type: 'VisitNotHeld', data: { visitId: thing, why: 'missed' } },
    );
    expect(
      rows.map(({ change, repId, windowFrom, windowTo, reasons }) => [change, repId, windowFrom, windowTo, reasons]),
    ).toEqual([
      ['planned', 'anna', '2026-04-01', '2026-04-03', ['overdue']],
      ['rescheduled', null, '2026-04-01', '2026-04-03', null],
      ['missed', null, null, null, null],
    ]);
  });

  it('promises are made, kept and broken', async () => {
    const rows = await rowsOf(
      'promise',
      {
        type: 'PromiseMade',
        data: { promiseId: thing, what: sealed, owner: 'anna', dueOn: '2026-04-01', visitId: beta },
      },
      { type: 'PromiseKept', data: { promiseId: thing } },
      { type: 'PromiseBroken', data: { promiseId: thing } },
    );
    expect(rows).toEqual([
      {
        customer: 1,
        promiseId: thing,
        change: 'made',
        what: sealed,
        owner: 'anna',
        dueOn: '2026-04-01',
        visitId: beta,
      },
      { customer: 1, promiseId: thing, change: 'kept', what: null, owner: null, dueOn: null, visitId: null },
      { customer: 1, promiseId: thing, change: 'broken', what: null, owner: null, dueOn: null, visitId: null },
    ]);
  });

  it('what a customer spends elsewhere is estimated by category', async () => {
    expect(
      await rowsOf('wallet', {
        type: 'WalletEstimated',
        data: { category: 'gifts', annualSpend: 5_000_000, currency: 'EUR', ourShare: '0.25', basis: 'asked' },
      }),
    ).toEqual([
      {
        customer: 1,
        category: 'gifts',
        annualSpend: 5_000_000,
        currency: 'EUR',
        ourShare: 0.25,
        potential: null,
        basis: 'asked',
        competitors: null,
      },
    ]);
  });

  it('a contact scheme of its own has a row per line', async () => {
    const line = { ourRole: 'accountManager', channel: 'visit', timesPerYear: 2.5, earliestPct: 70, latestPct: 100 };
    expect(
      await rowsOf('contact_scheme_line', {
        type: 'ContactSchemeDrawnUp',
        data: {
          lines: [line, { ...line, ourPerson: 'anna', theirPerson: person }],
          validFrom: '2026-03-01',
          reason: sealed,
        },
      }),
    ).toMatchObject([
      {
        customer: 1,
        lineNo: 1,
        ourRole: 'accountManager',
        ourPerson: null,
        timesPerYear: 2.5,
        validFrom: '2026-03-01',
        reason: sealed,
      },
      { customer: 1, lineNo: 2, ourPerson: 'anna', theirPerson: person, earliestPct: 70, latestPct: 100 },
    ]);
  });
});

describe('agreements, referrals and policies as rows', () => {
  it('discounts are agreed for everything, a group or an article, with a rate or tiers', async () => {
    expect(
      await rowsOf(
        'discount_agreement',
        {
          type: 'DiscountAgreed',
          data: {
            agreementId: thing,
            scope: { kind: 'sku', sku: 'pen' },
            rate: '0.075',
            validFrom: '2026-01-01',
            validTo: '2027-01-01',
            agreedWith: person,
            agreedBy: 'anna',
          },
        },
        {
          type: 'DiscountAgreed',
          data: {
            agreementId: thing,
            scope: { kind: 'all' },
            tiers: [{ fromQuantity: '100', rate: '0.2' }],
            validFrom: '2026-01-01',
          },
        },
      ),
    ).toEqual([
      {
        customer: 1,
        agreementId: thing,
        scopeKind: 'sku',
        scopeValue: 'pen',
        rate: 0.075,
        tiers: null,
        validFrom: '2026-01-01',
        validTo: '2027-01-01',
        agreedWith: person,
        agreedBy: 'anna',
      },
      {
        customer: 1,
        agreementId: thing,
        scopeKind: 'all',
        scopeValue: null,
        rate: null,
        tiers: [{ fromQuantity: '100', rate: '0.2' }],
        validFrom: '2026-01-01',
        validTo: null,
        agreedWith: null,
        agreedBy: null,
      },
    ]);
  });

  it('payment terms are agreed and agreements end', async () => {
    expect(
      await rowsOf(
        'payment_terms',
        {
          type: 'PaymentTermsAgreed',
          data: {
            agreementId: thing,
            days: 30,
            settlementDiscount: { rate: '0.02', withinDays: 8 },
            validFrom: '2026-01-01',
          },
        },
        { type: 'AgreementEnded', data: { agreementId: thing, endsOn: '2026-06-01', reason: sealed } },
      ),
    ).toEqual([
      {
        customer: 1,
        agreementId: thing,
        days: 30,
        settlement: { rate: '0.02', withinDays: 8 },
        validFrom: '2026-01-01',
        validTo: null,
        agreedWith: null,
        agreedBy: null,
      },
    ]);
    expect(await given!.rows('SELECT agreement_id, ends_on, reason FROM agreement_ended')).toEqual([
      { agreementId: thing, endsOn: '2026-06-01', reason: sealed },
    ]);
  });

  it('referrals are received and converted', async () => {
    expect(
      await rowsOf(
        'referral',
        {
          type: 'ReferralReceived',
          data: { referralId: thing, referrer: { kind: 'customer', id: acme }, prospect: { name: 'New BV' } },
        },
        {
          type: 'ReferralConverted',
          data: { referralId: thing, newCustomerId: beta, wouldHaveComeAnyway: false, savedAcquisitionCost: 15_000 },
        },
      ),
    ).toEqual([{ customer: 1, referralId: thing, prospectName: 'New BV', prospectId: null, partner: null }]);
    expect(
      await given!.rows('SELECT * EXCLUDE (superseded_position, occurred_at, occurred_on) FROM referral_converted'),
    ).toEqual([
      {
        position: 2,
        customer: 1,
        referralId: thing,
        newCustomer: 2,
        newCustomerId: beta,
        wouldHaveComeAnyway: false,
        savedAcquisitionCost: 15_000,
      },
    ]);
  });

  it('a frequency policy has a row per line, and one row when nobody is to be met', async () => {
    const policy = { stream: 'policy-visit-frequency', at: '2026-01-01', type: 'FrequencyPolicySet' };
    const line = {
      ourRole: 'accountManager',
      theirLayer: 'tactical',
      channel: 'visit',
      timesPerYear: 10,
      earliestPct: 70,
      latestPct: 100,
    };
    const rows = await rowsOf(
      'frequency_policy_line',
      { ...policy, data: { segment: 'A', lines: [line, line], validFrom: '2026-01-01' } },
      { ...policy, data: { segment: 'D', lines: [], validFrom: '2026-01-01' } },
    );
    expect(
      rows.map(({ segment, lineNo, ourRole, timesPerYear, validFrom }) => [
        segment,
        lineNo,
        ourRole,
        timesPerYear,
        validFrom,
      ]),
    ).toEqual([
      ['A', 1, 'accountManager', 10, '2026-01-01'],
      ['A', 2, 'accountManager', 10, '2026-01-01'],
      ['D', 0, null, null, '2026-01-01'],
    ]);
  });

  it('exchange rates and value thresholds are exact', async () => {
    const rows = await rowsOf(
      'exchange_rate',
      {
        type: 'ExchangeRateSet',
        stream: 'policy-exchange-rates',
        at: '2026-01-01',
        data: { from: 'USD', to: 'EUR', rate: '0.9234567891', validFrom: '2026-01-01' },
      },
      {
        type: 'ValuePolicySet',
        stream: 'policy-value',
        at: '2026-01-01',
        data: { thresholds: { a: '0.02', b: '0.1', c: '0.25' }, validFrom: '2026-01-01' },
      },
    );
    expect(rows).toEqual([{ fromCurrency: 'USD', toCurrency: 'EUR', rate: 0.9234567891, validFrom: '2026-01-01' }]);
    expect(await given!.rows('SELECT a, b, c, valid_from FROM value_policy')).toEqual([
      { a: 0.02, b: 0.1, c: 0.25, validFrom: '2026-01-01' },
    ]);
  });
});
