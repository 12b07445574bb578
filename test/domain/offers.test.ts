import { given, happened, now, registered, uuid } from '../support/given.js';

const reason = 'Typed in wrongly.';
const pens = { kind: 'cross', product: 'Pens with their name' } as const;
const made = happened('OfferMade', { offerId: uuid(80), ...pens });
const placed = happened('OrderPlaced', {
  orderId: uuid(50),
  currency: 'EUR',
  lines: [{ sku: 'PEN', quantity: '100', net: 45_000 }],
});

describe('an offer', () => {
  it('is made, with what it rests on and would bring', () => {
    given([registered])
      .when('MakeOffer', pens)
      .thenEvents(happened('OfferMade', { offerId: uuid(99), ...pens }, now));
    const whole = { ...pens, productGroup: 'pens', sku: 'PEN', basis: 'similar customers', validTo: '2026-06-16' };
    given([registered])
      .when('MakeOffer', { ...whole, value: 45_000 })
      .thenEvents(happened('OfferMade', { offerId: uuid(99), ...whole, value: 45_000, currency: 'EUR' }, now));
  });

  it('has a currency only with a value, and lapses after it was made', () => {
    const told = given([registered]);
    told.when('MakeOffer', { ...pens, currency: 'USD' }).thenRefused('value-and-currency', 'currency');
    told.when('MakeOffer', { ...pens, validTo: '2026-06-15' }).thenRefused('ends-before-it-begins', 'validTo');
    told.when('MakeOffer', { ...pens, value: -1 }).thenInvalid('value');
  });

  it('is made once, to a customer that we do business with', () => {
    given([registered, made])
      .when('MakeOffer', pens, { id: uuid(80) })
      .thenRefused('offer-already-made', 'id');
    given([registered, happened('CustomerEnded', { initiator: 'them' })])
      .when('MakeOffer', pens)
      .thenRefused('customer-ended');
  });

  it('is answered once', () => {
    const answer = { offerId: uuid(80), accepted: false, reason: 'Has enough of them.' };
    const answered = happened('OfferAnswered', answer);
    given([registered, made])
      .when('AnswerOffer', answer)
      .thenEvents({ ...answered, occurredAt: now });
    given([registered, made, answered])
      .when('AnswerOffer', { offerId: uuid(80), accepted: true })
      .thenRefused('offer-already-answered', 'offerId');
    given([registered]).when('AnswerOffer', answer).thenRefused('unknown-offer', 'offerId');
    const told = given([
      registered,
      made,
      answered,
      happened('EventRetracted', { targetEventId: uuid(900_002), reason }),
    ]);
    told.when('AnswerOffer', { offerId: uuid(80), accepted: true }).thenRecorded();
  });

  it('may give an order when it is accepted', () => {
    const accepted = { offerId: uuid(80), accepted: true, orderId: uuid(50) };
    given([registered, made, placed])
      .when('AnswerOffer', accepted)
      .thenEvents(happened('OfferAnswered', accepted, now));
    given([registered, made]).when('AnswerOffer', accepted).thenRefused('unknown-order', 'orderId');
    given([registered, made, placed])
      .when('AnswerOffer', { ...accepted, accepted: false })
      .thenRefused('order-without-acceptance', 'orderId');
  });

  it('is withdrawn only before its answer', () => {
    const told = given([registered, made, happened('OfferAnswered', { offerId: uuid(80), accepted: true })]);
    told.when('RetractEvent', { targetEventId: told.idOf(1), reason }).thenRefused('unknown-offer', 'targetEventId');
    told
      .when('CorrectEvent', {
        targetEventId: told.idOf(2),
        replacement: { data: { offerId: uuid(80), accepted: false } },
        reason,
      })
      .thenRecorded();
  });
});
