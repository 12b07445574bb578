import { given, happened, now, registered, uuid } from '../support/given.js';

const marie = uuid(20);
const added = happened('ContactPersonAdded', { contactPersonId: marie, name: 'Marie', layer: 'tactical' });
const left = happened('ContactPersonLeft', { contactPersonId: marie }, '2026-04-01T09:00:00.000Z');

describe('a contact person', () => {
  it('is added under the id of the command', () => {
    given([registered])
      .when('AddContactPerson', { name: 'Marie', email: 'marie@example.com', layer: 'tactical' }, { id: marie })
      .thenEvents(
        happened(
          'ContactPersonAdded',
          { contactPersonId: marie, name: 'Marie', email: 'marie@example.com', layer: 'tactical' },
          now,
        ),
      );
    given([registered, added])
      .when('AddContactPerson', { name: 'Marie', layer: 'tactical' }, { id: marie })
      .thenRefused('contact-person-already-added');
  });

  it('has to be known to be met, changed or said to have left', () => {
    const told = given([registered]);
    told
      .when('LogVisit', { contactPersons: [{ id: marie }] })
      .thenRefused('unknown-contact-person', 'contactPersons.0.id');
    told
      .when('ChangeContactPersonRole', { contactPersonId: marie, role: 'buyer' })
      .thenRefused('unknown-contact-person');
    told.when('RecordContactPersonLeft', { contactPersonId: marie }).thenRefused('unknown-contact-person');
    told
      .when('ChangeConsent', { contactPersonId: marie, channel: 'email', granted: true })
      .thenRefused('unknown-contact-person');
  });

  it('who left is not met afterwards, but may have been met before', () => {
    const told = given([registered, added, left]);
    told.when('LogVisit', { contactPersons: [{ id: marie }] }).thenRefused('contact-person-left');
    told.when('LogVisit', { contactPersons: [{ id: marie }], occurredAt: '2026-03-01T09:00:00.000Z' }).thenRecorded();
    told.when('RecordContactPersonLeft', { contactPersonId: marie }).thenRefused('contact-person-already-left');
  });

  it('who left can still withdraw a consent', () => {
    given([registered, added, left])
      .when('ChangeConsent', { contactPersonId: marie, channel: 'email', granted: false })
      .thenEvents(happened('ConsentChanged', { contactPersonId: marie, channel: 'email', granted: false }, now));
  });

  it('changes by a role or a layer', () => {
    given([registered, added]).when('ChangeContactPersonRole', { contactPersonId: marie }).thenRefused('nothing-told');
  });
});
