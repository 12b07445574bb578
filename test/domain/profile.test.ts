import { given, happened, registered, self, uuid } from '../support/given.js';

const ended = happened('CustomerEnded', { initiator: 'them' }, '2026-03-31T15:00:00.000Z');
const reactivated = happened('CustomerReactivated', {}, '2026-05-01T09:00:00.000Z');
const visit = { heldBy: ['anna'] };

describe('a customer', () => {
  it('is registered with what was told, and is a customer unless said otherwise', () => {
    given([])
      .when('RegisterCustomer', { name: 'Bakkerij Jansen', externalIds: [{ source: 'erp', key: '7' }], country: 'NL' })
      .thenEvents(
        happened(
          'CustomerRegistered',
          { name: 'Bakkerij Jansen', lifecycle: 'customer', externalIds: [{ source: 'erp', key: '7' }], country: 'NL' },
          '2026-06-15T10:00:00.000Z',
        ),
      );
  });

  it('is registered once', () => {
    given([registered]).when('RegisterCustomer', { name: 'Again' }).thenRefused('customer-already-registered');
  });

  it('can not bring itself in', () => {
    given([]).when('RegisterCustomer', { name: 'A', referredBy: self }).thenRefused('self-referral');
  });

  it('may not claim keys of the sources that are the system’s own, nor the same key twice', () => {
    const externalIds = [{ source: 'klantwaarde:merged-customer', key: self }];
    given([]).when('RegisterCustomer', { name: 'A', externalIds }).thenRefused('source-reserved', 'externalIds.0');
    const twice = [
      { source: 'erp', key: '7' },
      { source: 'erp', key: '7' },
    ];
    given([])
      .when('RegisterCustomer', { name: 'A', externalIds: twice })
      .thenRefused('external-id-twice', 'externalIds.1');
  });

  it('must be registered before anything can be told of it', () => {
    given([]).when('LogVisit', visit).thenUnknown();
    given([]).when('EndCustomer', { initiator: 'us' }).thenUnknown();
  });

  it('that has no name is refused with the field that is to blame', () => {
    given([]).when('RegisterCustomer', { name: '' }).thenInvalid('name');
  });

  it('is changed only when something is told', () => {
    given([registered]).when('ChangeCustomerDetails', {}).thenRefused('nothing-told');
    given([registered]).when('ChangeCustomerDetails', { postcode: '1234 AB' }).thenRecorded();
    given([registered]).when('NoteProfile', { needs: [] }).thenRefused('nothing-told');
  });
});

describe('a customer that ended', () => {
  it('can not be visited, called, sold to or agreed with any more', () => {
    const told = given([registered, ended]);
    told.when('LogVisit', visit).thenRefused('customer-ended', 'occurredAt');
    told.when('LogInteraction', { channel: 'phone' }).thenRefused('customer-ended');
    told
      .when('PlaceOrder', { currency: 'EUR', lines: [{ sku: 'A', quantity: 1, net: 100 }] })
      .thenRefused('customer-ended');
    told
      .when('AgreeDiscount', { scope: { kind: 'all' }, rate: 0.1, validFrom: '2026-07-01' })
      .thenRefused('customer-ended');
  });

  it('may still get what happened before the end', () => {
    given([registered, ended])
      .when('LogVisit', { ...visit, occurredAt: '2026-03-31T14:59:59.999Z' })
      .thenRecorded();
    given([registered, ended])
      .when('LogVisit', { ...visit, occurredAt: '2026-03-31T15:00:00.000Z' })
      .thenRefused('customer-ended');
  });

  it('is in business again after its reactivation, but not in the time between', () => {
    const told = given([registered, ended, reactivated]);
    told.when('LogVisit', visit).thenRecorded();
    told.when('LogVisit', { ...visit, occurredAt: '2026-04-15T09:00:00.000Z' }).thenRefused('customer-ended');
  });

  it('does not end twice, nor before it came back', () => {
    given([registered, ended]).when('EndCustomer', { initiator: 'us' }).thenRefused('customer-already-ended');
    given([registered, ended, reactivated])
      .when('EndCustomer', { initiator: 'us', occurredAt: '2026-04-15T09:00:00.000Z' })
      .thenRefused('ended-before-reactivation');
  });

  it('comes back only from an end, and after it', () => {
    given([registered]).when('ReactivateCustomer', {}).thenRefused('customer-not-ended');
    given([registered, ended])
      .when('ReactivateCustomer', { occurredAt: '2026-03-01T09:00:00.000Z' })
      .thenRefused('reactivated-before-end');
  });
});

describe('customers that are one', () => {
  it('are merged into the survivor, each once and never into itself', () => {
    given([registered])
      .when('MergeCustomers', { mergedIds: [uuid(2), uuid(3)] })
      .thenEvents(
        happened('CustomersMerged', { survivorId: self, mergedIds: [uuid(2), uuid(3)] }, '2026-06-15T10:00:00.000Z'),
      );
    given([registered])
      .when('MergeCustomers', { mergedIds: [self] })
      .thenRefused('merge-with-itself', 'mergedIds.0');
    const merged = happened('CustomersMerged', { survivorId: self, mergedIds: [uuid(2)] });
    given([registered, merged])
      .when('MergeCustomers', { mergedIds: [uuid(2)] })
      .thenRefused('already-merged');
  });

  it('by a take-over: by another one, once', () => {
    given([registered])
      .when('TakeOverCustomer', { by: self, validFrom: '2026-07-01' })
      .thenRefused('take-over-by-itself', 'by');
    const taken = happened('CustomerTakenOver', { by: uuid(2), validFrom: '2026-01-01' });
    given([registered, taken])
      .when('TakeOverCustomer', { by: uuid(3), validFrom: '2026-07-01' })
      .thenRefused('already-taken-over');
  });
});
