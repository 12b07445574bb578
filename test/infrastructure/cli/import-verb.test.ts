import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Ask, type Question } from '../../../src/application/ask.js';
import { customers } from '../../../src/application/questions/customers.js';
import { pyramid } from '../../../src/application/questions/pyramid.js';
import { valueOfAll } from '../../../src/application/questions/value.js';
import { Record as RecordCommands } from '../../../src/application/record.js';
import { customerIdFor, orderIdFor } from '../../../src/domain/ids.js';
import { customerStream } from '../../../src/domain/streams.js';
import { type Engine, openEngine } from '../../../src/infrastructure/engine.js';
import type { ImportSummary } from '../../../src/infrastructure/import/import-file.js';
import { answerOf, klantwaarde, start } from './run-klantwaarde.js';

const HEADER = 'order_id,customer_id,placed_at,sku,quantity,unit_price';
const ORDERS = `${HEADER}\n1,K7,2026-03-01 10:00,pen,2,1.50\n1,K7,2026-03-01 10:00,mug,1,4\n2,K8,2026-03-02,mug,3,4\nC1,K7,2026-03-03,pen,-1,1.50\n`;

let folder: string;
let data: string;
const env = () => ({ KLANTWAARDE_DATA: data });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  data = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(content: string | Buffer, name = 'file.csv'): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const importing = async (kind: string, content: string | Buffer, ...options: string[]): Promise<ImportSummary> =>
  answerOf(['import', kind, await file(content), '--source', 'erp', ...options], env());

/** Every event in the log, as `type` and, where it has one, a figure of its own. */
async function recorded<Answer>(look: (engine: Engine) => Promise<Answer>): Promise<Answer> {
  const engine = await openEngine(
    { dataFolder: data, timeZone: 'Europe/Amsterdam', currency: 'EUR' },
    { readSide: false },
  );
  try {
    return await look(engine);
  } finally {
    await engine.close();
  }
}

const eventTypes = () =>
  recorded(async ({ log }) => {
    const types: string[] = [];
    for await (const { type } of log.readAll()) types.push(type);
    return types.filter((type) => type !== 'CompanySettingsFixed').sort();
  });

describe('klantwaarde import orders', () => {
  it('records customers, orders and credit notes, and tells what it did', async () => {
    const summary = await importing('orders', ORDERS, '--credit-prefix', 'C');

    expect(summary).toMatchObject({
      linesRead: 4,
      linesRejected: {},
      customers: 2,
      orders: 2,
      returns: 1,
      recorded: 5,
      repeated: 0,
      conflicts: 0,
      net: { EUR: 1750 },
      dryRun: false,
    });
    expect(await eventTypes()).toEqual([
      'CustomerRegistered',
      'CustomerRegistered',
      'ExternalIdClaimed',
      'ExternalIdClaimed',
      'OrderLineReturned',
      'OrderPlaced',
      'OrderPlaced',
    ]);
    expect((await readdir(folder)).sort()).toEqual(['data', 'file.csv']);
  });

  it('records nothing when the same file comes again, and only what is new of an overlapping one', async () => {
    await importing('orders', ORDERS);
    const events = await eventTypes();

    expect(await importing('orders', ORDERS)).toMatchObject({ recorded: 0, repeated: 5, conflicts: 0 });
    expect(await eventTypes()).toEqual(events);

    const overlapping = `${HEADER}\n0,K8,2026-03-04,mug,1,4\n2,K8,2026-03-02,mug,3,4\n3,K9,2026-03-05,mug,1,4\n`;
    expect(await importing('orders', overlapping)).toMatchObject({ recorded: 3, repeated: 2, conflicts: 0 });
    expect(await eventTypes()).toHaveLength(events.length + 4);
  });

  it('counts and names an order that is there with other content, and leaves it as it is', async () => {
    await importing('orders', ORDERS);
    const events = await eventTypes();

    const summary = await importing('orders', `${HEADER}\n2,K8,2026-03-02,mug,30,4\n`);

    expect(summary).toMatchObject({ recorded: 0, repeated: 1, conflicts: 1 });
    expect(summary.conflicting).toMatchObject([{ what: 'order 2' }]);
    expect(await eventTypes()).toEqual(events);
  });

  it('writes the rows that it can not use to a file of their own, with line and reason, and imports the rest', async () => {
    const future = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    const rows = [
      '1,,2026-03-01,pen,1,1',
      '1,K7,2026-03-01,"p,en",0,1',
      '1,K7,2026-03-01,pen,1,1',
      `2,K7,${future},pen,1,1`,
    ];

    const summary = await importing('orders', `${HEADER}\n${rows.join('\n')}\n`);

    expect(Object.values(summary.linesRejected).reduce((total, count) => total + count, 0)).toBe(3);
    expect(summary).toMatchObject({
      linesRead: 4,
      linesRejected: { 'customer-missing': 1, 'quantity-zero': 1 },
      recorded: 2,
    });
    expect(summary.rejectedFile).toBe(join(folder, 'file.rejected.csv'));
    const written = (await readFile(join(folder, 'file.rejected.csv'), 'utf8')).trimEnd().split('\n');
    expect(written.slice(0, 3)).toEqual([
      `${HEADER},line,reason`,
      '1,,2026-03-01,pen,1,1,2,customer-missing',
      '1,K7,2026-03-01,"p,en",0,1,3,quantity-zero',
    ]);
    expect(written[3]).toMatch(new RegExp(`^2,K7,${future},pen,1,1,5,"?[a-z-]+: .*"?$`));
    expect(written).toHaveLength(4);
  });

  it('tells in a dry run what it would do, and leaves no trace of it', async () => {
    expect(await importing('orders', ORDERS, '--dry-run')).toMatchObject({
      orders: 2,
      returns: 1,
      recorded: 5,
      dryRun: true,
    });
    expect(existsSync(data)).toBe(false);

    await importing('orders', ORDERS);
    const events = await eventTypes();
    const changed = ORDERS.replace('mug,3,4', 'mug,4,4').concat('9,K9,2026-03-04,pen,1,1\n');
    expect(await importing('orders', changed, '--dry-run')).toMatchObject({ recorded: 2, repeated: 4, conflicts: 1 });
    expect(await eventTypes()).toEqual(events);
  });

  it('gives the orders to a customer that was typed in with this outside key', async () => {
    const id = '0198f3a0-0000-7000-8000-000000000001';
    const payload = {
      name: 'Typed in',
      externalIds: [{ source: 'erp', key: 'K8' }],
      occurredAt: '2026-01-01T00:00:00.000Z',
    };
    await recorded(({ commandBus }) =>
      commandBus.execute(
        new RecordCommands(customerStream(id), [{ name: 'RegisterCustomer', id, payload }], {
          actor: 'local',
          source: 'api',
        }),
      ),
    );

    expect(await importing('orders', ORDERS)).toMatchObject({ recorded: 4, conflicts: 0, linesRejected: {} });

    const types = await recorded(async ({ log }) => {
      const ofCustomer: string[] = [];
      for await (const { type } of log.read(customerStream(id))) ofCustomer.push(type);
      return ofCustomer;
    });
    expect(types).toEqual(['CustomerRegistered', 'OrderPlaced']);
  });

  it('keeps the names of our people out of every file of the data folder', async () => {
    const content = `${HEADER},rep\n1,K7,2026-03-01,pen,1,1,Hendrikje van Wijngaarden\n`;
    expect(await importing('orders', content)).toMatchObject({ recorded: 3 });
    for (const name of await readdir(data, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) expect((await readFile(join(name.parentPath, name.name))).includes('Hendrikje')).toBe(false);
    }
  });

  it('reads gzip, semicolons and decimal commas, and says it in words without --json', async () => {
    const path = await file(
      gzipSync('bon;klant;datum;artikel;aantal;prijs\n1;K7;2026-03-01;pen;1000;1234,565\n'),
      'bon.csv.gz',
    );
    const map = 'bon=order_id,klant=customer_id,datum=placed_at,artikel=sku,aantal=quantity,prijs=unit_price';
    const options = ['--source', 'erp', '--decimal-comma', '--map', map];
    const { code, stdout, stderr } = await klantwaarde(['import', 'orders', path, ...options], env());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/net EUR +1,234,565\.00\n/);
    expect(stdout).toMatch(/recorded +2\n/);
  });

  it.each([
    ['a file that is not there', async () => join(folder, 'none.csv'), /^There is no file /],
    ['a directory', async () => folder, /is a directory, not a CSV file\.$/],
    ['an empty file', () => file(''), /is empty\.$/],
    [
      'missing columns',
      () => file('order_id,customer_id,sku\n1,2,3\n'),
      /^The file lacks the columns placed_at, quantity, unit_price /,
    ],
    [
      'unbalanced quotes',
      () => file(`${HEADER}\n1,K7,2026-03-01,"pen,1,1\n`),
      /^Line 2 holds a quoted field that is not closed/,
    ],
    [
      'another encoding',
      () => file(Buffer.from(`${HEADER}\n1,K7,2026-03-01,caf\xe9,1,1\n`, 'latin1')),
      /is not UTF-8 text \(near line 2\)/,
    ],
    [
      'a half-written gzip file',
      async () => file(gzipSync(ORDERS.repeat(99)).subarray(0, 90)),
      /ends in the middle of its gzip data/,
    ],
  ])('refuses %s in one sentence, with an exit code, and makes no data folder', async (_what, path, sentence) => {
    const { code, stdout, stderr } = await klantwaarde(['import', 'orders', await path(), '--source', 'erp'], env());
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr.trimEnd()).toMatch(sentence);
    expect(existsSync(data)).toBe(false);
    expect((await readdir(folder)).filter((name) => name.includes('rejected'))).toEqual([]);
  });

  it('imports what is there of a half-written plain file, and puts its broken last row aside', async () => {
    expect(await importing('orders', ORDERS.slice(0, -12))).toMatchObject({
      linesRead: 4,
      linesRejected: { 'wrong-number-of-columns': 1 },
      orders: 2,
    });
  });

  it.each([
    ['no source', [], /^Required option '--source/],
    ['an unknown zone', ['--source', 'erp', '--timezone', 'Mars/North'], /^Mars\/North is not an IANA time zone/],
    ['an unknown currency', ['--source', 'erp', '--currency', 'XYZ'], /^XYZ is not an ISO 4217 currency/],
    ['an unknown option', ['--source', 'erp', '--fast'], /^Unknown option '--fast'/],
    ['rejected rows over the file itself', ['--source', 'erp', '--rejected', 'SELF'], /can't be written over the file/],
  ])('refuses %s in one sentence', async (_what, options, sentence) => {
    const path = await file(ORDERS);
    const args = options.map((option) => (option === 'SELF' ? path : option));
    const { code, stderr } = await klantwaarde(['import', 'orders', path, ...args], env());
    expect(code).not.toBe(0);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(sentence);
    expect(await readFile(path, 'utf8')).toBe(ORDERS);
  });

  it('refuses a log that was made with another currency', async () => {
    await importing('orders', ORDERS);
    const path = await file(ORDERS);
    const { code, stderr } = await klantwaarde(['import', 'orders', path, '--source', 'erp'], {
      ...env(),
      KLANTWAARDE_CURRENCY: 'USD',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^This log reports in EUR, not in USD/);
  });

  it('refuses the orders of a customer that ended before them, and keeps those from before the end', async () => {
    await importing('orders', `${HEADER}\n1,K7,2026-01-01,pen,1,1\n`);
    await recorded(({ commandBus }) =>
      commandBus.execute(
        new RecordCommands(
          customerStream(customerIdFor('erp', 'K7')),
          [{ name: 'EndCustomer', payload: { initiator: 'them', occurredAt: '2026-02-15T00:00:00.000Z' } }],
          { actor: 'local', source: 'api' },
        ),
      ),
    );
    const summary = await importing('orders', `${HEADER}\n2,K7,2026-02-01,pen,1,1\n3,K7,2026-03-01,pen,1,1\n`);
    expect(summary).toMatchObject({ recorded: 1, linesRejected: { 'customer-ended': 1 } });
    expect(await readFile(join(folder, 'file.rejected.csv'), 'utf8')).toMatch(
      /\n3,K7,2026-03-01,pen,1,1,3,"?customer-ended: .+\n$/,
    );
  });
});

describe('files of one system', () => {
  const EARLY = `${HEADER},rep\n1,K7,2025-11-01 10:00,pen,2,1.50,Nancy Davolio\n2,K8,2026-01-20,mug,3,4,Nancy Davolio\n`;
  const LATE = `${HEADER},rep\n3,K7,2026-03-01,pen,4,1.50,Nancy Davolio\n4,K9,2026-03-02,mug,1,4,jdv\nC1,K8,2026-03-03,mug,-1,4,Nancy Davolio\n`;

  /** What is answered as of a day between them, and as of one after them. */
  async function answers() {
    const engine = await openEngine({ dataFolder: data, timeZone: 'Europe/Amsterdam', currency: 'EUR' });
    try {
      await engine.readSide?.waitFor((await engine.log.head()).position ?? 0n, 300_000);
      const ask = async <Params, Data>(question: Question<Params, Data>, params: Params, asOf: string) =>
        ((await engine.queryBus.execute(new Ask(question, params, { asOf }))) as { data: Data }).data;
      const days = ['2025-10-31', '2025-11-01', '2026-02-01', '2026-03-31'];
      return await Promise.all(
        days.map(async (day) => ({
          day,
          customers: await ask(customers, {}, day),
          value: await ask(valueOfAll, { limit: 100 }, day),
          pyramid: await ask(pyramid, {}, day),
          reps: await ask<object, { name: string }[]>(
            (reading) =>
              reading.rows('SELECT rep_id, name FROM rep WHERE occurred_at <= $as_of AND superseded_position IS NULL'),
            {},
            day,
          ),
        })),
      );
    } finally {
      await engine.close();
    }
  }

  it('tell the same in whatever order they are imported, also as of days before the file that came first', async () => {
    await importing('orders', EARLY, '--credit-prefix', 'C');
    await importing('orders', LATE, '--credit-prefix', 'C');
    const inOrder = await answers();
    await rm(data, { recursive: true });

    await importing('orders', LATE, '--credit-prefix', 'C');
    const summary = await importing('orders', EARLY, '--credit-prefix', 'C');

    // Two orders, and the registrations of two customers and of one of our people that came too late.
    expect(summary).toMatchObject({ recorded: 5, conflicts: 0, linesRejected: {} });
    const reversed = await answers();
    expect(reversed).toEqual(inOrder);
    expect(reversed.map(({ customers: listed, reps }) => [listed.items.map(({ name }) => name), reps.length])).toEqual([
      [[], 0],
      [['K7'], 1],
      [['K7', 'K8'], 1],
      [['K7', 'K8', 'K9'], 1],
    ]);
  });

  it('record nothing when they come again, in whatever order', async () => {
    for (const content of [LATE, EARLY]) await importing('orders', content);
    const events = await eventTypes();
    expect(events.filter((type) => type === 'EventCorrected')).toHaveLength(3);
    for (const content of [EARLY, LATE, EARLY]) {
      expect(await importing('orders', content)).toMatchObject({ recorded: 0, conflicts: 0 });
    }
    expect(await eventTypes()).toEqual(events);
  });

  it('move a registration as far as the earliest of them, one after the other', async () => {
    const months = ['2026-03', '2026-01', '2026-02', '2025-12'];
    const recordedOf: number[] = [];
    for (const [index, month] of months.entries()) {
      const { recorded: count } = await importing('orders', `${HEADER}\n${index},K7,${month}-01,pen,1,1\n`);
      recordedOf.push(count);
    }
    expect(recordedOf).toEqual([2, 2, 1, 2]);
  });

  it('take up what a killed import left: the orders are there, the registration is still late', async () => {
    await importing('orders', LATE);
    const earlier = { name: 'PlaceOrder' as const, id: orderIdFor('erp', '1') };
    await recorded(({ commandBus }) =>
      commandBus.execute(
        new RecordCommands(
          customerStream(customerIdFor('erp', 'K7')),
          [
            {
              ...earlier,
              payload: {
                placedAt: '2025-11-01T09:00:00.000Z',
                currency: 'EUR',
                lines: [{ sku: 'pen', quantity: '2', listPrice: '1.5', net: 300 }],
              },
            },
          ],
          { actor: 'local', source: 'import' },
        ),
      ),
    );
    const content = `${HEADER}\n1,K7,2025-11-01 10:00,pen,2,1.50\n`;
    expect(await importing('orders', content)).toMatchObject({ recorded: 1, repeated: 1, conflicts: 0 });
    expect(await importing('orders', content)).toMatchObject({ recorded: 0, repeated: 2, conflicts: 0 });
  });

  it('leave alone what somebody registered, or dated, by hand', async () => {
    const stream = customerStream(customerIdFor('erp', 'K8'));
    const by = { actor: 'local', source: 'api' as const };
    const typedIn = '01987f00-0000-7000-8000-000000000007';
    await recorded(({ commandBus }) =>
      commandBus.execute(
        new RecordCommands(
          customerStream(typedIn),
          [
            {
              name: 'RegisterCustomer',
              payload: {
                name: 'Zeven',
                externalIds: [{ source: 'erp', key: 'K7' }],
                occurredAt: '2026-02-10T09:00:00.000Z',
              },
            },
          ],
          by,
        ),
      ),
    );
    await importing('orders', LATE.replace('C1,K8', '5,K8'));
    await recorded(async ({ commandBus, log }) => {
      for await (const { id, type, data: text } of log.read(stream)) {
        if (type !== 'CustomerRegistered') continue;
        const replacement = { occurredAt: '2026-02-20T09:00:00.000Z', data: JSON.parse(text) };
        const payload = { targetEventId: id, replacement, reason: 'Signed on that day.' };
        await commandBus.execute(new RecordCommands(stream, [{ name: 'CorrectEvent', payload }], by));
      }
    });
    const before = (await eventTypes()).filter((type) => type === 'EventCorrected');

    await importing('orders', `${HEADER}\n1,K7,2025-11-01,pen,2,1\n2,K8,2026-01-20,mug,3,4\n`);

    expect(before).toHaveLength(1);
    expect((await eventTypes()).filter((type) => type === 'EventCorrected')).toEqual(before);
  });

  it('give a customer the earlier day that the customers file has, after its orders', async () => {
    const since = (day: string) => `customer_id,name,customer_since\nK7,Zeven,${day}\n`;
    await importing('orders', `${HEADER}\n1,K7,2026-03-01,pen,2,1\n`);
    expect(await importing('customers', since('2026-01-01'))).toMatchObject({ recorded: 1, repeated: 0 });
    expect(await importing('customers', since('2025-10-15'))).toMatchObject({ recorded: 1, repeated: 0 });
    expect(await importing('customers', since('2025-10-15'))).toMatchObject({ recorded: 0, repeated: 1 });
    const [early] = await answers();
    expect(early?.customers.items).toHaveLength(1);
  });

  it('give a customer from the customers file, registered on the day of that import, the day of its first order', async () => {
    await importing('customers', 'customer_id,name\nK7,Zeven\n');
    expect(await importing('orders', `${HEADER}\n1,K7,2025-11-01,pen,2,1\n`)).toMatchObject({ recorded: 2 });
    const [, onTheDay] = await answers();
    expect(onTheDay?.customers.items.map(({ name }) => name)).toEqual(['Zeven']);
  });
});

describe('klantwaarde import customers', () => {
  const CUSTOMERS =
    'customer_id,name,lifecycle,country,contact_name,contact_email,layer\n' +
    'K7,Bakkerij Zeven,customer,NL,Truus Zomerdijk,truus@example.com,tactical\n' +
    'K7,Bakkerij Zeven,customer,NL,Wim Zomerdijk,,\n' +
    'K8,Slagerij Acht,prospect,BE,,,\n' +
    'K9,,customer,NL,,,\n' +
    'K10,Nergens,friend,NL,,,\n';

  it('records customers with their contact persons, sealed, and repeats nothing', async () => {
    const summary = await importing('customers', CUSTOMERS);
    expect(summary).toMatchObject({
      linesRead: 5,
      linesRejected: { 'name-missing': 1, 'lifecycle-unknown': 1 },
      customers: 2,
      recorded: 4,
    });
    expect((await eventTypes()).filter((type) => type === 'ContactPersonAdded')).toHaveLength(2);
    for (const name of await readdir(data)) {
      expect((await readFile(join(data, name))).includes('Zomerdijk')).toBe(false);
    }
    expect(await importing('customers', CUSTOMERS)).toMatchObject({ recorded: 0, repeated: 4, conflicts: 0 });
  });

  it('gives customers that came with their orders the details that the file has, once', async () => {
    await importing('orders', ORDERS);
    expect(await importing('customers', CUSTOMERS)).toMatchObject({ recorded: 4, repeated: 0, conflicts: 0 });
    expect((await eventTypes()).filter((type) => type === 'CustomerDetailsChanged')).toHaveLength(2);
    expect(await importing('customers', CUSTOMERS)).toMatchObject({ recorded: 0, repeated: 4, conflicts: 0 });
    expect(await importing('orders', ORDERS)).toMatchObject({ recorded: 0, repeated: 5, conflicts: 0 });
  });
});

describe('klantwaarde import visits', () => {
  it('records visits with who held them, and tells those apart that have no id of their own', async () => {
    await importing('orders', ORDERS);
    const visits =
      'visit_id,customer_id,occurred_at,held_by,topics,notes,duration_minutes\n' +
      'V1,K7,2026-03-04 09:30,jdv;Mieke Overeem,prijs;levertijd,Rond de tafel,45\n' +
      ',K7,2026-03-05 09:30,jdv,,,\n' +
      ',K7,2026-03-05 09:30,jdv,,,\n' +
      ',K7,2026-03-06 09:30,jdv,,,\n' +
      'V2,K99,2026-03-04,jdv,,,\n' +
      'V3,K7,2026-03-04,jdv,,,long\n';

    const summary = await importing('visits', visits);

    expect(summary).toMatchObject({
      linesRead: 6,
      linesRejected: { 'minutes-not-a-number': 1, 'customer-unknown': 1 },
      recorded: 4,
      repeated: 1,
    });
    expect((await eventTypes()).filter((type) => /Visit|Rep/.test(type))).toEqual([
      'RepRegistered',
      'VisitLogged',
      'VisitLogged',
      'VisitLogged',
    ]);
    expect(await importing('visits', visits)).toMatchObject({ recorded: 0, repeated: 5 });
  });
});

it('stops on Ctrl-C with a sentence, and takes the import up when it is run again', async () => {
  const rows = Array.from({ length: 3_000 }, (_, n) => `${n},K${n},2026-03-01,pen,1,1`);
  const path = await file(`${HEADER}\n${rows.join('\n')}\n`);
  const { child, ended } = start(['import', 'orders', path, '--source', 'erp'], env());
  while (child.exitCode === null && !existsSync(join(data, 'log.db'))) await pause(5);
  await pause(50);
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(code).toBe(1);
  expect(stderr).toBe('The import was stopped; running it again takes it up.\n');

  const summary = await answerOf<ImportSummary>(['import', 'orders', path, '--source', 'erp'], env());
  expect(summary.recorded).toBeGreaterThan(0);
  expect(summary.recorded + summary.repeated).toBe(6_000);
  expect((await eventTypes()).filter((type) => type === 'OrderPlaced')).toHaveLength(3_000);
});

it('imports beside another process that imports into the same data folder', async () => {
  await mkdir(join(folder, 'many'));
  const rows = (from: number) =>
    Array.from({ length: 400 }, (_, n) => `${from + n},K${(from + n) % 50},2026-03-01,pen,1,1`).join('\n');
  const files = await Promise.all([0, 200].map((from) => file(`${HEADER}\n${rows(from)}\n`, `many/${from}.csv`)));
  const summaries = await Promise.all(
    files.map((path) => answerOf<ImportSummary>(['import', 'orders', path, '--source', 'erp'], env())),
  );
  expect(summaries.map(({ conflicts, linesRejected }) => ({ conflicts, linesRejected }))).toEqual([
    { conflicts: 0, linesRejected: {} },
    { conflicts: 0, linesRejected: {} },
  ]);
  expect((await eventTypes()).filter((type) => type === 'OrderPlaced')).toHaveLength(600);
});
