import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvSplitter, type OnRecord } from './csv-splitter.js';
import { ImportError } from './import-error.js';

const CHUNK_BYTES = 1 << 20;

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
 * Reads a CSV file in UTF-8 (with or without a byte order mark), gzipped or not: its first bytes tell.
 * @throws ImportError one sentence, with the line where there is one
 */
export async function readCsv(file: string, reading: CsvReading): Promise<void> {
  const { size, gzipped } = await inspect(file);
  let header = true;
  const splitter = new CsvSplitter((fields, line) => {
    if (!header) return reading.onRecord(fields, line);
    header = false;
    reading.onHeader(
      fields.map((name) => name.trim()),
      splitter.delimiter,
    );
  });
  const source = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const split = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      splitter.push(decode(file, decoder, splitter, chunk));
      await reading.onChunk?.();
      reading.onProgress?.({ bytes: source.bytesRead, totalBytes: size });
    }
    splitter.push(decode(file, decoder, splitter));
    splitter.end();
  };
  const options = reading.signal ? { signal: reading.signal } : {};
  try {
    if (gzipped) await pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), split, options);
    else await pipeline(source, split, options);
  } catch (error) {
    reading.signal?.throwIfAborted();
    throw sentenceFor(file, error);
  }
  if (header) throw new ImportError(`${file} is empty.`);
}

async function inspect(file: string): Promise<{ size: number; gzipped: boolean }> {
  try {
    const handle = await open(file, 'r');
    try {
      const stat = await handle.stat();
      if (stat.isDirectory()) throw new ImportError(`${file} is a directory, not a CSV file.`);
      if (!stat.isFile()) throw new ImportError(`${file} is not a file: an import reads its file twice.`);
      if (stat.size === 0) throw new ImportError(`${file} is empty.`);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return { size: stat.size, gzipped: bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw sentenceFor(file, error);
  }
}

function decode(
  file: string,
  decoder: InstanceType<typeof TextDecoder>,
  splitter: CsvSplitter,
  chunk?: Buffer,
): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch {
    const line = chunk ? splitter.atLine + linesBeforeFault(chunk) : splitter.atLine;
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
