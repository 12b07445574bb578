import { given, happened, now, registered, self, uuid } from '../support/given.js';

const reason = 'Typed in wrongly.';
const referral = happened('ReferralReceived', {
  referralId: uuid(70),
  referrer: { kind: 'customer', id: self },
  prospect: { name: 'Bloemist Bos' },
});

describe('an activity rate', () => {
  const told = given([], 'policy-activity-rates');
  const visiting = { activity: 'visiting', rate: '85.5', per: 'hour' } as const;
  const picking = {
    activity: 'picking',
    per: 'line',
    timeDriven: { capacityCost: 60_000, practicalHours: '1200', minutesPerUnit: 1.5 },
  } as const;

  it('is told, or follows from the cost of the capacity and the time that it takes', () => {
    told.when('SetActivityRates', { rates: [visiting, picking] }).thenEvents(
      happened(
        'ActivityRateSet',
        { activity: 'visiting', rate: '85.5', currency: 'EUR', per: 'hour', validFrom: '2026-06-15' },
        now,
      ),
      happened(
        'ActivityRateSet',
        {
          activity: 'picking',
          // 60,000 ÷ 1,200 hours is 50 an hour.
          rate: '1.25',
          currency: 'EUR',
          per: 'line',
          timeDriven: { capacityCost: '60000', practicalHours: '1200', minutesPerUnit: '1.5' },
          validFrom: '2026-06-15',
        },
        now,
      ),
    );
  });

  it('that follows is rounded half away from zero to six places', () => {
    const rateOf = (capacityCost: string, practicalHours: string, minutesPerUnit: string) => ({
      rates: [{ activity: 'a', per: 'order' as const, timeDriven: { capacityCost, practicalHours, minutesPerUnit } }],
      validFrom: '2026-01-01',
    });
    const expected = (rate: string, capacityCost: string, practicalHours: string, minutesPerUnit: string) =>
      happened(
        'ActivityRateSet',
        {
          activity: 'a',
          rate,
          currency: 'EUR',
          per: 'order',
          timeDriven: { capacityCost, practicalHours, minutesPerUnit },
          validFrom: '2026-01-01',
        },
        now,
      );
    told.when('SetActivityRates', rateOf('100', '3', '60')).thenEvents(expected('33.333333', '100', '3', '60'));
    told.when('SetActivityRates', rateOf('200', '3', '60')).thenEvents(expected('66.666667', '200', '3', '60'));
    told
      .when('SetActivityRates', rateOf('0.000001', '2', '60'))
      .thenEvents(expected('0.000001', '0.000001', '2', '60'));
  });

  it('is said in one way, and each activity once', () => {
    const { timeDriven } = picking;
    told.when('SetActivityRates', { rates: [{ ...visiting, timeDriven }] }).thenRefused('rate-or-time', 'rates.0.rate');
    told
      .when('SetActivityRates', { rates: [{ activity: 'x', per: 'unit' }] })
      .thenRefused('rate-or-time', 'rates.0.rate');
    told.when('SetActivityRates', { rates: [visiting, visiting] }).thenRefused('told-twice', 'rates.1');
    told.when('SetActivityRates', { rates: [] }).thenRefused('nothing-told', 'rates');
  });

  it('of an hour takes an hour', () => {
    told
      .when('SetActivityRates', { rates: [{ ...picking, per: 'hour' }] })
      .thenRefused('hour-takes-an-hour', 'timeDriven.minutesPerUnit');
    told
      .when('SetActivityRates', {
        rates: [{ ...picking, per: 'hour', timeDriven: { ...picking.timeDriven, minutesPerUnit: 60 } }],
      })
      .thenRecorded();
  });

  it('ends after it begins', () => {
    told
      .when('SetActivityRates', { rates: [{ ...visiting, validTo: '2026-01-01' }], validFrom: '2026-01-01' })
      .thenRefused('ends-before-it-begins', 'validTo');
    told
      .when('SetActivityRates', { rates: [{ ...visiting, validTo: '2026-01-02' }], validFrom: '2026-01-01' })
      .thenRecorded();
  });

  it('is a number of six places at most, and not negative', () => {
    const set = (rate: string | number) => told.when('SetActivityRates', { rates: [{ ...visiting, rate }] });
    set('-1').thenInvalid('rate');
    set('1.0000001').thenInvalid('rate');
    set(0).thenRecorded();
    const time = (more: object) =>
      told.when('SetActivityRates', { rates: [{ ...picking, timeDriven: { ...picking.timeDriven, ...more } }] });
    time({ practicalHours: 0 }).thenInvalid('timeDriven.practicalHours');
    time({ practicalHours: 'many' }).thenInvalid('timeDriven.practicalHours');
    time({ capacityCost: -1 }).thenInvalid('timeDriven.capacityCost');
  });

  it('is corrected as a whole: a rate that follows goes on following', () => {
    const set = happened('ActivityRateSet', {
      activity: 'picking',
      rate: '1.25',
      currency: 'EUR',
      per: 'line',
      timeDriven: { capacityCost: '60000', practicalHours: '1200', minutesPerUnit: '1.5' },
      validFrom: '2026-01-01',
    });
    const rates = given([set], 'policy-activity-rates');
    const correct = (data: object) =>
      rates.when('CorrectEvent', {
        targetEventId: rates.idOf(0),
        replacement: { data: { ...set.data, ...data } },
        reason,
      });
    correct({ rate: '1.5' }).thenRefused('rate-not-time-driven', 'replacement.data.rate');
    correct({
      rate: '1.5',
      timeDriven: { capacityCost: '72000', practicalHours: '1200', minutesPerUnit: '1.5' },
    }).thenRecorded();
    rates.when('RetractEvent', { targetEventId: rates.idOf(0), reason }).thenRecorded();
  });
});

describe('what a customer costs', () => {
  const ended = happened('CustomerEnded', { initiator: 'them' });

  it('is something that was done for it', () => {
    const support = { activity: 'support', quantity: 2.5, cause: 'complaint' };
    given([registered])
      .when('AttributeActivityCost', support)
      .thenEvents(happened('ActivityCostAttributed', { ...support, quantity: '2.5' }, now));
    given([registered])
      .when('AttributeActivityCost', { ...support, quantity: 0 })
      .thenInvalid('quantity');
    given([]).when('AttributeActivityCost', support).thenUnknown();
  });

  it('is money spent on it, on a day that has come', () => {
    const stand = { amount: 45_000, what: 'stand at their open day' };
    const spent = (more: object, at = now) =>
      happened('DirectCostAttributed', { ...stand, currency: 'EUR', incurredOn: '2026-06-15', ...more }, at);
    given([registered]).when('AttributeDirectCost', stand).thenEvents(spent({}));
    given([registered])
      .when('AttributeDirectCost', { ...stand, currency: 'USD', incurredOn: '2026-05-02' })
      .thenEvents(spent({ currency: 'USD', incurredOn: '2026-05-02' }, '2026-05-02T12:00:00.000Z'));
    given([registered])
      .when('AttributeDirectCost', { ...stand, incurredOn: '2026-06-16' })
      .thenRefused('in-the-future', 'incurredOn');
    given([registered])
      .when('AttributeDirectCost', { ...stand, amount: -1 })
      .thenInvalid('amount');
  });

  it('may be for a referral that it made', () => {
    const dinner = { amount: 9_000, what: 'dinner', referralId: uuid(70) };
    given([registered, referral])
      .when('AttributeDirectCost', dinner)
      .thenEvents(
        happened(
          'DirectCostAttributed',
          {
            amount: 9_000,
            currency: 'EUR',
            what: 'dinner',
            incurredOn: '2026-06-15',
            cause: 'referral',
            referralId: uuid(70),
          },
          now,
        ),
      );
    given([registered]).when('AttributeDirectCost', dinner).thenRefused('unknown-referral', 'referralId');
    given([registered, referral])
      .when('AttributeDirectCost', { ...dinner, cause: 'complaint' })
      .thenRefused('cause-is-the-referral', 'cause');
  });

  it('goes on after the customer has ended', () => {
    given([registered, ended]).when('AttributeDirectCost', { amount: 1, what: 'collection' }).thenRecorded();
    given([registered, ended]).when('AttributeActivityCost', { activity: 'dunning', quantity: 1 }).thenRecorded();
  });

  it('keeps the referral that it was spent on from being withdrawn', () => {
    const spent = happened('DirectCostAttributed', {
      amount: 9_000,
      currency: 'EUR',
      what: 'dinner',
      incurredOn: '2026-01-10',
      cause: 'referral',
      referralId: uuid(70),
    });
    const told = given([registered, referral, spent]);
    told.when('RetractEvent', { targetEventId: told.idOf(1), reason }).thenRefused('unknown-referral');
    told
      .when('CorrectEvent', {
        targetEventId: told.idOf(2),
        replacement: { data: { ...spent.data, amount: 8_000 } },
        reason,
      })
      .thenRecorded();
  });
});
