import { given, happened, now, registered, self, uuid } from '../support/given.js';

const told = given([registered]);

describe('consent to be a reference', () => {
  it('is to named uses, each once', () => {
    told
      .when('ChangeReferenceConsent', { granted: true, uses: ['showcase', 'call', 'showcase'] })
      .thenEvents(happened('ReferenceConsentChanged', { granted: true, uses: ['showcase', 'call'] }, now));
    told.when('ChangeReferenceConsent', { granted: true }).thenRefused('uses-needed', 'uses');
  });

  it('is withdrawn for some uses or for all, also by a customer that has ended', () => {
    told
      .when('ChangeReferenceConsent', { granted: false })
      .thenEvents(happened('ReferenceConsentChanged', { granted: false, uses: [] }, now));
    given([registered, happened('CustomerEnded', { initiator: 'them' })])
      .when('ChangeReferenceConsent', { granted: false, uses: ['logo'] })
      .thenRecorded();
  });
});

describe('a reference', () => {
  it('is given to somebody else', () => {
    const given = { to: { name: 'Bakkerij Zon', customerId: uuid(2) }, use: 'call', outcome: 'Asked for an offer' };
    told.when('GiveReference', given).thenEvents(happened('ReferenceGiven', given, now));
    told
      .when('GiveReference', { to: { name: 'Itself', customerId: self } })
      .thenRefused('reference-to-itself', 'to.customerId');
  });
});

describe('a review', () => {
  it('recommends us, or runs us down', () => {
    const review = {
      where: 'fair panel',
      sentiment: 'runsDown',
      seenOn: '2026-05-02',
      url: 'https://example.com/7',
    } as const;
    told.when('SeeReview', review).thenEvents(happened('ReviewSeen', review, '2026-05-02T12:00:00.000Z'));
    told
      .when('SeeReview', { where: 'fair panel', sentiment: 'recommends' })
      .thenEvents(happened('ReviewSeen', { where: 'fair panel', sentiment: 'recommends', seenOn: '2026-06-15' }, now));
    told
      .when('SeeReview', { where: 'fair panel', sentiment: 'neutral', seenOn: '2026-06-16' })
      .thenRefused('in-the-future', 'seenOn');
  });
});
