import { given, happened, now, registered, self, uuid } from '../support/given.js';

const prospect = { name: 'Bloemist Bos' };
const received = (number: number) =>
  happened('ReferralReceived', { referralId: uuid(number), referrer: { kind: 'customer', id: self }, prospect });

describe('a referral', () => {
  it('is by the customer itself, or by a partner', () => {
    given([registered])
      .when('ReceiveReferral', { prospect })
      .thenEvents(
        happened('ReferralReceived', { referralId: uuid(99), referrer: { kind: 'customer', id: self }, prospect }, now),
      );
    given([registered])
      .when('ReceiveReferral', { prospect, partner: 'Chamber of Commerce' })
      .thenEvents(
        happened(
          'ReferralReceived',
          { referralId: uuid(99), referrer: { kind: 'partner', name: 'Chamber of Commerce' }, prospect },
          now,
        ),
      );
  });

  it('is never of the customer itself', () => {
    given([registered])
      .when('ReceiveReferral', { prospect: { ...prospect, customerId: self } })
      .thenRefused('self-referral');
    given([registered, received(70)])
      .when('ConvertReferral', { referralId: uuid(70), newCustomerId: self })
      .thenRefused('self-referral', 'newCustomerId');
  });

  it('converts once, and a prospect comes by one referral', () => {
    const converted = happened('ReferralConverted', { referralId: uuid(70), newCustomerId: uuid(2) });
    given([registered, received(70)])
      .when('ConvertReferral', { referralId: uuid(70), newCustomerId: uuid(2) })
      .thenRecorded();
    given([registered, received(70), converted])
      .when('ConvertReferral', { referralId: uuid(70), newCustomerId: uuid(3) })
      .thenRefused('referral-already-converted');
    given([registered, received(70), converted, received(71)])
      .when('ConvertReferral', { referralId: uuid(71), newCustomerId: uuid(2) })
      .thenRefused('prospect-already-converted');
    given([registered])
      .when('ConvertReferral', { referralId: uuid(70), newCustomerId: uuid(2) })
      .thenRefused('unknown-referral');
  });
});
