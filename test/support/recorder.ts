import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixCompanySettings } from '../../src/application/company.js';
import type { Clock } from '../../src/application/ports/clock.js';
import type { EventLog, RecordedEvent } from '../../src/application/ports/event-log.js';
import { type By, type CommandEnvelope, type Outcome, Record, RecordHandler } from '../../src/application/record.js';
import { readStored, type StoredEvent } from '../../src/application/stored-event.js';
import type { CommandName, CommandPayload } from '../../src/domain/commands.js';
import { customerStream } from '../../src/domain/streams.js';
import { SqliteEventLog } from '../../src/infrastructure/sqlite/sqlite-event-log.js';
import { SqliteKeyRing } from '../../src/infrastructure/sqlite/sqlite-key-ring.js';

export const by: By = { actor: 'local', source: 'api' };

/** A clock that tests move. */
export class TestClock implements Clock {
  constructor(public time = Date.parse('2026-06-15T10:00:00.000Z')) {}

  now(): number {
    return this.time;
  }
}

/** The recording of commands in a log and a key ring of its own, without HTTP. */
export class Recorder {
  handler: RecordHandler;

  private constructor(
    readonly folder: string,
    readonly log: SqliteEventLog,
    readonly keyRing: SqliteKeyRing,
    readonly clock: TestClock,
  ) {
    this.handler = this.another();
  }

  static async open(clock = new TestClock()): Promise<Recorder> {
    const folder = mkdtempSync(join(tmpdir(), 'recorder-'));
    const log = await SqliteEventLog.open(join(folder, 'log.db'), { clock });
    const keyRing = await SqliteKeyRing.open(join(folder, 'keys.db'));
    await fixCompanySettings(log, { timeZone: 'Europe/Amsterdam', currency: 'EUR' }, clock);
    return new Recorder(folder, log, keyRing, clock);
  }

  /**
   * Another process on the same files: it remembers nothing of what this one recorded.
   * @param patienceMs how long it lets the claim of another one stand that has not come to anything yet
   */
  another(log: EventLog = this.log, patienceMs = 100): RecordHandler {
    return new RecordHandler(log, this.keyRing, this.clock, patienceMs);
  }

  /** As after a restart. */
  forget(): void {
    this.handler = this.another();
  }

  async tell<Name extends CommandName>(
    stream: string,
    name: Name,
    payload: CommandPayload<Name>,
    told: Partial<By> = {},
  ): Promise<Outcome> {
    const [outcome] = await this.tellAll(stream, [{ name, payload }], told);
    return outcome as Outcome;
  }

  tellAll(stream: string, commands: readonly CommandEnvelope[], told: Partial<By> = {}): Promise<Outcome[]> {
    return this.handler.execute(new Record(stream, commands, { ...by, ...told }));
  }

  /** Registers a customer under this id; its stream. */
  async customer(id: string, more: Partial<CommandPayload<'RegisterCustomer'>> = {}): Promise<string> {
    const outcome = await this.tell(customerStream(id), 'RegisterCustomer', { name: `Customer ${id}`, ...more });
    expect(outcome.status).toBe('recorded');
    return customerStream(id);
  }

  async stored(stream: string): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.log.read(stream)) events.push(event);
    return events;
  }

  async events(stream: string): Promise<StoredEvent[]> {
    return (await this.stored(stream)).map(readStored);
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.keyRing.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
