import { card } from '../../../src/application/questions/card.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

afterAll(closeAll);

describe('the card of a customer', () => {
  let company: Asking;
  beforeAll(async () => {
    company = await givenEvents(
      tell.registered(1, '2024-01-01', { name: 'Drukkerij De Gans', postcode: '3511 LX', country: 'NL' }),
      tell.registered(2, '2024-01-01', { name: 'De Gans (oud)', externalIds: [{ source: 'erp', key: '7' }] }),
      tell.assigned(1, 'r1', '2025-01-01'),
      tell.assigned(1, 'r9', '2025-01-01', 'insideSales'),
      tell.event(1, 'ContactPersonAdded', '2025-01-05', { contactPersonId: uuid(31), name: 'Jan', layer: 'tactical' }),
      tell.event(1, 'ContactPersonAdded', '2025-01-05', { contactPersonId: uuid(32), name: 'Els', layer: 'strategic' }),
      tell.event(1, 'ContactPersonRoleChanged', '2025-02-05', { contactPersonId: uuid(31), role: 'inkoper' }),
      tell.event(1, 'ConsentChanged', '2025-01-06', { contactPersonId: uuid(31), channel: 'email', granted: true }),
      tell.event(1, 'ConsentChanged', '2025-03-06', { contactPersonId: uuid(31), channel: 'email', granted: false }),
      tell.event(1, 'ContactPersonLeft', '2025-04-01', { contactPersonId: uuid(32) }),
      tell.ordered(1, 10, '2025-01-10', 1_000),
      tell.ordered(2, 11, '2025-01-11', 500),
      tell.event(1, 'DiscountAgreed', '2025-01-15', {
        agreementId: uuid(41),
        scope: { kind: 'all' },
        rate: '0.05',
        validFrom: '2025-02-01',
        agreedWith: uuid(31),
        agreedBy: 'r1',
      }),
      tell.event(1, 'PaymentTermsAgreed', '2025-01-15', {
        agreementId: uuid(42),
        days: 30,
        validFrom: '2025-01-01',
        validTo: '2026-01-01',
      }),
      tell.event(1, 'AgreementEnded', '2025-05-01', { agreementId: uuid(41), endsOn: '2025-06-01' }),
      tell.event(1, 'VisitLogged', '2025-03-01', {
        visitId: uuid(51),
        heldBy: ['r1', 'r9'],
        contactPersons: [{ id: uuid(31) }],
        orderIds: [],
        topics: [],
      }),
      tell.event(1, 'PromiseMade', '2025-03-01', {
        promiseId: uuid(61),
        what: 'monsters',
        owner: 'r1',
        dueOn: '2025-03-10',
      }),
      tell.event(1, 'PromiseMade', '2025-03-01', { promiseId: uuid(62), what: 'offerte', dueOn: '2025-03-05' }),
      tell.event(1, 'PromiseKept', '2025-03-04', { promiseId: uuid(62) }),
      tell.event(1, 'VisitPlanned', '2025-03-02', {
        visitId: uuid(52),
        repId: 'r1',
        window: { from: '2025-06-01', to: '2025-06-10' },
      }),
      tell.event(1, 'CustomerProfileNoted', '2025-02-01', {
        needs: [{ need: 'cadeaus', arisesOn: '2025-12-01' }],
        bindingFactor: 'snel',
      }),
      tell.event(1, 'CustomerProfileNoted', '2025-03-01', { needs: [{ need: 'mokken' }], bindingFactor: 'goedkoop' }),
      tell.event(1, 'WalletEstimated', '2025-03-01', { category: 'drukwerk', annualSpend: 100_000, currency: 'EUR' }),
      tell.event(1, 'WalletEstimated', '2025-04-01', { category: 'drukwerk', annualSpend: 120_000, currency: 'EUR' }),
      tell.merged(1, [2], '2025-05-15'),
    );
  });

  it('shows who they are, who we are to them, what was agreed and what is open', async () => {
    const shown = await company.ask(card, { customerId: uuid(1) }, { asOf: '2025-05-20' });
    expect(shown).toMatchObject({
      customerId: uuid(1),
      absorbed: [uuid(2)],
      profile: {
        name: 'Drukkerij De Gans',
        postcode: '3511 LX',
        lifecycle: 'customer',
        ended: false,
        externalIds: [{ source: 'erp', key: '7' }],
        broughtInBy: null,
      },
      team: [
        { repId: 'r1', role: 'accountManager', since: '2025-01-01' },
        { repId: 'r9', role: 'insideSales', since: '2025-01-01' },
      ],
      owner: 'r1',
      segment: 'A',
      rank: 1,
      revenueTwelveMonths: 1_500,
      value: { revenue: 1_500, orders: 2 },
      lastContact: { contactId: uuid(51), at: '2025-03-01T12:00:00.000Z', heldBy: ['r1', 'r9'], channel: 'visit' },
      plannedVisits: [{ visitId: uuid(52), repId: 'r1', from: '2025-06-01', to: '2025-06-10' }],
    });
    expect(shown.partOf).toBeUndefined();
    expect(shown.openPromises).toEqual([
      {
        promiseId: uuid(61),
        what: 'monsters',
        owner: 'r1',
        dueOn: '2025-03-10',
        madeAt: '2025-03-01T12:00:00.000Z',
        overdue: true,
      },
    ]);
    expect(shown.agreements).toEqual([
      {
        kind: 'discount',
        agreementId: uuid(41),
        scope: { kind: 'all', value: null },
        rate: 0.05,
        tiers: null,
        validFrom: '2025-02-01',
        validTo: '2025-06-01',
        agreedWith: uuid(31),
        agreedBy: 'r1',
      },
      {
        kind: 'paymentTerms',
        agreementId: uuid(42),
        days: 30,
        settlementDiscount: null,
        validFrom: '2025-01-01',
        validTo: '2026-01-01',
        agreedWith: null,
        agreedBy: null,
      },
    ]);
    expect(shown.wallet).toMatchObject([{ category: 'drukwerk', annualSpend: 120_000 }]);
  });

  it('shows the people with their consent, and that somebody left', async () => {
    const { contactPersons } = await company.ask(card, { customerId: uuid(1) }, { asOf: '2025-05-20' });
    expect(contactPersons).toEqual([
      {
        contactPersonId: uuid(31),
        name: 'Jan',
        email: null,
        phone: null,
        role: 'inkoper',
        layer: 'tactical',
        state: 'active',
        consent: [{ channel: 'email', granted: false }],
        lastContactAt: '2025-03-01T12:00:00.000Z',
        updatedAt: '2025-02-05T12:00:00.000Z',
      },
      expect.objectContaining({ contactPersonId: uuid(32), name: 'Els', layer: 'strategic', state: 'left' }),
    ]);
    const before = await company.ask(card, { customerId: uuid(1) }, { asOf: '2025-02-01' });
    expect(
      before.contactPersons.map(({ name, state, consent }) => [name, state, consent.map(({ granted }) => granted)]),
    ).toEqual([
      ['Els', 'active', []],
      ['Jan', 'active', [true]],
    ]);
  });

  it('says how complete our knowledge is, and how old', async () => {
    const { knowledge } = await company.ask(card, { customerId: uuid(1) }, { asOf: '2025-05-20' });
    expect(knowledge.items.filter(({ known }) => !known).map(({ item }) => item)).toEqual([
      'region',
      'industry',
      'interests',
      'goals',
      'competitors',
    ]);
    expect(knowledge.completeness).toBe(0.583333);
    expect(knowledge.items.find(({ item }) => item === 'wallet')).toEqual({
      item: 'wallet',
      known: true,
      updatedAt: '2025-04-01T12:00:00.000Z',
      ageDays: 49,
    });
    expect(knowledge.needs.map(({ need, arisesOn }) => [need, arisesOn])).toEqual([
      ['mokken', null],
      ['cadeaus', '2025-12-01'],
    ]);
    expect(knowledge.bindingFactor).toBe('goedkoop');
  });

  it('of a customer that is part of another shows the other one, and says so', async () => {
    const shown = await company.ask(card, { customerId: uuid(2) }, { asOf: '2025-02-20' });
    expect(shown.customerId).toBe(uuid(1));
    expect(shown.partOf).toEqual({ askedFor: uuid(2) });
  });

  it('showed the duplicate by itself as long as the merge was not known', async () => {
    const shown = await company.ask(card, { customerId: uuid(2) }, { knownAt: '2025-05-14' });
    expect(shown).toMatchObject({ customerId: uuid(2), profile: { name: 'De Gans (oud)' }, value: { revenue: 500 } });
    expect(shown.partOf).toBeUndefined();
  });

  it('no longer shows an agreement that ended', async () => {
    const { agreements } = await company.ask(card, { customerId: uuid(1) }, { asOf: '2025-06-01' });
    expect(agreements.map(({ agreementId }) => agreementId)).toEqual([uuid(42)]);
  });
});
