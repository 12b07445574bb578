import { given, happened, now, registered } from '../support/given.js';

describe('the account team', () => {
  it('gets a member from the local day on which it is told', () => {
    given([registered])
      .when('AssignAccountTeamMember', {
        repId: 'anna',
        role: 'accountManager',
        occurredAt: '2026-06-14T22:30:00.000Z',
      })
      .thenEvents(
        happened(
          'AccountTeamMemberAssigned',
          { repId: 'anna', role: 'accountManager', validFrom: '2026-06-15' },
          '2026-06-14T22:30:00.000Z',
        ),
      );
  });

  it('loses only whom it has, once', () => {
    const assigned = happened('AccountTeamMemberAssigned', {
      repId: 'anna',
      role: 'accountManager',
      validFrom: '2026-02-01',
    });
    const left = happened('AccountTeamMemberLeft', { repId: 'anna', role: 'accountManager', validFrom: '2026-05-01' });
    const remove = { repId: 'anna', role: 'accountManager' } as const;
    given([registered]).when('RemoveAccountTeamMember', remove).thenRefused('not-on-the-team');
    given([registered, assigned]).when('RemoveAccountTeamMember', remove).thenRecorded();
    given([registered, assigned, left]).when('RemoveAccountTeamMember', remove).thenRefused('not-on-the-team');
    given([registered, assigned])
      .when('AssignAccountTeamMember', { ...remove, validFrom: '2026-02-01' })
      .thenRefused('already-on-the-team');
  });
});

describe('a rep', () => {
  it('is registered once, in a time zone that exists', () => {
    given([], 'rep-anna')
      .when('RegisterRep', { repId: 'anna', name: 'Anna Bos' })
      .thenEvents(happened('RepRegistered', { repId: 'anna', name: 'Anna Bos' }, now));
    given([happened('RepRegistered', { repId: 'anna', name: 'Anna Bos' })], 'rep-anna')
      .when('RegisterRep', { repId: 'anna', name: 'Anna Bos' })
      .thenRefused('rep-already-registered');
    given([], 'rep-anna')
      .when('RegisterRep', { repId: 'anna', name: 'Anna Bos', timeZone: 'Europe/Nergens' })
      .thenRefused('unknown-time-zone', 'timeZone');
  });

  it('leaves once, and only when we know of them', () => {
    given([], 'rep-anna').when('RecordRepLeft', {}).thenUnknown();
    given(
      [
        happened('RepRegistered', { repId: 'anna', name: 'Anna Bos' }),
        happened('RepLeft', { repId: 'anna', leftOn: '2026-05-01' }),
      ],
      'rep-anna',
    )
      .when('RecordRepLeft', {})
      .thenRefused('rep-already-left');
  });
});
