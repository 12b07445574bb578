import { given, happened, now, registered } from '../support/given.js';

const told = given([registered]);

describe('a score', () => {
  it('is from 1 to 10 on a value element', () => {
    told
      .when('ScoreCustomer', {
        element: 'product knowledge',
        score: 7.5,
        basis: 'Asks good questions',
        scoredBy: 'anna',
      })
      .thenEvents(
        happened(
          'CustomerScored',
          { element: 'product knowledge', score: '7.5', basis: 'Asks good questions', scoredBy: 'anna' },
          now,
        ),
      );
    const score = (value: number | string) => told.when('ScoreCustomer', { element: 'strategic value', score: value });
    for (const value of [1, '10.0', '9.9']) score(value).thenRecorded();
    for (const value of [0, '0.9', 10.1, 11, '7.55', '-5', 'good']) score(value).thenInvalid('score');
  });

  it('is of a customer that there is', () => {
    given([]).when('ScoreCustomer', { element: 'learning value', score: 5 }).thenUnknown();
  });
});

describe('what a competitor charges', () => {
  it('is a price of an article beside ours', () => {
    const price = { competitor: 'Gifts & Co', sku: 'NB-A5', price: 4.5, ourPrice: '4.95', basis: 'quotation' };
    told
      .when('NoteCompetitorPrice', price)
      .thenEvents(happened('CompetitorPriceNoted', { ...price, price: '4.5', currency: 'EUR' }, now));
  });

  it('or an index, of a product group, an article or everything', () => {
    const index = { competitor: 'Gifts & Co', index: 95 };
    told
      .when('NoteCompetitorPrice', index)
      .thenEvents(happened('CompetitorPriceNoted', { competitor: 'Gifts & Co', index: '95' }, now));
    told.when('NoteCompetitorPrice', { ...index, productGroup: 'notebooks' }).thenRecorded();
    told.when('NoteCompetitorPrice', { ...index, sku: 'NB-A5' }).thenRecorded();
  });

  it('is never both, neither, or of nothing in particular', () => {
    const competitor = 'Gifts & Co';
    const note = (more: object) => told.when('NoteCompetitorPrice', { competitor, ...more });
    note({}).thenRefused('price-or-index', 'price');
    note({ sku: 'NB-A5', price: 4.5, index: 95 }).thenRefused('price-or-index', 'price');
    note({ index: 95, ourPrice: 5 }).thenRefused('price-or-index', 'ourPrice');
    note({ index: 95, currency: 'USD' }).thenRefused('price-or-index', 'currency');
    note({ price: 4.5 }).thenRefused('article-needed', 'sku');
    note({ price: 4.5, sku: 'NB-A5', productGroup: 'notebooks' }).thenRefused('article-or-group', 'productGroup');
    note({ sku: 'NB-A5', price: -1 }).thenInvalid('price');
    note({ index: 0 }).thenInvalid('index');
  });

  it('keeps its currency when it is corrected', () => {
    const noted = { competitor: 'A', sku: 'NB', price: '4.5', currency: 'EUR' };
    const { currency: _, ...without } = noted;
    const history = given([registered, happened('CompetitorPriceNoted', noted)]);
    const correct = (data: object) =>
      history.when('CorrectEvent', { targetEventId: history.idOf(1), replacement: { data: { ...data } }, reason: 'x' });
    correct(without).thenRefused('currency-needed', 'replacement.data.currency');
    correct({ ...noted, price: '4.6' }).thenRecorded();
  });
});
