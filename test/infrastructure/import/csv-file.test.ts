import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readCsv } from '../../../src/infrastructure/import/csv-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csv-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(content: string | Buffer, name = 'file.csv'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(path: string) {
  const records: { line: number; fields: string[] }[] = [];
  let header: string[] = [];
  await readCsv(path, {
    onHeader: (names) => {
      header = names;
    },
    onRecord: (fields, line) => records.push({ line, fields }),
  });
  return { header, records };
}

describe('reading a CSV file', () => {
  it('gives each record with the line it begins on, also after a field of several lines', async () => {
    const path = await file('a,b\n1,"two\nlines"\n\n3,"say ""so"""\r\n4,5');
    expect(await read(path)).toEqual({
      header: ['a', 'b'],
      records: [
        { line: 2, fields: ['1', 'two\nlines'] },
        { line: 5, fields: ['3', 'say "so"'] },
        { line: 6, fields: ['4', '5'] },
      ],
    });
  });

  it('reads a semicolon file with a byte order mark, gzipped', async () => {
    const path = await file(gzipSync('\uFEFFnaam;plaats\nJansen, De Vries;Málaga\n'), 'file.csv.gz');
    expect(await read(path)).toEqual({
      header: ['naam', 'plaats'],
      records: [{ line: 2, fields: ['Jansen, De Vries', 'Málaga'] }],
    });
  });

  it('counts lines as an editor does, also with Windows line breaks inside quotes, after a byte order mark', async () => {
    const path = await file('\uFEFFa,b\r\n"1\r\nand\r\na half",2\r\n\r\n3,"""Four"" and\r\nmore"\r\n5,6');
    expect((await read(path)).records).toEqual([
      { line: 2, fields: ['1\r\nand\r\na half', '2'] },
      { line: 6, fields: ['3', '"Four" and\r\nmore'] },
      { line: 8, fields: ['5', '6'] },
    ]);
  });

  it('reads on where a record, a character or a quoted field goes from one chunk into the next', async () => {
    const rows = Array.from({ length: 60_000 }, (_, n) => [String(n), `"Málaga" is ${n},\n€ ${'x'.repeat(n % 97)}`]);
    const text = rows.map(([number, said]) => `${number},"${said?.replaceAll('"', '""')}"\n`).join('');
    const { records } = await read(await file(gzipSync(`n,text\n${text}`), 'long.csv.gz'));
    expect(records.map(({ fields }) => fields)).toEqual(rows);
    expect(records.map(({ line }) => line)).toEqual(rows.map((_, n) => 2 + 2 * n));
  });

  it('takes an inch mark inside an unquoted field as it stands', async () => {
    const path = await file('sku,description\n1,RULER 6" WOOD\n2,PLAIN\n');
    expect((await read(path)).records.map(({ fields }) => fields)).toEqual([
      ['1', 'RULER 6" WOOD'],
      ['2', 'PLAIN'],
    ]);
  });

  it.each([
    ['a directory', () => folder, /is a directory, not a CSV file\.$/],
    ['a file that is not there', () => join(folder, 'none.csv'), /^There is no file .*none\.csv\.$/],
    ['an empty file', () => file(''), /is empty\.$/],
    [
      'a quote that is never closed',
      () => file('a,b\n1,2\n3,"four\n5,6\n'),
      /^Line 3 holds a quoted field that is not/,
    ],
    [
      'a quote that another row closes',
      () => file('a,b\n1,2\n3,"four\n5,6\n7,"eight"\n9,10\n'),
      /^Line 3 holds a quoted field that is not/,
    ],
    [
      'a quoted field that is longer than any record',
      () => file(`a,b\n1,"${'two\n'.repeat(300_000)}"\n`),
      /^Line 2 holds a quoted field that is not/,
    ],
    ['text after a closing quote', () => file('a,b\n1,"two" or so\n'), /^Line 2 holds a quoted field that is not/],
    [
      'another encoding',
      () => file(Buffer.from('a,b\n1,2\n3,caf\xe9\n', 'latin1')),
      /is not UTF-8 text \(near line 3\)/,
    ],
    [
      'a gzip file that was cut off',
      () => file(gzipSync('a,b\n'.repeat(9_999)).subarray(0, 60)),
      /ends in the middle of its gzip data/,
    ],
    [
      'a damaged gzip file',
      () => file(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 255, 255])),
      /is damaged: its gzip data/,
    ],
  ])('refuses %s with a sentence', async (_what, path, sentence) => {
    await expect(read(await path())).rejects.toThrow(sentence);
  });
});
