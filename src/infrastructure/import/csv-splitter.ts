import { ImportError } from './import-error.js';

/** A record longer than this holds a quote that was never closed. Characters. */
const LONGEST_RECORD = 1_048_576;

export type OnRecord = (fields: string[], line: number) => void;

/**
 * Splits CSV text (RFC 4180, comma or semicolon, told by the first line) into records, chunk by chunk.
 *
 * An import spends most of its time outside our own rules, so records without quotes take a short way: one search for
 * the line's end and one split. A quote inside an unquoted field is taken as it stands (`6" RULER`).
 */
export class CsvSplitter {
  private rest = '';
  private line = 1;
  private separator: string | undefined;

  constructor(private readonly onRecord: OnRecord) {}

  /** Line that is read next, counted from 1. */
  get atLine(): number {
    return this.line;
  }

  get delimiter(): string {
    return this.separator ?? ',';
  }

  /** @throws ImportError naming the line where a quoted field goes wrong */
  push(chunk: string): void {
    this.split(this.rest === '' ? chunk : this.rest + chunk, false);
  }

  end(): void {
    this.split(this.rest, true);
  }

  private split(text: string, last: boolean): void {
    let at = 0;
    let quote = text.indexOf('"');
    while (at < text.length) {
      const newline = text.indexOf('\n', at);
      if (newline < 0 && !last) break;
      if (quote >= 0 && quote < at) quote = text.indexOf('"', at);
      const lineEnd = newline < 0 ? text.length : newline;
      if (this.separator === undefined) this.separator = separatorOf(text.slice(at, lineEnd));
      if (quote < 0 || quote > lineEnd) {
        this.emit(text.slice(at, lineEnd > at && text.charCodeAt(lineEnd - 1) === 13 ? lineEnd - 1 : lineEnd));
        this.line += 1;
        at = lineEnd + 1;
      } else {
        const next = this.splitQuoted(text, at, last);
        if (next < 0) break;
        at = next;
      }
    }
    this.rest = at >= text.length ? '' : text.slice(at);
    if (this.rest.length > LONGEST_RECORD) throw this.unclosed(this.line);
  }

  private emit(record: string): void {
    if (record !== '') this.onRecord(record.split(this.separator as string), this.line);
  }

  /** Gives where the next record begins, or -1 when this one is not complete yet. */
  private splitQuoted(text: string, start: number, last: boolean): number {
    const separator = this.separator as string;
    const fields: string[] = [];
    let line = this.line;
    let at = start;
    for (;;) {
      let end: number;
      if (text.charCodeAt(at) === 34) {
        const opened = line;
        let closing = text.indexOf('"', at + 1);
        while (closing >= 0 && text.charCodeAt(closing + 1) === 34) closing = text.indexOf('"', closing + 2);
        if (closing < 0 || (closing + 1 >= text.length && !last)) {
          if (last) throw this.unclosed(opened);
          return -1;
        }
        let field = text.slice(at + 1, closing);
        if (field.includes('"')) field = field.replaceAll('""', '"');
        for (let n = field.indexOf('\n'); n >= 0; n = field.indexOf('\n', n + 1)) line += 1;
        fields.push(field);
        end = closing + 1;
        if (text.charCodeAt(end) === 13) end += 1;
        if (end >= text.length && !last) return -1;
        const follows = text[end];
        if (follows !== undefined && follows !== '\n' && (follows !== separator || end !== closing + 1)) {
          throw this.unclosed(opened);
        }
      } else {
        const newline = text.indexOf('\n', at);
        if (newline < 0 && !last) return -1;
        const lineEnd = newline < 0 ? text.length : newline;
        const comma = text.indexOf(separator, at);
        end = comma < 0 || comma > lineEnd ? lineEnd : comma;
        fields.push(text.slice(at, end === lineEnd && end > at && text.charCodeAt(end - 1) === 13 ? end - 1 : end));
      }
      if (text[end] === separator) {
        at = end + 1;
        continue;
      }
      this.onRecord(fields, this.line);
      this.line = line + 1;
      return end + 1;
    }
  }

  private unclosed(line: number): ImportError {
    return new ImportError(`Line ${line} holds a quoted field that is not closed properly.`);
  }
}

function separatorOf(header: string): string {
  const unquoted = header.replaceAll(/"[^"]*"/g, '');
  return unquoted.split(';').length > unquoted.split(',').length ? ';' : ',';
}
