import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../application/ask.js';
import { csv, prefersCsv } from './csv.js';

export const asCsvToo =
  'With `Accept: text/csv` as a table; the dates it was given for are then in the headers `X-As-Of`, `X-Known-At` and ' +
  '`X-Position`, and the next page, if there is one, in `Link`.';

/** What of an answer is a table: a line of names, and rows with as many cells. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** The answer as it is, or as the table of it for who would rather have CSV. */
export function orCsv<Data>(
  answer: Answer<Data>,
  file: string,
  table: (data: Data) => Table,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Answer<Data> | string {
  reply.header('vary', 'accept');
  if (!prefersCsv(request.headers.accept)) return answer;
  reply.headers({
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="${file}.csv"`,
    'x-as-of': answer.asOf,
    'x-known-at': answer.knownAt,
    'x-position': answer.position,
  });
  const { nextCursor } = answer.data as { nextCursor?: string };
  if (nextCursor !== undefined) {
    const next = new URL(request.url, 'http://here');
    next.searchParams.set('cursor', nextCursor);
    reply.header('link', `<${next.pathname}${next.search}>; rel="next"`);
  }
  const { columns, rows } = table(answer.data);
  return csv(columns, rows);
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A table of these fields of each item, under their names in snake case. */
export function tableOf<Item extends object>(items: readonly Item[], fields: readonly (keyof Item & string)[]): Table {
  return { columns: fields.map(snakeCase), rows: items.map((item) => fields.map((field) => item[field])) };
}
