import { given, happened, now, registered, uuid } from '../support/given.js';

const scope = { kind: 'productGroup', productGroup: 'pens' } as const;
const agreed = (validFrom: string, validTo?: string) =>
  happened('DiscountAgreed', { agreementId: uuid(60), scope, rate: '0.1', validFrom, validTo });
const ended = (endsOn: string) => happened('AgreementEnded', { agreementId: uuid(60), endsOn });

describe('a discount agreement', () => {
  it('has a rate, or tiers that rise', () => {
    const told = given([registered]);
    told.when('AgreeDiscount', { scope, validFrom: '2026-07-01' }).thenRefused('rate-or-tiers-needed');
    const tiers = [
      { fromQuantity: 9, rate: 0.05 },
      { fromQuantity: 10, rate: 0.1 },
    ];
    told.when('AgreeDiscount', { scope, tiers, validFrom: '2026-07-01' }, { id: uuid(60) }).thenEvents(
      happened(
        'DiscountAgreed',
        {
          agreementId: uuid(60),
          scope,
          tiers: [
            { fromQuantity: '9', rate: '0.05' },
            { fromQuantity: '10', rate: '0.1' },
          ],
          validFrom: '2026-07-01',
        },
        now,
      ),
    );
    told
      .when('AgreeDiscount', { scope, tiers: tiers.toReversed(), validFrom: '2026-07-01' })
      .thenRefused('tiers-not-rising', 'tiers.1.fromQuantity');
    told.when('AgreeDiscount', { scope, rate: 1.1, validFrom: '2026-07-01' }).thenInvalid('rate');
  });

  it('ends after it begins', () => {
    given([registered])
      .when('AgreeDiscount', { scope, rate: 0.1, validFrom: '2026-07-01', validTo: '2026-07-01' })
      .thenRefused('ends-before-it-begins', 'validTo');
  });

  it('is agreed with someone whom the customer has', () => {
    given([registered])
      .when('AgreeDiscount', { scope, rate: 0.1, validFrom: '2026-07-01', agreedWith: uuid(20) })
      .thenRefused('unknown-contact-person', 'agreedWith');
  });

  it('does not overlap with another one of the same scope', () => {
    const next = { scope, rate: 0.2, validFrom: '2026-07-01' };
    given([registered, agreed('2026-01-01')])
      .when('AgreeDiscount', next)
      .thenRefused('agreement-overlaps');
    given([registered, agreed('2026-01-01', '2026-07-02')])
      .when('AgreeDiscount', next)
      .thenRefused('agreement-overlaps');
    given([registered, agreed('2026-09-01')])
      .when('AgreeDiscount', next)
      .thenRefused('agreement-overlaps');
    given([registered, agreed('2026-01-01', '2026-07-01')])
      .when('AgreeDiscount', next)
      .thenRecorded();
    given([registered, agreed('2026-09-01')])
      .when('AgreeDiscount', { ...next, validTo: '2026-09-01' })
      .thenRecorded();
  });

  it('may follow on one that ended', () => {
    const next = { scope, rate: 0.2, validFrom: '2026-07-01' };
    given([registered, agreed('2026-01-01'), ended('2026-07-01')])
      .when('AgreeDiscount', next)
      .thenRecorded();
    given([registered, agreed('2026-01-01'), ended('2026-07-02')])
      .when('AgreeDiscount', next)
      .thenRefused('agreement-overlaps');
    given([registered, agreed('2026-08-01'), ended('2026-08-01')])
      .when('AgreeDiscount', next)
      .thenRecorded();
  });

  it('of another scope stands beside it', () => {
    const told = given([registered, agreed('2026-01-01')]);
    told.when('AgreeDiscount', { scope: { kind: 'all' }, rate: 0.2, validFrom: '2026-07-01' }).thenRecorded();
    told
      .when('AgreeDiscount', { scope: { kind: 'sku', sku: 'pens' }, rate: 0.2, validFrom: '2026-07-01' })
      .thenRecorded();
    told.when('AgreePaymentTerms', { days: 30, validFrom: '2026-07-01' }).thenRecorded();
  });

  it('is ended once, within the time for which it holds', () => {
    const told = given([registered, agreed('2026-01-01', '2026-12-01')]);
    told.when('EndAgreement', { agreementId: uuid(60), endsOn: '2025-12-31' }).thenRefused('ends-before-it-begins');
    told.when('EndAgreement', { agreementId: uuid(60), endsOn: '2026-12-02' }).thenRefused('ends-after-it-lapses');
    told.when('EndAgreement', { agreementId: uuid(61), endsOn: '2026-12-01' }).thenRefused('unknown-agreement');
    given([registered, agreed('2026-01-01'), ended('2026-03-01')])
      .when('EndAgreement', { agreementId: uuid(60), endsOn: '2026-04-01' })
      .thenRefused('agreement-already-ended');
  });
});

describe('payment terms', () => {
  it('do not overlap', () => {
    const terms = happened('PaymentTermsAgreed', { agreementId: uuid(62), days: 30, validFrom: '2026-01-01' });
    given([registered, terms])
      .when('AgreePaymentTerms', { days: 14, validFrom: '2026-07-01' })
      .thenRefused('agreement-overlaps');
  });

  it('give a settlement discount within their days only', () => {
    given([registered])
      .when('AgreePaymentTerms', {
        days: 14,
        settlementDiscount: { rate: 0.02, withinDays: 15 },
        validFrom: '2026-07-01',
      })
      .thenRefused('settlement-after-term', 'settlementDiscount.withinDays');
  });
});
