/**
 * The program as it was built, with the types of its sources: the benchmarks measure what is shipped, and run as they
 * are, without being built themselves.
 */
function built(path: string): Promise<unknown> {
  return import(new URL(`../dist/${path}`, import.meta.url).href);
}

await built('infrastructure/http/service.js');

export const { SqliteEventLog } = (await built(
  'infrastructure/sqlite/sqlite-event-log.js',
)) as typeof import('../src/infrastructure/sqlite/sqlite-event-log.js');
export const { SqliteKeyRing } = (await built(
  'infrastructure/sqlite/sqlite-key-ring.js',
)) as typeof import('../src/infrastructure/sqlite/sqlite-key-ring.js');
export const { DuckDbReadSide } = (await built(
  'infrastructure/duckdb/duckdb-read-side.js',
)) as typeof import('../src/infrastructure/duckdb/duckdb-read-side.js');
export const { openEngine } = (await built(
  'infrastructure/engine.js',
)) as typeof import('../src/infrastructure/engine.js');
export const { startService } = (await built(
  'infrastructure/http/service.js',
)) as typeof import('../src/infrastructure/http/service.js');
export const { pathsOf, prepareDataFolder } = (await built(
  'infrastructure/data-folder.js',
)) as typeof import('../src/infrastructure/data-folder.js');
export const { createLogger } = (await built(
  'infrastructure/logging.js',
)) as typeof import('../src/infrastructure/logging.js');
export const { SystemClock } = (await built(
  'infrastructure/system-clock.js',
)) as typeof import('../src/infrastructure/system-clock.js');
export const { chainHash } = (await built('application/chain.js')) as typeof import('../src/application/chain.js');
export const { seal } = (await built('application/sealing.js')) as typeof import('../src/application/sealing.js');
export const { fixCompanySettings } = (await built(
  'application/company.js',
)) as typeof import('../src/application/company.js');
export const { Record } = (await built('application/record.js')) as typeof import('../src/application/record.js');
export const { customerStream, repStream } = (await built(
  'domain/streams.js',
)) as typeof import('../src/domain/streams.js');
export const { fitBgNbd } = (await built(
  'domain/lifetime/bg-nbd-fit.js',
)) as typeof import('../src/domain/lifetime/bg-nbd-fit.js');
export const { ThreadedValueModels } = (await built(
  'infrastructure/lifetime/threaded-value-models.js',
)) as typeof import('../src/infrastructure/lifetime/threaded-value-models.js');
