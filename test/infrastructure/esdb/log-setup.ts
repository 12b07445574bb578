import type { ChildProcess } from 'node:child_process';
import { EsdbEventLog, type EsdbEventLogOptions } from '../../../src/infrastructure/esdb/esdb-event-log.js';
import type { LogUnderTest } from '../../application/event-log.contract.js';
import { type EventStoreUnderTest, eventStore } from '../../support/event-store/any.js';
import type { EventStoreOptions } from '../../support/event-store/event-store.js';
import { startFromSource } from '../../support/start-process.js';

/** Tests wait for failures: the log must not be as patient with them as in a company. */
export const impatient = { open: 2_000, attempt: 1_000, total: 2_000, quiet: 1_500 };

export interface EsdbLogUnderTest extends LogUnderTest {
  readonly server: EventStoreUnderTest;
  log: EsdbEventLog;
  open(options?: Partial<EsdbEventLogOptions>): Promise<EsdbEventLog>;
}

/** A log of its own in the server at hand. */
export async function makeEsdbLog(
  options: Partial<EsdbEventLogOptions> = {},
  serverOptions: EventStoreOptions = {},
): Promise<EsdbLogUnderTest> {
  const server = await eventStore(serverOptions);
  const { url, prefix, double } = server;
  const opened: EsdbEventLog[] = [];
  const open = async (more: Partial<EsdbEventLogOptions> = {}) => {
    const log = await EsdbEventLog.open({ connectionString: url, prefix, ...options, ...more });
    opened.push(log);
    return log;
  };
  const subject: EsdbLogUnderTest = {
    server,
    log: await open(),
    open,
    maxAppendBytes: serverOptions.maxAppendBytes ?? 1_048_576,
    async restart() {
      await subject.log.close();
      await double?.stop();
      await double?.start();
      subject.log = await open();
      return subject.log;
    },
    another: open,
    failCommitsWith: double && (async (type) => double.refuseEventsOfType(type)),
    startAppending: () => startProcess('appending-process.ts', url, prefix),
    async dispose() {
      await Promise.all(opened.map((log) => log.close()));
      await server.close();
    },
  };
  return subject;
}

/** Runs one of the programs beside this file in a process of its own. */
export function startProcess(program: string, ...args: string[]): ChildProcess {
  return startFromSource(new URL(program, import.meta.url), ...args);
}
