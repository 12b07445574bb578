import { v7 } from 'uuid';
import { Record } from '../../../src/application/record.js';
import { digestOf } from '../../../src/domain/segmentation.js';
import { segmentationStream } from '../../../src/domain/streams.js';
import { remove, type TestService, testService } from '../../support/service.js';

describe('Recording what a customer is worth', () => {
  let service: TestService;
  let customer: string;
  beforeAll(async () => {
    service = await testService();
    customer = await service.customer('Drukkerij De Gans');
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  const typesOf = async (id: string) => (await service.events(`&customer=${id}`)).map(({ type }) => type);

  it('takes costs, contracts, offers, references, scores, prices and wallets', async () => {
    const other = await service.customer('Bakkerij Zon');
    const post = (path: string, body: object) => service.record(`/customers/${customer}/${path}`, body);
    await post('activity-costs', { activity: 'support', quantity: '2.5', cause: 'complaint' });
    await post('direct-costs', { amount: 45_000, what: 'stand', incurredOn: '2026-03-02' });
    const contract = await post('contracts', { service: 'cleaning', validFrom: '2026-01-01', value: 1, per: 'year' });
    await post(`contracts/${contract.id}/end`, { endsOn: '2026-09-01', reason: 'Moved' });
    const order = await post('orders', { currency: 'EUR', lines: [{ sku: 'PEN', quantity: 1, net: 45_000 }] });
    const offer = await post('offers', { kind: 'cross', product: 'Pens', value: 45_000 });
    await post(`offers/${offer.id}/answer`, { accepted: true, orderId: order.id, reason: 'Cheap' });
    await post('wallet-estimates', { category: 'gifts', annualSpend: 2_500_000, ourShare: '0.25' });
    await post('reference-consent', { granted: true, uses: ['showcase'] });
    await post('references', { to: { name: 'Bakkerij Zon', customerId: other }, outcome: 'Impressed' });
    await post('reviews', { where: 'panel', sentiment: 'recommends', url: 'https://example.com/7' });
    await post('scores', { element: 'strategic value', score: 8.5, basis: 'Told us so', scoredBy: 'anna' });
    await post('competitor-prices', { competitor: 'Gifts & Co', sku: 'PEN', price: '4.5', ourPrice: 4.95 });

    expect(await typesOf(customer)).toEqual([
      'CustomerRegistered',
      'ActivityCostAttributed',
      'DirectCostAttributed',
      'ContractSigned',
      'AgreementEnded',
      'OrderPlaced',
      'OfferMade',
      'OfferAnswered',
      'WalletEstimated',
      'ReferenceConsentChanged',
      'ReferenceGiven',
      'ReviewSeen',
      'CustomerScored',
      'CompetitorPriceNoted',
    ]);
  });

  it('shows it in the timeline by kind, texts open', async () => {
    const id = await service.customer();
    await service.record(`/customers/${id}/scores`, { element: 'learning value', score: 8, basis: 'Asks well' });
    await service.record(`/customers/${id}/direct-costs`, { amount: 1, what: 'dinner' });
    await service.record(`/customers/${id}/reviews`, { where: 'panel', sentiment: 'neutral' });
    await service.record(`/customers/${id}/contracts`, {
      service: 's',
      validFrom: '2026-01-01',
      value: 1,
      per: 'month',
    });
    const last = await service.record(`/customers/${id}/offers`, { kind: 'deep', product: 'Pens' });
    const kinds = async (query = '') => {
      const { body } = await service.get(`/customers/${id}/timeline?atLeast=${last.position}${query}`);
      return body.data.items.map(({ kind, type }: { kind: string; type: string }) => `${kind}: ${type}`).sort();
    };

    expect(await kinds()).toEqual([
      'agreement: ContractSigned',
      'cost: DirectCostAttributed',
      'offer: OfferMade',
      'profile: CustomerRegistered',
      'reference: ReviewSeen',
      'score: CustomerScored',
    ]);
    expect(await kinds('&kind=score')).toEqual(['score: CustomerScored']);
    const { body } = await service.get(`/customers/${id}/timeline?kind=score`);
    expect(body.data.items[0].data).toEqual({ element: 'learning value', score: '8', basis: 'Asks well' });
  });

  it('refuses a field that is wrong, with its path', async () => {
    const wrong = async (path: string, body: object, at = `/customers/${customer}/${path}`) => {
      const answer = await service.post(at, body);
      expect([path, answer.status]).toEqual([path, 400]);
      return answer.body.errors.map((error: { path: string }) => error.path);
    };
    const contract = { service: 'cleaning', validFrom: '2026-01-01', value: 1, per: 'year' };

    expect(await wrong('scores', { element: 'learning value', score: 10.5 })).toEqual(['score']);
    expect(await wrong('scores', { element: 'learning value' })).toEqual(['score']);
    expect(await wrong('contracts', { ...contract, per: 'week' })).toEqual(['per']);
    expect(await wrong('contracts', { ...contract, value: 1.5 })).toEqual(['value']);
    expect(await wrong('offers', { kind: 'side', product: 'Pens' })).toEqual(['kind']);
    expect(await wrong('direct-costs', { amount: -1, what: 'x' })).toEqual(['amount']);
    expect(await wrong('direct-costs', { amount: 1, what: 'x', incurredOn: '2026-02-30' })).toEqual(['incurredOn']);
    expect(await wrong('competitor-prices', { competitor: 'A', sku: 'B', price: '-1' })).toEqual(['price']);
    expect(await wrong('references', { to: { name: 'Zon', phone: '1' } })).toEqual(['to.phone']);
    expect(await wrong('wallet-estimates', { category: 'gifts', annualSpend: '12' })).toEqual(['annualSpend']);
    expect(await wrong('wallet-estimates', { category: 'gifts', annualSpend: 1, id: 'x' })).toEqual(['id']);
    expect(await wrong('rates', { name: 'De Molen', externalIds: [{ source: 'erp' }] }, '/suppliers')).toEqual([
      'externalIds[0].key',
    ]);
  });

  it('refuses what goes against a rule, by name', async () => {
    const offer = await service.record(`/customers/${customer}/offers`, { kind: 'up', product: 'Pens' });
    await service.record(`/customers/${customer}/offers/${offer.id}/answer`, { accepted: false });
    const again = await service.post(`/customers/${customer}/offers/${offer.id}/answer`, { accepted: true });
    const stranger = await service.post(`/customers/${customer}/references`, { to: { name: 'Zon', customerId: v7() } });

    expect([again.status, again.body.rule]).toEqual([422, 'offer-already-answered']);
    expect([stranger.status, stranger.body.rule]).toEqual([422, 'unknown-other-customer']);
  });

  it('registers a supplier once, however often it is told, and its prices', async () => {
    const supplier = { name: 'De Molen', country: 'NL', externalIds: [{ source: 'erp', key: 'S7' }] };
    const first = await service.record('/suppliers', supplier);
    const again = await service.post('/suppliers', supplier);
    const price = await service.post(`/suppliers/${first.id}/prices`, {
      sku: 'NB',
      price: 2.15,
      validFrom: '2026-01-01',
    });
    const unknown = await service.post(`/suppliers/${v7()}/prices`, { sku: 'NB', price: 2.15 });
    const events = await service.events('&types=SupplierPriceAgreed');
    const { data } = events[0];
    const corrected = await service.post(`/suppliers/${first.id}/events/${price.body.eventId}/correction`, {
      replacement: { data: { ...data, price: '2.25' } },
      reason: 'Typed the wrong price',
    });
    const retracted = await service.post(`/suppliers/${first.id}/events/${corrected.body.eventId}/retraction`, {
      reason: 'Was another supplier',
    });

    expect([again.status, again.body]).toEqual([200, first]);
    expect(data).toEqual({
      supplierId: first.id,
      sku: 'NB',
      price: '2.15',
      currency: 'EUR',
      validFrom: '2026-01-01',
    });
    expect([price.status, unknown.status, corrected.status, retracted.status]).toEqual([201, 404, 201, 201]);
  });

  it('sets what activities cost, and how customers are ranked', async () => {
    const timeDriven = { capacityCost: 60_000, practicalHours: 1_200, minutesPerUnit: '1.5' };
    const rates = await service.put('/policies/activity-rates', {
      rates: [
        { activity: 'visiting', rate: 85, per: 'hour' },
        { activity: 'picking', per: 'line', timeDriven },
      ],
      validFrom: '2026-01-01',
    });
    const wrong = await service.put('/policies/activity-rates', { rates: [{ activity: 'a', per: 'day', rate: 1 }] });
    const both = await service.put('/policies/activity-rates', {
      rates: [{ activity: 'a', per: 'line', rate: 1, timeDriven }],
    });
    const policy = await service.put('/policies/value', {
      thresholds: { a: 8, b: '6.5', c: 4 },
      pyramidBy: 'score',
      thresholdsOf: 'score',
      elements: [{ weights: [{ element: 'learning value', weight: 2 }] }],
      discountRate: '0.08',
      horizonYears: 5,
      validFrom: '2999-01-01',
    });
    const events = await service.events('&types=ActivityRateSet,ValuePolicySet');
    const retracted = await service.post(`/policies/activity-rates/events/${rates.body.eventId}/retraction`, {
      reason: 'Was last year’s',
    });

    expect([rates.status, policy.status, retracted.status]).toEqual([201, 201, 201]);
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, 'rates[0].per']);
    expect([both.status, both.body.rule]).toEqual([422, 'rate-or-time']);
    expect(events.map(({ data }) => data.rate ?? data.pyramidBy)).toEqual(['85', '1.25', 'score']);
  });

  it('adjusts and finalises a segmentation that was proposed', async () => {
    const run = v7();
    const assignments = [{ customerId: customer, segment: 'B' as const, figure: '45000', rank: 1 }];
    const proposal = {
      asOf: '2026-01-31T22:59:59.999Z',
      knownAt: (await service.get('/status')).body.log.position,
      policy: { thresholds: { a: '0.01', b: '0.05', c: '0.2' } },
      parts: 1,
      customers: 1,
      digest: digestOf([assignments]) as string,
    };
    await service.engine.commandBus.execute(
      new Record(
        segmentationStream(run),
        [
          { name: 'ProposeSegmentation', id: run, payload: proposal },
          { name: 'AssignSegments', payload: { part: 1, assignments } },
        ],
        { actor: 'local', source: 'system' },
      ),
    );
    const post = (path: string, body: object, of = run) => service.post(`/segmentations/${of}/${path}`, body);
    const adjustment = { customerId: customer, from: 'B', to: 'A', reason: 'Opens three shops' };
    const finalisation = { effectiveFrom: '2026-02-01', approver: 'anna' };

    expect((await post('adjustments', adjustment)).status).toBe(201);
    expect((await post('adjustments', adjustment)).body.rule).toBe('segment-has-changed');
    expect((await post('adjustments', { ...adjustment, to: 'E' })).body.errors[0].path).toBe('to');
    expect((await post('finalisation', { ...finalisation, effectiveFrom: '2026-01-30' })).body.rule).toBe(
      'effective-too-early',
    );
    expect((await post('finalisation', finalisation)).status).toBe(201);
    expect((await post('discarding', {})).body.rule).toBe('segmentation-finalised');
    expect((await post('discarding', {}, v7())).status).toBe(404);
  });
});
