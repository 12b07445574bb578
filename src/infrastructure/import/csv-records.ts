import { type CsvError, type InfoRecord, type Parser, parse } from 'csv-parse';
import { ImportError } from './import-error.js';

/** A record longer than this holds a quote that was never closed. Bytes. */
const LONGEST_RECORD = 1_048_576;

const NEWLINE = '\n';
const QUOTE = 34;

export type OnRecord = (fields: string[], line: number) => void;

/**
 * Records of CSV text in UTF-8, each with the line that it begins on; empty lines are none. A quote inside an unquoted
 * field is taken as it stands (`6" RULER`).
 */
export class CsvRecords {
  /** What is written to it comes out as records, not as a stream. Its errors are for `sentenceFor`. */
  readonly parser: Parser;
  private line = 1;
  /** Lines that the parser has counted: it takes a line break of two characters inside quotes for two lines. */
  private counted = 0;
  private bytes = 0;
  /** What the parser has been given, from the byte `givenFrom` on: at least all that isn't a record yet. */
  private given: Buffer = Buffer.alloc(0);
  private givenFrom = 0;
  private readonly wellFormed: RegExp;

  constructor(
    delimiter: ',' | ';',
    private readonly onRecord: OnRecord,
  ) {
    this.wellFormed = wellFormedRecord(delimiter);
    this.parser = parse({
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      bom: true,
      relax_quotes: true,
      relax_column_count: true,
      max_record_size: LONGEST_RECORD,
      // Taken here, half a million records don't have to pass through the stream's queue.
      on_record: (fields, info) => this.take(fields, info),
    }).resume();
  }

  /** Line that is read next, counted from 1. */
  get atLine(): number {
    return this.line;
  }

  /** Must be told of each chunk before the parser is given it. */
  willTake(chunk: Buffer): void {
    this.given = Buffer.concat([this.given.subarray(this.bytes - this.givenFrom), chunk]);
    this.givenFrom = this.bytes;
  }

  /** Says what the parser refused, with the line; anything else is given back as it is. */
  sentenceFor(error: unknown): unknown {
    const { code } = error as Partial<CsvError>;
    return code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE' ? this.unclosed() : error;
  }

  private take(fields: string[], { bytes, lines }: InfoRecord): null {
    // As it has to take the inch mark, the parser takes text after a closing quote, too: with all quotes left in it.
    if (fields.some(beginsWithQuote) && !this.wellFormed.test(this.textUntil(bytes))) throw this.unclosed();
    const { line } = this;
    this.line += 1;
    if (lines > this.counted + 1) for (const field of fields) this.line += field.split(NEWLINE).length - 1;
    this.counted = lines;
    this.bytes = bytes;
    if (fields.length > 1 || fields[0] !== '') this.onRecord(fields, line);
    return null;
  }

  private textUntil(end: number): string {
    return this.given.toString('utf8', this.bytes - this.givenFrom, end - this.givenFrom);
  }

  private unclosed(): ImportError {
    return new ImportError(`Line ${this.line} holds a quoted field that is not closed properly.`);
  }
}

function beginsWithQuote(field: string): boolean {
  return field.charCodeAt(0) === QUOTE;
}

/** A whole record in which every quoted field ends with its closing quote. */
function wellFormedRecord(delimiter: string): RegExp {
  const field = `(?:"[^"]*(?:""[^"]*)*"|[^"${delimiter}\n][^${delimiter}\n]*)?`;
  return new RegExp(`^\uFEFF?${field}(?:${delimiter}${field})*\r?\n?$`);
}
