import fc from 'fast-check';
import { type CommandEnvelope, Record } from '../../src/application/record.js';
import { digestOf } from '../../src/domain/segmentation.js';
import {
  customerStream,
  policyStream,
  repStream,
  segmentationStream,
  supplierStream,
} from '../../src/domain/streams.js';

/** Random histories: what a company might tell the system, in any order, at any time, with clocks that step back. */

const uuid = (kind: number, n: number) =>
  `00000000-0000-4000-8${String(kind).padStart(3, '0')}-${String(n).padStart(12, '0')}`;

export const customers = [0, 1, 2, 3].map((n) => uuid(1, n));
export const reps = ['anna', 'bram'];
export const runs = [0, 1, 2, 3, 4, 5].map((n) => uuid(8, n));
const groups = ['pens', 'textiles'];
const personOf = (customer: number) => uuid(2, customer);

/** Days count from here; a little over two years fit. */
const origin = Date.UTC(2024, 0, 1, 9);
export const span = 900;
const day = 86_400_000;
export const instantOf = (days: number) => new Date(origin + Math.round(days * day)).toISOString();
export const dateOf = (days: number) => instantOf(days).slice(0, 10);

/** One thing told. `seen` picks an earlier event for corrections and retractions. */
export interface Told {
  readonly kind: (typeof kinds)[number];
  readonly customer: number;
  readonly other: number;
  /** When it happened, days from the origin. */
  readonly at: number;
  /** How far the clock moves before it is told, milliseconds; may be negative. */
  readonly tick: number;
  readonly n: number;
  readonly amount: number;
  readonly seen: number;
}

const kinds = [
  'order',
  'order',
  'order',
  'foreignOrder',
  'return',
  'cancel',
  'deliver',
  'pay',
  'visit',
  'visit',
  'call',
  'newsletter',
  'assign',
  'details',
  'discount',
  'endDiscount',
  'terms',
  'referral',
  'convert',
  'frequency',
  'rate',
  'thresholds',
  'scheme',
  'promise',
  'keepPromise',
  'note',
  'end',
  'reactivate',
  'merge',
  'takeOver',
  'correct',
  'correct',
  'retract',
  'wallet',
  'offer',
  'answerOffer',
  'person',
  'personLeft',
  'consent',
  'lifecycle',
  'rep',
  'segmentation',
  'segmentation',
  'score',
  'activityRate',
  'activityCost',
  'directCost',
  'competitorPrice',
  'reference',
  'supplierPrice',
  'contract',
  'endContract',
] as const;

export const told: fc.Arbitrary<Told> = fc.record({
  kind: fc.constantFrom(...kinds),
  customer: fc.nat(customers.length - 1),
  other: fc.nat(customers.length - 1),
  at: fc.nat(span),
  tick: fc.oneof(fc.integer({ min: -90 * day, max: -1 }), fc.integer({ min: 0, max: 60 * day })),
  n: fc.nat(5),
  amount: fc.integer({ min: -2, max: 900_000 }),
  seen: fc.nat(1_000),
});

/** Days on which each of the customers orders, whatever comes then: so far apart that BG/NBD has a maximum for them. */
const firstOrders = [
  [19, 29, 39, 48, 58, 68, 78, 87],
  [229, 237],
  [100, 180],
  [307, 345],
];

/**
 * What every history begins with, so that few customers are enough for a model of how customers buy, and there are contracts
 * and promised days: chance alone seldom gets so far.
 */
export const beginning: readonly Told[] = firstOrders.flatMap((days, customer) => {
  const about = { customer, other: customer, tick: 60_000, amount: 40_000 * (customer + 1) ** 2, seen: 0 };
  return [
    ...days.map((at, index) => ({
      ...about,
      kind: 'order' as const,
      at,
      n: 6 + index,
      amount: about.amount * (1 + (index % 3)),
    })),
    { ...about, kind: 'deliver', at: (days[1] as number) + 70, n: 7 },
    { ...about, kind: 'contract', at: 200 * customer + 40, n: customer },
  ];
});

/** An event that a correction may name. */
export interface Seen {
  readonly stream: string;
  readonly eventId: string;
  readonly type: string;
  readonly data: Record_;
}
type Record_ = { readonly [field: string]: unknown };

const local = (days: number) => ({ occurredAt: instantOf(days) });

/** The commands that tell it, or undefined when there is nothing to correct yet. */
export function commandsOf(it: Told, seen: readonly Seen[], step: number): Record | undefined {
  const customer = customers[it.customer] as string;
  const other = customers[it.other] as string;
  const stream = customerStream(customer);
  const rep = reps[it.n % 2] as string;
  const orderId = uuid(3, it.customer * 100 + it.n);
  const id = uuid(9, step);
  const by = { actor: 'local', source: 'api' as const };
  const tell = <Name extends CommandEnvelope['name']>(
    name: Name,
    payload: CommandEnvelope<Name>['payload'],
    at = stream,
    own = id,
  ) => new Record(at, [{ name, id: own, payload } as CommandEnvelope], by);
  const when = local(it.at);
  const line = {
    sku: `sku-${it.n}`,
    productGroup: groups[it.n % 2] as string,
    quantity: it.n + 1,
    listPrice: '12.345',
    discountRate: '0.05',
    net: Math.max(0, it.amount),
    ...(it.n % 3 > 0 && { cost: Math.max(0, Math.floor(it.amount / 3)) }),
    ...(it.n > 1 && { promisedOn: dateOf(it.at + 10 * it.n) }),
  };
  switch (it.kind) {
    case 'order':
      return tell(
        'PlaceOrder',
        { placedAt: when.occurredAt, soldBy: rep, currency: 'EUR', lines: [line, { ...line, sku: 'x', net: 100 }] },
        stream,
        orderId,
      );
    case 'foreignOrder':
      return tell(
        'PlaceOrder',
        { placedAt: when.occurredAt, currency: 'USD', country: it.n % 2 ? 'Belgium' : 'Germany', lines: [line] },
        stream,
        orderId,
      );
    case 'return':
      return tell('ReturnOrderLines', {
        ...when,
        orderId,
        lines: [{ sku: line.sku, quantity: 1, net: Math.max(0, it.amount) }],
      });
    case 'cancel':
      return tell('CancelOrder', { ...when, orderId, reason: 'no longer needed' });
    case 'deliver':
      return tell('DeliverOrder', { ...when, orderId, deliveredOn: dateOf(it.at) });
    case 'pay':
      return tell('PayInvoice', { ...when, orderId, paidOn: dateOf(it.at), amount: Math.max(0, it.amount) });
    case 'visit':
      return tell('LogVisit', {
        ...when,
        heldBy: [rep],
        contactPersons: it.n % 2 ? [{ id: personOf(it.customer) }] : [],
        ...(it.n > 3 && { durationMinutes: 10 * it.n }),
        notes: 'spoke of pens',
        promises: it.n === 3 ? [{ what: 'send samples', owner: rep, dueOn: dateOf(it.at + 10) }] : [],
      });
    case 'call':
      return tell('LogInteraction', { ...when, channel: 'phone', heldBy: [rep] });
    case 'newsletter':
      return tell('LogInteraction', { ...when, channel: 'newsletter', heldBy: [] });
    case 'assign':
      return tell('AssignAccountTeamMember', {
        ...when,
        repId: rep,
        role: it.n % 3 ? 'accountManager' : 'insideSales',
        validFrom: dateOf(it.at),
      });
    case 'details':
      return tell('ChangeCustomerDetails', {
        ...when,
        name: `Customer ${it.customer}.${it.n}`,
        postcode: `10${it.n}1 AB`,
      });
    case 'discount':
      return tell(
        'AgreeDiscount',
        {
          ...when,
          scope: it.n % 2 ? { kind: 'all' } : { kind: 'productGroup', productGroup: 'pens' },
          rate: '0.1',
          validFrom: dateOf(it.at),
          ...(it.n > 2 && { validTo: dateOf(it.at + 200) }),
        },
        stream,
        uuid(4, it.customer * 10 + it.n),
      );
    case 'endDiscount':
      return tell('EndAgreement', {
        ...when,
        agreementId: uuid(4, it.customer * 10 + it.n),
        endsOn: dateOf(it.at),
        reason: 'renewed',
      });
    case 'contract':
      return tell(
        'SignContract',
        {
          ...when,
          service: 'stock on call',
          validFrom: dateOf(it.at + 30 * (it.n - 2)),
          ...(it.n > 1 && { validTo: dateOf(it.at + 100 * it.n) }),
          value: Math.max(0, it.amount),
          per: (['month', 'quarter', 'year', 'term', 'month', 'term'] as const)[it.n] as 'month',
          ...(it.n === 4 && { currency: 'USD' }),
        },
        stream,
        uuid(7, it.customer * 10 + it.n),
      );
    case 'endContract':
      return tell('EndAgreement', {
        ...when,
        agreementId: uuid(7, it.customer * 10 + it.n),
        endsOn: dateOf(it.at + 40),
      });
    case 'terms':
      return tell('AgreePaymentTerms', { ...when, days: 30, validFrom: dateOf(it.at), validTo: dateOf(it.at + 90) });
    case 'referral':
      return tell(
        'ReceiveReferral',
        { ...when, prospect: { name: `Prospect ${it.n}`, customerId: other } },
        stream,
        uuid(5, it.customer * 10 + it.n),
      );
    case 'convert':
      return tell('ConvertReferral', { ...when, referralId: uuid(5, it.customer * 10 + it.n), newCustomerId: other });
    case 'frequency':
      return tell(
        'SetVisitFrequency',
        {
          ...when,
          validFrom: dateOf(it.at),
          segments: [
            {
              segment: it.n % 2 ? 'A' : 'D',
              lines: [{ ourRole: 'accountManager', channel: it.n > 2 ? 'visit' : 'call', timesPerYear: it.n + 1 }],
            },
          ],
        },
        policyStream('visit-frequency'),
      );
    case 'rate':
      return tell(
        'SetExchangeRates',
        { ...when, validFrom: dateOf(it.at), rates: [{ from: 'USD', to: 'EUR', rate: `0.${it.n + 3}` }] },
        policyStream('exchange-rates'),
      );
    case 'thresholds':
      return tell(
        'SetValuePolicy',
        {
          ...when,
          validFrom: dateOf(it.at),
          thresholds: { a: '0.25', b: '0.5', c: it.n % 2 ? '0.75' : '0.6' },
          minimumRepeaters: 1 + (it.n % 3),
          ...(it.n < 4 && { discountRate: `0.${it.n}`, horizonYears: it.n }),
          ...(it.n === 3 && { thresholdsOf: 'cumulativeRevenue' }),
          ...(it.n === 4 && { pyramidBy: 'contribution' }),
          ...(it.n === 5 && {
            pyramidBy: 'score',
            elements: [{ weights: [{ element: 'strategic value', weight: '1' }] }],
          }),
        },
        policyStream('value'),
      );
    case 'segmentation': {
      const run = runs[it.n] as string;
      const placed = [customer, ...(other === customer ? [] : [other])].map((customerId, index) => ({
        customerId,
        segment: (['A', 'B', 'C', 'D'] as const)[(it.seen + index) % 4] as 'A',
        figure: String(900 - index),
        rank: index + 1,
      }));
      const proposed = {
        asOf: when.occurredAt,
        knownAt: 'log-1',
        policy: { thresholds: { a: '0.25', b: '0.5', c: '0.75' } },
        parts: 1,
        customers: placed.length,
        digest: digestOf([placed]) as string,
      };
      const adjustment = {
        customerId: customer,
        from: (placed[0] as (typeof placed)[number]).segment,
        to: 'none' as const,
        reason: 'is moving',
      };
      const approved = { effectiveFrom: dateOf(it.at + it.n * 20), approver: rep };
      const commands = [
        { name: 'ProposeSegmentation', id: run, payload: { ...when, ...proposed } },
        { name: 'AssignSegments', id: uuid(10, step), payload: { ...when, part: 1, assignments: placed } },
        ...(it.amount % 3 ? [] : [{ name: 'AdjustSegment', id: uuid(11, step), payload: { ...when, ...adjustment } }]),
        ...(it.amount % 4
          ? [{ name: 'FinaliseSegmentation', id: uuid(12, step), payload: { ...when, ...approved } }]
          : []),
      ];
      return new Record(segmentationStream(run), commands as CommandEnvelope[], by);
    }
    case 'score':
      return tell('ScoreCustomer', { ...when, element: 'strategic value', score: it.n + 3, scoredBy: rep });
    case 'competitorPrice':
      return tell('NoteCompetitorPrice', {
        ...when,
        competitor: `competitor ${it.n % 2}`,
        ...(it.n > 3 ? { productGroup: 'pens', index: 90 + it.n } : { sku: line.sku, price: it.n + 1 }),
        ...(it.n === 3 && { ourPrice: 5 }),
      });
    case 'reference':
      return [
        tell('ChangeReferenceConsent', {
          ...when,
          granted: it.n > 0,
          uses: it.n > 1 ? ['showcase', 'logo'] : ['logo'],
        }),
        tell('GiveReference', { ...when, to: { name: `Prospect ${it.n}` }, ...(it.n % 2 && { use: 'logo' }) }),
        tell('SeeReview', { ...when, where: 'a fair', sentiment: it.n > 2 ? 'recommends' : 'runsDown' }),
      ][it.seen % 3];
    case 'supplierPrice': {
      const commands = [
        { name: 'RegisterSupplier', id: uuid(13, step), payload: { ...when, name: `Supplier ${it.n}` } },
        {
          name: 'AgreeSupplierPrice',
          id: uuid(14, step),
          payload: {
            ...when,
            sku: line.sku,
            price: it.n + 0.5,
            validFrom: dateOf(it.at + (it.amount % 50) + 2),
            ...(it.n > 2 && { validTo: dateOf(it.at + 60 * it.n), currency: 'USD' }),
          },
        },
      ];
      return new Record(supplierStream(uuid(15, it.seen % 2)), commands as CommandEnvelope[], by);
    }
    case 'scheme':
      return tell('DrawUpContactScheme', {
        ...when,
        validFrom: dateOf(it.at),
        reason: 'asked for',
        lines: [
          { ourRole: 'accountManager', ourPerson: rep, theirLayer: 'strategic', channel: 'visit', timesPerYear: 4 },
        ],
      });
    case 'promise':
      return tell(
        'MakePromise',
        { ...when, what: 'call back', owner: rep, dueOn: dateOf(it.at + 5) },
        stream,
        uuid(6, it.customer * 10 + it.n),
      );
    case 'keepPromise':
      return tell('KeepPromise', { ...when, promiseId: uuid(6, it.customer * 10 + it.n) });
    case 'note':
      return tell('NoteProfile', {
        ...when,
        needs: [{ need: 'gifts for a jubilee', arisesOn: dateOf(it.at + 60) }],
        competitors: ['another'],
      });
    case 'end':
      return tell('EndCustomer', { ...when, initiator: 'them', reason: 'moved away' });
    case 'reactivate':
      return tell('ReactivateCustomer', { ...when });
    case 'merge':
      return it.seen % 4 === 0 ? tell('MergeCustomers', { ...when, mergedIds: [other] }) : undefined;
    case 'takeOver':
      return it.seen % 4 === 0 ? tell('TakeOverCustomer', { ...when, by: other, validFrom: dateOf(it.at) }) : undefined;
    case 'wallet':
      return tell('LogVisit', {
        ...when,
        heldBy: [rep],
        wallet: {
          category: ['gifts', 'Pens', 'textiles'][it.n % 3] as string,
          annualSpend: 5_000_000 + it.amount,
          currency: it.n === 4 ? 'USD' : 'EUR',
          ...(it.n < 3 && { ourShare: '0.25' }),
        },
      });
    case 'offer':
      return tell(
        'MakeOffer',
        {
          ...when,
          kind: (['cross', 'up', 'deep'] as const)[it.n % 3] as 'cross',
          product: 'Pens',
          productGroup: groups[it.n % 2] as string,
          ...(it.n > 1 && { value: Math.max(0, it.amount) }),
          ...(it.n > 3 && { validTo: dateOf(it.at + 60) }),
        },
        stream,
        uuid(13, it.customer * 10 + it.n),
      );
    case 'answerOffer':
      return tell('AnswerOffer', {
        ...when,
        offerId: uuid(13, it.customer * 10 + it.n),
        accepted: it.amount % 2 === 0,
      });
    case 'person':
      return tell(
        'AddContactPerson',
        { ...when, name: 'J. Voorbeeld', layer: it.n % 2 ? 'strategic' : 'tactical' },
        stream,
        personOf(it.customer),
      );
    case 'personLeft':
      return tell('RecordContactPersonLeft', { ...when, contactPersonId: personOf(it.customer) });
    case 'consent':
      return tell('ChangeConsent', {
        ...when,
        contactPersonId: personOf(it.customer),
        channel: 'email',
        granted: it.n % 2 === 0,
      });
    case 'lifecycle':
      return tell('ChangeLifecycle', { ...when, lifecycle: it.n % 2 ? 'customer' : 'prospect' });
    case 'rep':
      return tell('RegisterRep', { ...when, repId: rep, name: 'A. Voorbeeld' }, repStream(rep));
    case 'activityRate':
      return tell(
        'SetActivityRates',
        {
          ...when,
          validFrom: dateOf(it.at),
          rates: [
            {
              activity: it.n < 3 ? 'care' : 'handling',
              rate: `${it.n + 1}.25`,
              per: (['visit', 'hour', 'order', 'line', 'delivery', 'unit'] as const)[it.n] as 'visit',
              ...(it.n === 4 && { currency: 'USD' }),
            },
          ],
        },
        policyStream('activity-rates'),
      );
    case 'activityCost':
      return tell('AttributeActivityCost', { ...when, activity: 'care', quantity: `${it.n}.5` });
    case 'directCost':
      return tell('AttributeDirectCost', { ...when, amount: Math.max(0, it.amount), what: 'a stand' });
    case 'correct': {
      const target = seen[it.seen % Math.max(1, seen.length)];
      if (!target) return undefined;
      return tell(
        'CorrectEvent',
        {
          targetEventId: target.eventId,
          reason: 'it was otherwise',
          replacement: { occurredAt: when.occurredAt, data: changed(target, it) },
        },
        target.stream,
      );
    }
    case 'retract': {
      const target = seen[it.seen % Math.max(1, seen.length)];
      return (
        target && tell('RetractEvent', { targetEventId: target.eventId, reason: 'it never happened' }, target.stream)
      );
    }
  }
}

/** The same thing with another amount or another colleague. */
function changed(target: Seen, it: Told): Record_ {
  const data: { [field: string]: unknown } = structuredClone(target.data) as never;
  if (Array.isArray(data.lines) && target.type === 'OrderPlaced') {
    data.lines = data.lines.map((line: Record_, index) =>
      index === 0 ? { ...line, net: Math.max(0, it.amount) } : line,
    );
  }
  if (Array.isArray(data.heldBy)) data.heldBy = [reps[it.n % 2]];
  return data;
}
