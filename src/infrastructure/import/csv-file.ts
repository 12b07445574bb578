import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { CsvRecords, type OnRecord } from './csv-records.js';
import { ImportError } from './import-error.js';

const CHUNK_BYTES = 1 << 20;
/** More than a header takes. */
const START_BYTES = 1 << 16;

export interface CsvProgress {
  /** Bytes of the file as it lies on disk, compressed or not. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface CsvReading {
  readonly onHeader: (names: string[], delimiter: string) => void;
  /** Line numbers count from 1, the header included, as an editor shows them. */
  readonly onRecord: OnRecord;
  /** Awaited after each stretch of records, before the next is read. */
  readonly onChunk?: () => Promise<void>;
  readonly onProgress?: (progress: CsvProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads a CSV file in UTF-8 (with or without a byte order mark), separated by commas or semicolons, gzipped or not: its
 * first line and its first bytes tell.
 * @throws ImportError one sentence, with the line where there is one
 */
export async function readCsv(file: string, reading: CsvReading): Promise<void> {
  const { size, gzipped, delimiter } = await inspect(file);
  let records: CsvRecords | undefined;
  try {
    let header = true;
    records = new CsvRecords(delimiter, (fields, line) => {
      if (!header) return reading.onRecord(fields, line);
      header = false;
      reading.onHeader(
        fields.map((name) => name.trim()),
        delimiter,
      );
    });
    await parseAll(file, gzipped, size, records, reading);
    if (header) throw new ImportError(`${file} is empty.`);
  } catch (error) {
    reading.signal?.throwIfAborted();
    throw sentenceFor(file, records?.sentenceFor(error) ?? error);
  }
}

async function parseAll(
  file: string,
  gzipped: boolean,
  totalBytes: number,
  records: CsvRecords,
  { onChunk, onProgress, signal }: CsvReading,
): Promise<void> {
  const source = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const checked = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      mustBeText(file, decoder, records, chunk);
      records.willTake(chunk);
      yield chunk;
      await onChunk?.();
      onProgress?.({ bytes: source.bytesRead, totalBytes });
    }
    mustBeText(file, decoder, records);
  };
  const options = signal ? { signal } : {};
  if (gzipped) await pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), checked, records.parser, options);
  else await pipeline(source, checked, records.parser, options);
}

/** The one that the first line holds more of, outside quotes. */
function delimiterOf(start: Buffer): ',' | ';' {
  const [header = ''] = start.toString('latin1').split('\n', 1);
  const unquoted = header.replaceAll(/"[^"]*"/g, '');
  return unquoted.split(';').length > unquoted.split(',').length ? ';' : ',';
}

interface Inspected {
  readonly size: number;
  readonly gzipped: boolean;
  readonly delimiter: ',' | ';';
}

async function inspect(file: string): Promise<Inspected> {
  try {
    const handle = await open(file, 'r');
    try {
      const stat = await handle.stat();
      if (stat.isDirectory()) throw new ImportError(`${file} is a directory, not a CSV file.`);
      if (!stat.isFile()) throw new ImportError(`${file} is not a file: an import reads its file twice.`);
      if (stat.size === 0) throw new ImportError(`${file} is empty.`);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
      const start = buffer.subarray(0, bytesRead);
      const gzipped = start[0] === 0x1f && start[1] === 0x8b;
      // Only the beginning is there to unpack, and that is no fault of the file.
      const text = gzipped ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
      return { size: stat.size, gzipped, delimiter: delimiterOf(text) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw sentenceFor(file, error);
  }
}

/** @throws ImportError near the line that isn't UTF-8; without a chunk, for a text that ends within a character */
function mustBeText(
  file: string,
  decoder: InstanceType<typeof TextDecoder>,
  records: CsvRecords,
  chunk?: Buffer,
): void {
  try {
    if (chunk) decoder.decode(chunk, { stream: true });
    else decoder.decode();
  } catch {
    const line = records.atLine + (chunk ? linesBeforeFault(chunk) : 0);
    throw new ImportError(`${file} is not UTF-8 text (near line ${line}): save it as CSV in UTF-8.`);
  }
}

/** Lines of the chunk that decode before the first one that doesn't. */
function linesBeforeFault(chunk: Buffer): number {
  const strict = new TextDecoder('utf-8', { fatal: true });
  let lines = 0;
  for (let start = 0; start < chunk.length; lines++) {
    const newline = chunk.indexOf(10, start);
    const end = newline < 0 ? chunk.length : newline + 1;
    try {
      strict.decode(chunk.subarray(start, end));
    } catch {
      // The chunk may begin in the middle of a character: that is no fault of its first line.
      if (start > 0 || (chunk[0] as number) < 0x80 || (chunk[0] as number) >= 0xc0) return lines;
    }
    start = end;
  }
  return Math.max(0, lines - 1);
}

function sentenceFor(file: string, error: unknown): unknown {
  if (error instanceof ImportError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return new ImportError(`There is no file ${file}.`);
  if (code === 'EISDIR') return new ImportError(`${file} is a directory, not a CSV file.`);
  if (code === 'EACCES' || code === 'EPERM') return new ImportError(`${file} may not be read.`);
  if (code === 'Z_BUF_ERROR')
    return new ImportError(`${file} ends in the middle of its gzip data: it was not written completely.`);
  if (code.startsWith('Z_'))
    return new ImportError(`${file} is damaged: its gzip data can't be unpacked.`, { cause: error });
  return error;
}
