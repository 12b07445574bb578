import { DatabaseSync } from 'node:sqlite';
import { pathsOf } from './built.ts';
import { Child } from './child.ts';
import { type Figure, figure, median, percentile } from './figure.ts';
import { customerIdOf, type Generated } from './generate.ts';
import type { Rebuilding } from './rebuild-child.ts';
import { valueFigures } from './value-questions.ts';

const DAY_MS = 86_400_000;

/** Reads every event of the raw log and parses it, and does nothing with it; events per second. */
export function parseLog(folder: string): number {
  const database = new DatabaseSync(pathsOf(folder).log, { readOnly: true });
  const read = database.prepare('SELECT position, data, metadata FROM events ORDER BY position');
  read.setReturnArrays(true);
  const started = performance.now();
  let count = 0;
  for (const row of read.iterate() as unknown as Iterable<[number, string, string]>) {
    JSON.parse(row[1]);
    JSON.parse(row[2]);
    count++;
  }
  const rate = (count / (performance.now() - started)) * 1_000;
  database.close();
  return rate;
}

export async function rebuildFigures(folder: string, generated: Generated): Promise<Figure[]> {
  const parsed = parseLog(folder);
  const child = new Child('./rebuild-child.ts');
  try {
    const { seconds } = await child.ask<Rebuilding>({ folder });
    const peak = child.peakMemory();
    return [
      figure(
        'rebuild',
        generated.events / seconds,
        'events/s',
        parsed,
        'against reading and parsing the raw log (aim 60,000/s)',
      ),
      ...(peak === undefined
        ? []
        : [figure('memory.rebuild', peak, 'MiB', null, 'most resident during the rebuild (aim 1,536)')]),
    ];
  } finally {
    await child.stop();
  }
}

async function restart(folder: string): Promise<{ child: Child; url: string; ms: number }> {
  const started = performance.now();
  const child = new Child('./service-child.ts');
  const url = await child.ask<string>({ ask: 'start', folder, bench: false });
  await child.ask({ ask: 'ready' });
  return { child, url, ms: performance.now() - started };
}

async function timed(url: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return performance.now() - started;
}

/** The pyramid in one SELECT, with every date filter and none of our views. */
const BY_HAND_IN_DUCKDB = `
  WITH moved AS (
    SELECT o.customer, o.net FROM order_placed o
    WHERE o.occurred_at <= $as_of AND o.occurred_at > $as_of - INTERVAL 12 MONTH AND o.position <= $known
      AND (o.superseded_position IS NULL OR o.superseded_position > $known)
      AND o.order_id NOT IN (
        SELECT c.order_id FROM order_cancelled c
        WHERE c.occurred_at <= $as_of AND c.position <= $known
          AND (c.superseded_position IS NULL OR c.superseded_position > $known))
    UNION ALL
    SELECT r.customer, -r.net FROM order_return r
    WHERE r.occurred_at <= $as_of AND r.occurred_at > $as_of - INTERVAL 12 MONTH AND r.position <= $known
      AND (r.superseded_position IS NULL OR r.superseded_position > $known)
  ), bought AS (
    SELECT customer, sum(net) AS revenue FROM moved GROUP BY customer HAVING sum(net) > 0
  ), ranked AS (
    SELECT revenue, row_number() OVER (ORDER BY revenue DESC, customer) AS place, count(*) OVER () AS n FROM bought
  )
  SELECT CASE WHEN place <= ceil(n * 0.01) THEN 'A' WHEN place <= ceil(n * 0.05) THEN 'B'
    WHEN place <= ceil(n * 0.20) THEN 'C' ELSE 'D' END AS segment, count(*) AS customers, sum(revenue)::BIGINT AS revenue
  FROM ranked GROUP BY ALL ORDER BY ALL`;

const BY_HAND_IN_SQLITE = BY_HAND_IN_DUCKDB.replaceAll('$as_of - INTERVAL 12 MONTH', '$from')
  .replaceAll('sum(revenue)::BIGINT', 'sum(revenue)')
  .replaceAll('GROUP BY ALL ORDER BY ALL', 'GROUP BY 1 ORDER BY 1');

/** The same facts in SQLite tables, a row an order. */
function factsInSqlite(folder: string, file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  const columns =
    'position INTEGER, superseded_position INTEGER, customer INTEGER, occurred_at INTEGER, order_id TEXT, net INTEGER';
  database.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000;
    CREATE TABLE order_placed (${columns}) STRICT;
    CREATE TABLE order_cancelled (${columns}) STRICT;
    CREATE TABLE order_return (${columns}) STRICT;
    BEGIN`);
  const insert = database.prepare('INSERT INTO order_placed VALUES (?, NULL, ?, ?, ?, ?)');
  const log = new DatabaseSync(pathsOf(folder).log, { readOnly: true });
  const orders = log.prepare(
    "SELECT position, stream, data, metadata FROM events WHERE type = 'OrderPlaced' ORDER BY position",
  );
  orders.setReturnArrays(true);
  for (const [position, stream, data, metadata] of orders.iterate() as unknown as Iterable<
    [number, number, string, string]
  >) {
    const { orderId, lines } = JSON.parse(data) as { orderId: string; lines: { net: number }[] };
    const { occurredAt } = JSON.parse(metadata) as { occurredAt: string };
    insert.run(
      position,
      stream,
      Date.parse(occurredAt),
      orderId,
      lines.reduce((sum, { net }) => sum + net, 0),
    );
  }
  database.exec('COMMIT');
  // What a careful hand would add.
  database.exec(
    'CREATE INDEX by_time ON order_placed (occurred_at); CREATE INDEX by_order ON order_cancelled (order_id); ANALYZE',
  );
  log.close();
  return database;
}

async function pyramid(service: { child: Child; url: string }, folder: string, work: string, generated: Generated) {
  const last = Date.parse(generated.to);
  const dates = Array.from({ length: 9 }, (_, index) => last - (index * 41 + 3) * DAY_MS);
  const ask = (asOf: number) => timed(`${service.url}/api/v1/pyramid?asOf=${new Date(asOf).toISOString()}`);
  const byHand = (asOf: number[]) => service.child.ask<number[]>({ ask: 'handQuery', sql: BY_HAND_IN_DUCKDB, asOf });
  await ask(last - DAY_MS);
  await byHand([last - DAY_MS]);
  const ours: number[] = [];
  const duck: number[] = [];
  for (const asOf of dates) {
    // A date of its own each time: what is kept from another answer doesn't count.
    ours.push(await ask(asOf));
    duck.push(...(await byHand([asOf])));
  }
  const sqlite = factsInSqlite(folder, `${work}/facts.db`);
  const query = sqlite.prepare(BY_HAND_IN_SQLITE);
  query.setAllowUnknownNamedParameters(true);
  const slow = dates.slice(0, 3).map((asOf) => {
    const from = new Date(asOf).setUTCFullYear(new Date(asOf).getUTCFullYear() - 1);
    const started = performance.now();
    query.all({ $as_of: asOf, $from: from, $known: Number.MAX_SAFE_INTEGER });
    return performance.now() - started;
  });
  sqlite.close();
  const lines = `${generated.orderLines.toLocaleString('en')} order lines`;
  return [
    figure('pyramid.duckdb', median(ours), 'ms', median(duck), `${lines}; against DuckDB by hand (aim 1.3 at most)`),
    figure('pyramid.sqlite', median(ours), 'ms', median(slow), 'against SQLite by hand (aim 0.125 at most)'),
  ];
}

async function nextContacts({ url }: { url: string }, { reps, to, customers }: Generated): Promise<Figure> {
  const ask = (rep: string) => timed(`${url}/api/v1/contacts/next?reps=${rep}&asOf=${to}&limit=50`);
  const cold = await ask(reps[0] as string);
  const times: number[] = [];
  for (let index = 0; index < 200; index++) times.push(await ask(reps[(index * 13) % reps.length] as string));
  const of = `one rep of ${reps.length}, ${customers.toLocaleString('en')} customers; p50 ${Math.round(median(times))} ms`;
  return figure(
    'next-contacts.p95',
    percentile(times, 0.95),
    'ms',
    cold,
    `${of}; against the first, cold (aim 100 ms)`,
  );
}

/** Everything that needs the generated log and its read side. */
export async function questionFigures(
  folder: string,
  work: string,
  generated: Generated,
  wants: (name: string) => boolean,
  show: (figures: readonly Figure[]) => void,
): Promise<void> {
  const empty = await restart(`${work}/empty`);
  await empty.child.stop();
  const service = await restart(folder);
  try {
    if (wants('restart')) {
      show([
        figure(
          'restart',
          service.ms,
          'ms',
          empty.ms,
          'from the start of the process to ready; against an empty log (aim 2,000 ms)',
        ),
      ]);
    }
    if (wants('pyramid')) show(await pyramid(service, folder, work, generated));
    if (wants('next-contacts')) show([await nextContacts(service, generated)]);
    if (wants('value')) show(await valueFigures(service, generated));
    if (wants('visibility')) {
      const streams = Array.from(
        { length: Math.min(2_000, generated.customers) },
        (_, index) => `customer-${customerIdOf(index)}`,
      );
      const ask = (seconds: number) =>
        service.child.ask<number[]>({ ask: 'visibility', streams, perSecond: 1_000, seconds });
      await ask(3);
      const times = await ask(15);
      show([
        figure('visibility.p50', median(times), 'ms', null, 'from acknowledged to visible, at 1,000 events/s'),
        figure('visibility.p99', percentile(times, 0.99), 'ms', null, 'likewise (aim 250 ms)'),
      ]);
    }
    const peak = service.child.peakMemory();
    if (wants('memory') && peak !== undefined) {
      show([figure('memory.serving', peak, 'MiB', null, 'most resident while answering all of this (aim 1,024)')]);
    }
  } finally {
    await service.child.stop();
  }
}
