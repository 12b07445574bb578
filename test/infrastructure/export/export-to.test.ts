import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { type ExportOptions, exportTo, type Manifest } from '../../../src/infrastructure/export/export-to.js';
import { remove, type TestService, testService } from '../../support/service.js';

const secrets = ['Quirijntje van Zonnebloemstralen', 'Is verhuisd naar de Elzenlaan 17b', 'Had zich verteld'];

/** Reads files with a DuckDB that knows nothing of us, in a process of its own. */
function read(folder: string, ...statements: string[]): unknown[][] {
  const program = `
    import { DuckDBInstance } from '@duckdb/node-api';
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const answers = [];
    for (const sql of JSON.parse(process.argv[1])) {
      answers.push((await connection.runAndReadAll(sql)).getRowObjectsJson());
    }
    console.log(JSON.stringify(answers));`;
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '-e', program, JSON.stringify(statements.map((sql) => sql.replaceAll('@', `${folder}/`)))],
    { cwd: process.cwd(), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(output) as unknown[][];
}

describe('An export', () => {
  let service: TestService;
  let ids: { gans: string; order: string; line: string };
  let before: string;
  let made = 0;
  /** As of now, everything known. */
  let today: { folder: string; manifest: Manifest };
  /** Its rows, table by table. */
  let tables: Record<string, Record<string, unknown>[]>;

  const exported = async (options: ExportOptions = {}): Promise<{ folder: string; manifest: Manifest }> => {
    const { log, keyRing, clock, settings, readSide } = service.engine;
    const folder = join(service.folder, `export-${++made}`);
    const snapshot = (file: string, onProgress: (done: number, total: number) => void) =>
      readSide!.snapshot(file, onProgress);
    return { folder, manifest: await exportTo(folder, { log, keyRing, clock, settings, snapshot }, options) };
  };
  const leftBeside = () => readdirSync(service.folder).filter((name) => name.includes('unfinished'));

  beforeAll(async () => {
    service = await testService();
    const gans = await service.customer('Drukkerij De Gans', { country: 'NL' });
    const zon = await service.customer('Bakkerij Zon', { country: 'BE' });
    await service.record(`/customers/${gans}/contact-persons`, { name: secrets[0], layer: 'tactical' });
    await service.record(`/customers/${gans}/visits`, { heldBy: [], notes: secrets[1] });
    const order = await service.record(`/customers/${gans}/orders`, {
      placedAt: '2026-01-15T23:30:00.000Z',
      currency: 'EUR',
      lines: [{ sku: 'NB-A5', quantity: '25', listPrice: '5.25', net: 12_500, cost: 8_000 }],
    });
    const late = await service.record(`/customers/${zon}/orders`, {
      placedAt: '2026-03-01T09:00:00.000Z',
      currency: 'JPY',
      lines: [{ sku: 'NB-A4', quantity: '0.125', net: 9_007_199_254_740_991 }],
    });
    await service.record(`/customers/${zon}/orders/${late.id}/cancellation`, { reason: secrets[2] });
    before = (await service.record(`/customers/${zon}/lifecycle`, { lifecycle: 'prospect' })).position;
    const stored = (await service.events(`&customer=${gans}`)).find(({ id }) => id === order.eventId);
    const corrected = await service.record(`/customers/${gans}/events/${order.eventId}/correction`, {
      replacement: { data: { ...stored.data, lines: [{ ...stored.data.lines[0], net: 11_000 }] } },
      reason: 'A discount was forgotten',
    });
    await service.get(`/customers?atLeast=${corrected.position}`);
    ids = { gans, order: order.id, line: corrected.position };
    today = await exported({ period: { from: '2026-01-01', to: '2027-01-01' } });
    const files = today.manifest.tables.map(({ file }) => file);
    const rows = read(today.folder, ...files.map((file) => `SELECT * FROM read_parquet('@${file}')`));
    tables = Object.fromEntries(files.map((file, index) => [file, rows[index] as Record<string, unknown>[]]));
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  it('holds the facts that count as of its day, as known then, for any other reader', async () => {
    const { folder, manifest } = await exported({ when: { asOf: '2026-02-01', knownAt: before } });

    const [lines, types, customers, cancelled, notes] = read(
      folder,
      `SELECT * EXCLUDE (position, description, product_group, specification, promised_on, discount_rate)
       FROM read_parquet('@facts/order_line.parquet')`,
      `SELECT name, coalesce(logical_type, converted_type, type) AS type FROM parquet_schema('@facts/order_line.parquet')
       WHERE name IN ('customer_id', 'occurred_at', 'occurred_on', 'net', 'quantity')`,
      `SELECT name, revenue FROM read_parquet('@views/customers.parquet') ORDER BY name`,
      `SELECT count(*) AS n FROM read_parquet('@facts/order_cancelled.parquet')`,
      `SELECT CAST(value AS VARCHAR) AS about FROM parquet_kv_metadata('@facts/order_line.parquet')`,
    );
    expect(lines).toEqual([
      {
        customer_id: ids.gans,
        occurred_at: '2026-01-15 23:30:00+00',
        occurred_on: '2026-01-16',
        order_id: ids.order,
        line: 1,
        sku: 'NB-A5',
        quantity: '25.000',
        list_price: '5.250000',
        net: '12500',
        cost: '8000',
        currency: 'EUR',
      },
    ]);
    expect(types).toEqual([
      { name: 'customer_id', type: expect.stringMatching(/^UUID/i) },
      { name: 'occurred_at', type: expect.stringMatching(/Timestamp.*isAdjustedToUTC=1/i) },
      { name: 'occurred_on', type: expect.stringMatching(/^Date/i) },
      { name: 'quantity', type: expect.stringMatching(/^Decimal.*scale=3/i) },
      { name: 'net', type: 'INT_64' },
    ]);
    expect(customers).toEqual([]);
    expect(cancelled).toEqual([{ n: '0' }]);
    expect(notes).toEqual([{ about: expect.stringMatching(/^Order lines, numbered from 1\. Amounts in minor units/) }]);
    expect(manifest).toMatchObject({ asOf: '2026-02-01T22:59:59.999Z', position: before, minorUnits: { EUR: 2 } });
  });

  it('holds what the questions answer, and what its manifest says', async () => {
    const { folder, manifest } = today;
    const dates = `asOf=${manifest.asOf}&knownAt=${manifest.position}`;
    const sorted = (rows: object[]) => rows.map((row) => Object.values(row).map(comparable).sort().join()).sort();
    const answered = async (path: string) => sorted((await service.get(`${path}${dates}`)).body.data.items);

    expect(sorted(tables['views/value.parquet']!)).toEqual(await answered('/value?from=2026-01-01&to=2027-01-01&'));
    expect(sorted(tables['views/customers.parquet']!)).toEqual(await answered('/customers?'));
    expect(sorted(tables['views/contracts.parquet']!)).toEqual([]);
    expect(tables['facts/order_line.parquet']).toMatchObject([
      { net: '9007199254740991', currency: 'JPY' },
      { position: ids.line.split('-')[1], net: '11000', currency: 'EUR' },
    ]);
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(manifest.minorUnits).toEqual({ EUR: 2, JPY: 0 });
    for (const { file, rows, columns } of manifest.tables) {
      const [first = Object.fromEntries(columns.map(({ name }) => [name, null]))] = tables[file]!;
      expect([file, tables[file]!.length, Object.keys(first)]).toEqual([file, rows, columns.map(({ name }) => name)]);
    }
  });

  it('is read alike by a reader of another make', async () => {
    for (const { file, rows } of today.manifest.tables) {
      const buffer = await asyncBufferFromFile(join(today.folder, file));
      expect([file, (await parquetMetadataAsync(buffer)).num_rows]).toEqual([file, BigInt(rows)]);
    }
    const [row] = await parquetReadObjects({
      file: await asyncBufferFromFile(join(today.folder, 'facts/order_line.parquet')),
      rowStart: 1,
    });
    expect(row).toMatchObject({
      customer_id: ids.gans,
      occurred_at: new Date('2026-01-15T23:30:00.000Z'),
      occurred_on: new Date('2026-01-16'),
      sku: 'NB-A5',
      quantity: 25,
      net: 11_000n,
      currency: 'EUR',
    });
  });

  it('has every fact but the notes that the read side makes for itself, and says what each column of a view is', () => {
    const { manifest } = today;
    const facts = readdirSync('src/projections/facts').map((file) => file.replace(/\.sql$/, ''));

    const kept = manifest.tables.filter(({ kind }) => kind === 'fact').map(({ file }) => file);
    expect(facts.filter((fact) => !kept.includes(`facts/${fact}.parquet`))).toEqual(['revenue_touch']);
    for (const { kind, file, about, columns } of manifest.tables) {
      expect([file, about]).toEqual([file, expect.stringMatching(/^[A-Z1].{10,}/)]);
      const untold = columns.filter((column) => kind === 'view' && !column.about);
      expect([file, untold]).toEqual([file, []]);
      // What isn't told to be an amount would be read as a bare number.
      const bare = columns.filter(({ type, money }) => kind === 'fact' && type === 'BIGINT' && !money);
      expect(['position', 'replaces', 'revision']).toEqual(expect.arrayContaining(bare.map(({ name }) => name)));
    }
  });

  it('is described in docs/export.md, file by file, and of views column by column', () => {
    const sections = readFileSync('docs/export.md', 'utf8').split(/^### /m);
    for (const { file, kind, columns } of today.manifest.tables) {
      if (kind === 'fact') {
        expect([file, sections[0]!.includes(`| ${file} |`)]).toEqual([file, true]);
      } else {
        const section = sections.find((each) => each.startsWith(`${file}\n`)) ?? '';
        const described = [...section.matchAll(/^\| (\w+) \| ([^|]+) \|/gm)].map(([, name, type]) => [name, type]);
        expect([file, described.slice(1)]).toEqual([file, columns.map(({ name, type }) => [name, type])]);
      }
    }
  });

  it('leaves the texts of persons where they are', () => {
    const everything = JSON.stringify(tables);
    for (const secret of [...secrets, 'sealedFor']) expect(everything).not.toContain(secret);
    expect(everything).toContain('Drukkerij De Gans');
    const sealed = Object.fromEntries(today.manifest.tables.map((table) => [table.file, table.sealed]));
    expect(sealed['facts/contact_person.parquet']).toEqual(['name', 'email', 'phone']);
    expect(sealed['facts/order_cancelled.parquet']).toEqual(['reason']);
  });

  it('replaces nothing, not even an empty folder', async () => {
    const folder = join(service.folder, `export-${made + 1}`);
    mkdirSync(folder);

    await expect(exported()).rejects.toThrow(/^There is something at .* already: nothing was replaced\.$/);
    expect(readdirSync(folder)).toEqual([]);
    expect(leftBeside()).toEqual([]);
  });

  it('is whole or not there: broken off, nothing is left of it', async () => {
    const steps: string[] = [];
    for (const at of ['copying', 'writing']) {
      const stopping = new AbortController();
      const onProgress: ExportOptions['onProgress'] = (step, done) => {
        if (step === at && (step === 'copying' || done > 15)) stopping.abort(new Error('Stopped.'));
        if (stopping.signal.aborted) steps.push(step);
      };

      await expect(exported({ signal: stopping.signal, onProgress })).rejects.toThrow('Stopped.');

      expect(existsSync(join(service.folder, `export-${made}`))).toBe(false);
      expect(leftBeside()).toEqual([]);
    }
    expect(steps).toEqual(expect.arrayContaining(['copying', 'writing']));
  });

  it.each<[string, ExportOptions, RegExp]>([
    ['a day that does not exist', { when: { asOf: '2026-02-30' } }, /2026-02-30/],
    ['a position past the end', { when: { knownAt: 'PAST' } }, /is past the end of the log\.$/],
    ['a period that ends before it begins', { period: { from: '2026-02-01', to: '2026-01-01' } }, /later than from/],
  ])('is refused for %s, and nothing is left of it', async (_, options, sentence) => {
    const when = options.when?.knownAt === 'PAST' ? { knownAt: `${before.split('-')[0]}-999999` } : options.when;

    await expect(exported({ ...options, ...(when && { when }) })).rejects.toThrow(sentence);

    expect(existsSync(join(service.folder, `export-${made}`))).toBe(false);
    expect(leftBeside()).toEqual([]);
  });
});

/** The same value as JSON and as DuckDB says it. */
function comparable(value: unknown): unknown {
  if (typeof value !== 'string') return Number.isFinite(value) ? Number(value) : value;
  if (/^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return /^\d{4}-\d\d-\d\d[ T]/.test(value) ? Date.parse(value.replace(/\+00$/, 'Z')) : value;
}
