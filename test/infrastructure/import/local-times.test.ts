import { LocalTimes } from '../../../src/infrastructure/import/local-times.js';

const amsterdam = new LocalTimes('Europe/Amsterdam');
const instant = (text: string): string | undefined => {
  const millis = amsterdam.parse(text);
  return millis === undefined ? undefined : new Date(millis).toISOString();
};

describe('times of a file', () => {
  it.each([
    ['in winter', '2010-12-01 08:26', '2010-12-01T07:26:00.000Z'],
    ['in summer', '2011-07-01T08:26:30', '2011-07-01T06:26:30.000Z'],
    ['without a time: at the beginning of the day', '2011-07-01', '2011-06-30T22:00:00.000Z'],
    ['with a zone of its own', '2011-07-01T08:26:30.5+05:30', '2011-07-01T02:56:30.500Z'],
    ['in UTC', '2011-07-01 08:26Z', '2011-07-01T08:26:00.000Z'],
    ['before the clocks go forward', '2011-03-27 01:59', '2011-03-27T00:59:00.000Z'],
    ['that the clocks skip, an hour later', '2011-03-27 02:30', '2011-03-27T01:30:00.000Z'],
    ['after the clocks went forward', '2011-03-27 03:00', '2011-03-27T01:00:00.000Z'],
    ['that the clocks repeat, the first of the two', '2011-10-30 02:30', '2011-10-30T00:30:00.000Z'],
    ['after the clocks went back', '2011-10-30 03:00', '2011-10-30T02:00:00.000Z'],
  ])('reads a time %s', (_what, text, expected) => {
    expect(instant(text)).toBe(expected);
  });

  it.each([
    '',
    '2011-02-29',
    '2011-13-01',
    '2011-01-01 24:00',
    '2011-01-01 10:60',
    '01-12-2010 08:26',
    '2011-1-1',
    'today',
    '2011-01-01Z',
  ])('does not take "%s" for a time', (text) => {
    expect(instant(text)).toBeUndefined();
  });
});
