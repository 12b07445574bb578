import { given, happened, now, registered } from '../support/given.js';

const gifts = { category: 'gifts', annualSpend: 2_500_000 };

describe('a wallet', () => {
  it('is estimated without a visit, too', () => {
    given([registered])
      .when('EstimateWallet', { ...gifts, ourShare: 0.25, potential: 500_000, competitors: ['A'], basis: 'asked' })
      .thenEvents(
        happened(
          'WalletEstimated',
          { ...gifts, currency: 'EUR', ourShare: '0.25', potential: 500_000, competitors: ['A'], basis: 'asked' },
          now,
        ),
      );
    given([registered])
      .when('EstimateWallet', { ...gifts, annualSpend: -1 })
      .thenInvalid('annualSpend');
    given([registered])
      .when('EstimateWallet', { ...gifts, ourShare: 1.1 })
      .thenInvalid('ourShare');
  });

  it('is that of a customer that we do business with', () => {
    given([]).when('EstimateWallet', gifts).thenUnknown();
    given([registered, happened('CustomerEnded', { initiator: 'us' })])
      .when('EstimateWallet', gifts)
      .thenRefused('customer-ended');
  });
});
