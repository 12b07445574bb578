import { given, happened, now } from '../support/given.js';

const line = { ourRole: 'accountManager', channel: 'visit', timesPerYear: 8 } as const;

describe('policies', () => {
  it('set the visit frequency of each segment told', () => {
    given([], 'policy-visit-frequency')
      .when('SetVisitFrequency', {
        segments: [
          { segment: 'A', lines: [line] },
          { segment: 'D', lines: [] },
        ],
      })
      .thenEvents(
        happened(
          'FrequencyPolicySet',
          { segment: 'A', lines: [{ ...line, earliestPct: 70, latestPct: 100 }], validFrom: '2026-06-15' },
          now,
        ),
        happened('FrequencyPolicySet', { segment: 'D', lines: [], validFrom: '2026-06-15' }, now),
      );
    given([], 'policy-visit-frequency')
      .when('SetVisitFrequency', {
        segments: [
          { segment: 'A', lines: [] },
          { segment: 'A', lines: [line] },
        ],
      })
      .thenRefused('told-twice', 'segments.1');
  });

  it('set exchange rates between two currencies', () => {
    const told = given([], 'policy-exchange-rates');
    told
      .when('SetExchangeRates', { rates: [{ from: 'USD', to: 'EUR', rate: 0.9 }], validFrom: '2026-01-01' })
      .thenEvents(happened('ExchangeRateSet', { from: 'USD', to: 'EUR', rate: '0.9', validFrom: '2026-01-01' }, now));
    told.when('SetExchangeRates', { rates: [{ from: 'EUR', to: 'EUR', rate: 1 }] }).thenRefused('rate-to-itself');
    told.when('SetExchangeRates', { rates: [{ from: 'USD', to: 'EUR', rate: 0 }] }).thenInvalid('rate');
    told.when('SetExchangeRates', { rates: [] }).thenRefused('nothing-told');
  });

  it('set thresholds that rise', () => {
    const told = given([], 'policy-value');
    told.when('SetValuePolicy', { thresholds: { a: 0.01, b: 0.05, c: 0.2 } }).thenRecorded();
    told.when('SetValuePolicy', { thresholds: { a: 0.1, b: '0.05', c: 0.2 } }).thenRefused('thresholds-not-rising');
  });
});
