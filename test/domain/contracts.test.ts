import { given, happened, now, registered, uuid } from '../support/given.js';

const reason = 'Typed in wrongly.';
const cleaning = { service: 'cleaning', validFrom: '2026-01-01', value: 120_000, per: 'year' } as const;
const data = { contractId: uuid(60), ...cleaning, currency: 'EUR' };
const signed = happened('ContractSigned', data);
const sanne = happened('ContactPersonAdded', { contactPersonId: uuid(20), name: 'Sanne', layer: 'tactical' });

describe('a contract', () => {
  it('is signed for a service, with a value per month, quarter, year or term', () => {
    given([registered, sanne])
      .when('SignContract', {
        ...cleaning,
        validTo: '2029-01-01',
        currency: 'USD',
        noticeDays: 90,
        signedWith: uuid(20),
        signedBy: 'anna',
      })
      .thenEvents(
        happened(
          'ContractSigned',
          {
            contractId: uuid(99),
            ...cleaning,
            validTo: '2029-01-01',
            currency: 'USD',
            noticeDays: 90,
            signedWith: uuid(20),
            signedBy: 'anna',
          },
          now,
        ),
      );
    given([registered])
      .when('SignContract', cleaning)
      .thenEvents(happened('ContractSigned', { ...data, contractId: uuid(99) }, now));
  });

  it('for the whole term has a term, and ends after it begins', () => {
    const told = given([registered]);
    told.when('SignContract', { ...cleaning, per: 'term' }).thenRefused('term-needed', 'validTo');
    told.when('SignContract', { ...cleaning, per: 'term', validTo: '2026-07-01' }).thenRecorded();
    told.when('SignContract', { ...cleaning, validTo: '2026-01-01' }).thenRefused('ends-before-it-begins', 'validTo');
    told.when('SignContract', { ...cleaning, value: -1 }).thenInvalid('value');
  });

  it('may run beside another one for the same service', () => {
    given([registered, signed]).when('SignContract', cleaning).thenRecorded();
    given([registered, signed])
      .when('SignContract', cleaning, { id: uuid(60) })
      .thenRefused('agreement-already-made', 'id');
  });

  it('is with somebody of a customer that we do business with', () => {
    given([registered])
      .when('SignContract', { ...cleaning, signedWith: uuid(20) })
      .thenRefused('unknown-contact-person', 'signedWith');
    given([registered, happened('CustomerEnded', { initiator: 'us' })])
      .when('SignContract', cleaning)
      .thenRefused('customer-ended');
  });

  it('ends as any agreement does', () => {
    const end = { agreementId: uuid(60), endsOn: '2026-09-01' };
    given([registered, signed])
      .when('EndAgreement', end)
      .thenEvents(happened('AgreementEnded', end, now));
    given([registered, signed, happened('AgreementEnded', end)])
      .when('EndAgreement', end)
      .thenRefused('agreement-already-ended');
    given([registered, signed])
      .when('EndAgreement', { ...end, endsOn: '2025-12-31' })
      .thenRefused('ends-before-it-begins');
    given([registered, happened('ContractSigned', { ...data, validTo: '2026-07-01' })])
      .when('EndAgreement', end)
      .thenRefused('ends-after-it-lapses');
  });

  it('is corrected and withdrawn while nothing builds on it', () => {
    const told = given([
      registered,
      signed,
      happened('AgreementEnded', { agreementId: uuid(60), endsOn: '2026-09-01' }),
    ]);
    const correct = (more: object) =>
      told.when('CorrectEvent', { targetEventId: told.idOf(1), replacement: { data: { ...data, ...more } }, reason });
    correct({ value: 130_000 }).thenRecorded();
    correct({ contractId: uuid(61) }).thenRefused('another-thing');
    correct({ validTo: '2026-08-01' }).thenRefused('ends-after-it-lapses', 'targetEventId');
    told.when('RetractEvent', { targetEventId: told.idOf(1), reason }).thenRefused('unknown-agreement');
  });

  it('can not be moved behind the end of the customer', () => {
    const told = given([
      registered,
      signed,
      happened('CustomerEnded', { initiator: 'us' }, '2026-04-01T09:00:00.000Z'),
    ]);
    told
      .when('CorrectEvent', {
        targetEventId: told.idOf(1),
        replacement: { data, occurredAt: '2026-04-02T09:00:00.000Z' },
        reason,
      })
      .thenRefused('customer-ended');
  });
});
