import type { DuckDBConnection } from '@duckdb/node-api';
import type { Checkpoint } from '../../application/ports/read-side.js';
import { Turns } from '../../application/turns.js';
import { CustomerKeys } from './customer-keys.js';
import { Statements } from './database.js';
import {
  batchView,
  createStagedTables,
  type PresentedEvents,
  type Supersession,
  stagedTables,
} from './presented-events.js';
import type { Fact } from './sql-files.js';

/** What a read side is made of and for; one that says otherwise is built again. */
export interface Identity {
  readonly logId: string;
  /** Of everything that decides what the rows look like. */
  readonly digest: string;
}

const ownTables = [
  `CREATE TABLE IF NOT EXISTS customer_key (customer INTEGER, customer_id UUID, first_position BIGINT)`,
  `CREATE TABLE IF NOT EXISTS supersession (
    position BIGINT, customer INTEGER, stream VARCHAR, target_event_id UUID, target_position BIGINT
  )`,
  `CREATE TABLE IF NOT EXISTS read_side (
    log_id VARCHAR, digest VARCHAR, position BIGINT, event_id UUID, recorded_ms DOUBLE, complete BOOLEAN
  )`,
];

/** What only one at a time may do. */
const WRITING = 'writing';

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

function isMadeFrom(fact: Fact, types: ReadonlySet<string>): boolean {
  const { from } = fact;
  return from === '*' || [...types].some((type) => from.has(type));
}

/**
 * Writes batches of presented events into the facts. Rows, superseding and checkpoint change in one transaction: each
 * event counts exactly once, also after a crash.
 */
export class Projector {
  private readonly turns = new Turns();

  private constructor(
    private readonly connection: DuckDBConnection,
    private readonly facts: readonly Fact[],
    private readonly statements: Statements,
    readonly keys: CustomerKeys,
    private at: Checkpoint,
  ) {}

  /** Makes the tables of an empty database. */
  static async create(connection: DuckDBConnection, facts: readonly Fact[], identity: Identity): Promise<void> {
    await connection.run('BEGIN');
    for (const sql of [...ownTables, ...facts.map(({ create }) => create)]) await connection.run(sql);
    await connection.run(
      `INSERT INTO read_side VALUES (${literal(identity.logId)}, ${literal(identity.digest)}, NULL, NULL, NULL, false)`,
    );
    await connection.run('COMMIT');
  }

  static async open(connection: DuckDBConnection, facts: readonly Fact[]): Promise<Projector> {
    for (const sql of createStagedTables) await connection.run(sql);
    await connection.run(batchView);
    await connection.run(`CREATE TEMP TABLE superseded (
      position BIGINT, customer INTEGER, target_position BIGINT, type VARCHAR, occurred_at TIMESTAMP
    )`);
    const [row] = (await connection.runAndReadAll('SELECT position, recorded_ms FROM read_side')).getRows();
    const checkpoint = {
      position: (row?.[0] as bigint | null) ?? undefined,
      recordedAt: (row?.[1] as number | null) ?? 0,
    };
    const ids = await connection.runAndReadAll('SELECT customer_id::VARCHAR FROM customer_key ORDER BY customer');
    const keys = new CustomerKeys((ids.getColumns()[0] ?? []) as string[]);
    return new Projector(connection, facts, new Statements(connection, 1_000), keys, checkpoint);
  }

  checkpoint(): Checkpoint {
    return this.at;
  }

  /**
   * Applies a batch; after a failure nothing of it is left.
   * @param options.superseding `later` leaves superseded rows unmarked until `supersedeAll`: for a build that nobody
   * reads yet, where one pass over all of them costs far less than one per batch
   */
  async apply(batch: PresentedEvents, options: { readonly superseding: 'now' | 'later' }): Promise<void> {
    const end = await this.turns.take(WRITING);
    try {
      await this.applyInTurn(batch, options);
    } finally {
      end();
    }
  }

  /** Works everything into the file, and leaves the file as it is until the work is done. */
  async standingStill<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const end = await this.turns.take(WRITING);
    try {
      await this.checkpointFile();
      return await work();
    } finally {
      end();
    }
  }

  private async applyInTurn(batch: PresentedEvents, options: { readonly superseding: 'now' | 'later' }): Promise<void> {
    await this.transaction(async () => {
      await this.stage(batch);
      await this.storeKeys(batch.lastPosition);
      const used = this.facts.filter((fact) => isMadeFrom(fact, batch.types));
      for (const fact of used) for (const sql of fact.inserts) await this.run(sql);
      if (batch.supersessions.length > 0) {
        await this.noteSupersessions(batch.supersessions);
        if (options.superseding === 'now') await this.supersede(batch.supersessions);
      }
      for (const table of stagedTables) await this.run(`TRUNCATE ${table}`);
      await this.connection.run(`UPDATE read_side SET position = ${batch.lastPosition},
        event_id = ${literal(batch.lastEventId)}, recorded_ms = ${batch.recordedAt}`);
    });
    this.keys.stored(batch.lastPosition);
    this.at = { position: batch.lastPosition, recordedAt: batch.recordedAt };
  }

  /** Works everything into the file. */
  async checkpointFile(): Promise<void> {
    await this.connection.run('CHECKPOINT');
  }

  /** Marks everything that was superseded so far and has not been marked. */
  async supersedeAll(): Promise<void> {
    await this.transaction(async () => {
      await this.run(`UPDATE supersession SET target_position = e.position FROM event e
        WHERE supersession.target_position IS NULL AND e.event_id = supersession.target_event_id`);
      await this.run(`INSERT INTO superseded
        SELECT s.position, s.customer, s.target_position, e.type, e.occurred_at
        FROM supersession s JOIN event e ON e.position = s.target_position`);
      await this.refuseUnknownTargets();
      await this.markSuperseded(undefined);
    });
  }

  /** Says that the build is whole: from now on it may be believed. */
  async complete(): Promise<void> {
    await this.connection.run('UPDATE read_side SET complete = true');
  }

  close(): void {
    this.statements.clear();
    this.connection.closeSync();
  }

  private async transaction(work: () => Promise<void>): Promise<void> {
    await this.run('BEGIN');
    try {
      await work();
      await this.run('COMMIT');
    } catch (error) {
      this.keys.forgetUnstored();
      await this.connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  private async run(sql: string, rows?: string): Promise<void> {
    const statement = await this.statements.get(sql);
    if (rows !== undefined) statement.bindVarchar(1, rows);
    await statement.run();
  }

  private async stage(batch: PresentedEvents): Promise<void> {
    const half = Math.ceil(batch.chunks.length / stagedTables.length);
    for (const [index, table] of stagedTables.entries()) {
      const chunks = batch.chunks.slice(index * half, (index + 1) * half);
      if (chunks.length === 0) continue;
      const appender = await this.connection.createAppender(table, null, 'temp');
      try {
        for (const chunk of chunks) appender.appendDataChunk(chunk);
      } finally {
        appender.closeSync();
      }
    }
    batch.release();
  }

  private async storeKeys(upTo: bigint): Promise<void> {
    const keys = this.keys.toStore(upTo).map(({ id, key, position }) => ({ key, id, position: String(position) }));
    if (keys.length === 0) return;
    await this.run(
      `INSERT INTO customer_key SELECT k.key, k.id, k.position
       FROM (SELECT unnest(from_json($rows, '[{"key":"INTEGER","id":"UUID","position":"BIGINT"}]')) AS k)`,
      JSON.stringify(keys),
    );
  }

  private async noteSupersessions(supersessions: readonly Supersession[]): Promise<void> {
    await this.run(
      `INSERT INTO supersession SELECT s.position, nullif(s.customer, 0), s.stream, s.targetEventId, NULL
       FROM (SELECT unnest(from_json($rows,
         '[{"position":"BIGINT","customer":"INTEGER","stream":"VARCHAR","targetEventId":"UUID"}]')) AS s)`,
      JSON.stringify(
        supersessions.map((supersession) => ({ ...supersession, position: String(supersession.position) })),
      ),
    );
  }

  private async supersede(supersessions: readonly Supersession[]): Promise<void> {
    const targets = supersessions.map(({ targetEventId }) => literal(targetEventId)).join(', ');
    const customers = [...new Set(supersessions.map(({ customer }) => customer))];
    const numbered = customers.filter((customer) => customer > 0);
    const where = [
      ...(numbered.length > 0 ? [`customer IN (${numbered.join(', ')})`] : []),
      ...(numbered.length < customers.length ? ['customer IS NULL'] : []),
    ];
    // Nothing is indexed: the customer narrows the search to few of the blocks.
    await this.connection.run(`UPDATE supersession SET target_position = e.position
      FROM (SELECT position, event_id FROM event WHERE (${where.join(' OR ')}) AND event_id IN (${targets})) e
      WHERE supersession.position >= ${supersessions[0]!.position} AND e.event_id = supersession.target_event_id`);
    await this.refuseUnknownTargets();
    const found = await this.connection.runAndReadAll(
      `SELECT target_position FROM supersession WHERE position >= ${supersessions[0]!.position}`,
    );
    const positions = found.getRows().map(([position]) => position as bigint);
    await this.connection.run(`INSERT INTO superseded
      SELECT s.position, s.customer, s.target_position, e.type, e.occurred_at
      FROM (SELECT * FROM supersession WHERE position >= ${supersessions[0]!.position}) s
      JOIN (SELECT * FROM event WHERE position IN (${positions.join(', ')})) e ON e.position = s.target_position`);
    await this.markSuperseded(positions);
  }

  private async refuseUnknownTargets(): Promise<void> {
    const unknown = await this.connection.runAndReadAll(
      'SELECT position, target_event_id::VARCHAR FROM supersession WHERE target_position IS NULL LIMIT 1',
    );
    const [row] = unknown.getRows();
    if (row) {
      throw new Error(`The event at position ${row[0]} corrects or retracts ${row[1]}, which is not in the log.`);
    }
  }

  /** @param positions of the targets, where they are few; every row of `superseded` counts */
  private async markSuperseded(positions: readonly bigint[] | undefined): Promise<void> {
    // Named one by one, they let DuckDB pass over the blocks that hold none of them.
    const within = (fact: string) => (positions ? `AND ${fact}.position IN (${positions.join(', ')})` : '');
    const types = await this.connection.runAndReadAll('SELECT DISTINCT type FROM superseded');
    const targetTypes = new Set(types.getRows().map(([type]) => type as string));
    for (const fact of this.facts) {
      if (!isMadeFrom(fact, targetTypes)) continue;
      if (fact.canBeSuperseded) {
        await this.connection.run(`UPDATE ${fact.name} SET superseded_position = s.position
          FROM (SELECT target_position, min(position) AS position FROM superseded GROUP BY target_position) s
          WHERE ${fact.name}.position = s.target_position AND superseded_position IS NULL ${within(fact.name)}`);
      }
      for (const sql of fact.whenSuperseded) await this.run(sql);
    }
    await this.connection.run(`UPDATE event SET replaces = s.target_position
      FROM superseded s WHERE event.position = s.position`);
    await this.run('TRUNCATE superseded');
  }
}
