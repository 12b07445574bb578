import { csv, prefersCsv } from '../../../src/infrastructure/http/csv.js';

describe('An answer as CSV', () => {
  it('quotes what needs it and leaves the rest as it is', () => {
    expect(
      csv(
        ['name', 'value'],
        [
          ['De Gans, "drukkers"', 7],
          ['two\nlines', null],
          ['plain', undefined],
        ],
      ),
    ).toBe('name,value\r\n"De Gans, ""drukkers""",7\r\n"two\nlines",\r\nplain,\r\n');
  });

  it('gives a spreadsheet no formula that somebody else wrote', () => {
    expect(csv(['name'], [['=HYPERLINK("http://x")'], ['+31 30'], ['@a'], ['-1']])).toBe(
      `name\r\n"'=HYPERLINK(""http://x"")"\r\n'+31 30\r\n'@a\r\n'-1\r\n`,
    );
    expect(csv(['value'], [[-1]])).toBe('value\r\n-1\r\n');
  });

  it.each([
    ['text/csv', true],
    ['text/csv; charset=utf-8', true],
    ['application/json;q=0.5, text/csv', true],
    ['application/json, text/csv;q=0.5', false],
    ['application/json', false],
    ['*/*', false],
    [undefined, false],
  ])('is given to who accepts %s: %s', (accept, expected) => {
    expect(prefersCsv(accept)).toBe(expected);
  });
});
