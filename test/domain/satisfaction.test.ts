import { given, happened, moment, registered, uuid } from '../support/given.js';

const order = happened('OrderPlaced', {
  orderId: uuid(50),
  currency: 'EUR',
  lines: [
    { sku: 'PEN', quantity: '10', net: 1_000 },
    { sku: 'CAP', quantity: '2.5', net: 500 },
  ],
});
const person = (number: number) =>
  happened('ContactPersonAdded', { contactPersonId: uuid(number), name: 'Marie', layer: 'tactical' });
const consent = (number: number, granted: boolean, occurredAt?: string) =>
  happened('ConsentChanged', { contactPersonId: uuid(number), channel: 'evaluation', granted }, occurredAt);
const asked = (more: object = {}) => ({
  type: 'EvaluationRequested',
  occurredAt: moment().now,
  data: { evaluationId: uuid(99), instrument: 'orderEvaluation', orderId: uuid(50), ...more },
});
const request = { instrument: 'orderEvaluation', orderId: uuid(50) } as const;

describe('an evaluation', () => {
  it('is asked of the customer as a whole where nobody agreed to evaluations', () => {
    given([registered, order, person(20)])
      .when('RequestEvaluation', request)
      .thenEvents(asked());
  });

  it('is asked of the one who agreed to evaluations', () => {
    given([registered, order, person(20), person(21), consent(20, true), consent(21, false)])
      .when('RequestEvaluation', request)
      .thenEvents(asked({ to: uuid(20) }));
  });

  it('is asked of the customer as a whole where several agreed, or the one who did has left or thought better of it', () => {
    given([registered, order, person(20), person(21), consent(20, true), consent(21, true)])
      .when('RequestEvaluation', request)
      .thenEvents(asked());
    given([
      registered,
      order,
      person(20),
      consent(20, true),
      happened('ContactPersonLeft', { contactPersonId: uuid(20) }),
    ])
      .when('RequestEvaluation', request)
      .thenEvents(asked());
    given([registered, order, person(20), consent(20, true), consent(20, false)])
      .when('RequestEvaluation', request)
      .thenEvents(asked());
  });

  it('heeds what was said last of consent, not what was recorded last', () => {
    given([
      registered,
      order,
      person(20),
      consent(20, true, '2026-03-01T09:00:00.000Z'),
      consent(20, false, '2026-02-01T09:00:00.000Z'),
    ])
      .when('RequestEvaluation', request)
      .thenEvents(asked({ to: uuid(20) }));
  });

  it('is asked of whom is named, unless that person refused evaluations or is not known', () => {
    given([registered, order, person(20), person(21), consent(21, true)])
      .when('RequestEvaluation', { ...request, to: uuid(20) })
      .thenEvents(asked({ to: uuid(20) }));
    given([registered, order, person(20), consent(20, false)])
      .when('RequestEvaluation', { ...request, to: uuid(20) })
      .thenRefused('no-consent', 'to');
    given([registered, order])
      .when('RequestEvaluation', { ...request, to: uuid(20) })
      .thenRefused('unknown-contact-person', 'to');
  });

  it('of an order names one that stands', () => {
    given([registered])
      .when('RequestEvaluation', { instrument: 'orderEvaluation' })
      .thenRefused('order-needed', 'orderId');
    given([registered]).when('RequestEvaluation', request).thenRefused('unknown-order', 'orderId');
    given([registered, order, happened('OrderCancelled', { orderId: uuid(50) })])
      .when('RequestEvaluation', request)
      .thenRefused('order-cancelled', 'orderId');
  });

  it('by a survey needs no order, and is asked of former customers too', () => {
    given([registered, happened('CustomerEnded', { initiator: 'them' })])
      .when('RequestEvaluation', { instrument: 'survey' })
      .thenEvents(asked({ instrument: 'survey', orderId: undefined }));
  });

  it('may be asked again by people, and is not by the system itself', () => {
    const before = happened('EvaluationRequested', {
      evaluationId: uuid(60),
      instrument: 'orderEvaluation',
      orderId: uuid(50),
    });
    given([registered, order, before]).when('RequestEvaluation', request).thenEvents(asked());
    given([registered, order, before])
      .when('RequestEvaluation', request, { source: 'system' })
      .thenRefused('evaluation-already-requested', 'orderId');
    const survey = happened('EvaluationRequested', { evaluationId: uuid(60), instrument: 'survey', orderId: uuid(50) });
    given([registered, order, survey]).when('RequestEvaluation', request, { source: 'system' }).thenEvents(asked());
  });

  it('has an id of its own', () => {
    const before = happened('EvaluationRequested', { evaluationId: uuid(99), instrument: 'survey' });
    given([registered, order, before])
      .when('RequestEvaluation', request)
      .thenRefused('evaluation-already-requested', 'id');
  });
});
