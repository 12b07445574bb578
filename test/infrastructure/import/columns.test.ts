import { findColumns, parseMapping } from '../../../src/infrastructure/import/columns.js';

const names = { required: ['order_id', 'sku'], optional: ['description', 'country'] } as const;
type Name = 'order_id' | 'sku' | 'description' | 'country';
const find = (header: string[], mapping?: string) => findColumns<Name>(header, parseMapping(mapping), names);

describe('columns of a file', () => {
  it('maps columns of the same name by itself, whatever their case, and names those that are not used', () => {
    expect(find(['Freight', 'Order_ID', 'product', 'description'], 'product=sku')).toEqual({
      at: { order_id: 1, sku: 2, description: 3, country: undefined },
      ignored: ['Freight'],
      count: 4,
    });
  });

  it('prefers the mapping to a column of the same name', () => {
    const { at, ignored } = find(['order_id', 'sku', 'article'], 'article=sku');
    expect(at.sku).toBe(2);
    expect(ignored).toEqual(['sku']);
  });

  it('uses a column for one thing only, also when it bears the name of another', () => {
    const { at } = find(['order_id', 'description'], 'description=sku');
    expect(at).toMatchObject({ sku: 1, description: undefined });
  });

  it.each([
    [
      'a required column is missing',
      ['sku', 'price'],
      undefined,
      /lacks the column order_id .* its header is sku, price\.$/,
    ],
    [
      'the mapping names a column that is not there',
      ['order_id', 'sku'],
      'land=country',
      /^The file has no column land/,
    ],
    ['the mapping goes to an unknown column', ['order_id', 'sku'], 'sku=article', /^There is no column article to map/],
    ['the mapping is no mapping', ['order_id', 'sku'], 'sku', /is not of the form theirs=ours\.$/],
    ['the mapping gives two columns for one', ['order_id', 'a', 'b'], 'a=sku,b=sku', /gives two columns for sku\.$/],
    ['a column is there twice', ['order_id', 'sku', 'sku'], undefined, /has two columns named sku\.$/],
  ])('says so when %s', (_what, header, mapping, sentence) => {
    expect(() => find(header, mapping)).toThrow(sentence);
  });
});
