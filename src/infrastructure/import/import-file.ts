import { resolve } from 'node:path';
import { type CsvProgress, readCsv } from './csv-file.js';
import { ImportError } from './import-error.js';
import type { Importer, Refusal } from './plan.js';
import { type Conflict, type Recording, recordPlan } from './recorder.js';
import { defaultRejectedFile, RejectedFile } from './rejected-file.js';

export interface ImportSummary {
  readonly linesRead: number;
  readonly linesRejected: Readonly<Record<string, number>>;
  readonly customers: number;
  readonly orders: number;
  readonly returns: number;
  readonly visits: number;
  /** Commands that were new, were there already, or were there with other content and stayed as they were. */
  readonly recorded: number;
  readonly repeated: number;
  readonly conflicts: number;
  readonly seconds: number;
  /** Net of the file's usable orders less returns, minor units by currency. */
  readonly net: Readonly<Record<string, number>>;
  readonly ignoredColumns: readonly string[];
  readonly rejectedFile: string | undefined;
  readonly conflicting: readonly Conflict[];
  readonly dryRun: boolean;
}

export interface ImportRequest {
  readonly file: string;
  readonly importer: Importer;
  /** Where rows go that can't be used; beside the file when left out. */
  readonly rejectedFile?: string;
  /** Called once the file has been read and makes sense, so that a broken one leaves no data folder behind. */
  readonly openRecording: () => Promise<Recording>;
  readonly dryRun?: boolean;
  readonly onReading?: (progress: CsvProgress) => void;
  readonly signal?: AbortSignal;
}

/** Conflicts beyond this are counted, not listed. */
const CONFLICTS_LISTED = 100;

/**
 * Reads the whole file, then records it; rows that could not be used end up in a file of their own.
 * @throws ImportError when the file can't be used at all; nothing was recorded then
 */
export async function importFile(request: ImportRequest): Promise<ImportSummary> {
  const started = performance.now();
  const rejectedPath = request.rejectedFile ?? (await defaultRejectedFile(request.file));
  if (resolve(rejectedPath) === resolve(request.file)) {
    throw new ImportError("Rejected rows can't be written over the file that is imported.");
  }
  const rejected = await RejectedFile.create(rejectedPath);
  try {
    const read = await readAll(request, rejected);
    const plan = request.importer.plan();
    const tally = await recordPlan(plan, await request.openRecording());
    const late = new Map([...plan.refused, ...tally.refused]);
    if (late.size > 0) await addLate(request, rejected, late, read.rejected);
    const written = await rejected.finish();
    return {
      linesRead: read.lines,
      linesRejected: Object.fromEntries([...read.rejected].sort(([, one], [, other]) => other - one)),
      ...plan.counts,
      recorded: tally.recorded,
      repeated: tally.repeated,
      conflicts: tally.conflicts.length,
      seconds: Math.round(performance.now() - started) / 1000,
      net: plan.net,
      ignoredColumns: read.ignored,
      rejectedFile: written ? rejectedPath : undefined,
      conflicting: tally.conflicts.slice(0, CONFLICTS_LISTED),
      dryRun: request.dryRun ?? false,
    };
  } catch (error) {
    await rejected.abandon();
    throw error;
  }
}

interface Read {
  readonly lines: number;
  readonly rejected: Map<string, number>;
  readonly ignored: readonly string[];
}

async function readAll({ file, importer, onReading, signal }: ImportRequest, rejected: RejectedFile): Promise<Read> {
  const counts = new Map<string, number>();
  let lines = 0;
  let separator = ',';
  let ignored: readonly string[] = [];
  await readCsv(file, {
    onHeader: (names, delimiter) => {
      separator = delimiter;
      ignored = importer.header(names).ignored;
      rejected.header(names, delimiter);
    },
    onRecord: (fields, line) => {
      lines += 1;
      const reason = importer.add(fields, line);
      if (reason === undefined) return;
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      rejected.add(fields, line, reason, separator);
    },
    onChunk: () => rejected.writeWhenFull(),
    ...(onReading && { onProgress: onReading }),
    ...(signal && { signal }),
  });
  return { lines, rejected: counts, ignored };
}

/** Rows that turned out unusable after they were read: the file is read again for what stood in them. */
async function addLate(
  { file, signal }: ImportRequest,
  rejected: RejectedFile,
  late: ReadonlyMap<number, Refusal>,
  counts: Map<string, number>,
): Promise<void> {
  let separator = ',';
  await readCsv(file, {
    onHeader: (_, delimiter) => {
      separator = delimiter;
    },
    onRecord: (fields, line) => {
      const refusal = late.get(line);
      if (!refusal) return;
      const { reason, detail } = refusal;
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      rejected.add(fields, line, detail === undefined ? reason : `${reason}: ${detail}`, separator);
    },
    onChunk: () => rejected.writeWhenFull(),
    ...(signal && { signal }),
  });
}
