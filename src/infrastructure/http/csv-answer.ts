import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
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
  /** Where it goes on, when that does not stand beside the items. */
  readonly nextCursor?: string | undefined;
}

/** Who asked, in which form to answer. */
export interface Caller {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A handler's parameter for `orCsv`. */
export const AskedBy = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const http = context.switchToHttp();
  return { request: http.getRequest<FastifyRequest>(), reply: http.getResponse<FastifyReply>() };
});

/** The answer as it is, or as the table of it for who would rather have CSV. */
export function orCsv<Data>(
  answer: Answer<Data>,
  file: string,
  table: (data: Data) => Table,
  { request, reply }: Caller,
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
  const { columns, rows, nextCursor = (answer.data as { nextCursor?: string }).nextCursor } = table(answer.data);
  if (nextCursor !== undefined) {
    const next = new URL(request.url, 'http://here');
    next.searchParams.set('cursor', nextCursor);
    reply.header('link', `<${next.pathname}${next.search}>; rel="next"`);
  }
  return csv(columns, rows);
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A table of these fields of each item, under their names in snake case. */
export function tableOf<Item extends object>(items: readonly Item[], fields: readonly (keyof Item & string)[]): Table {
  return { columns: fields.map(snakeCase), rows: items.map((item) => fields.map((field) => item[field])) };
}

type Path = readonly string[];

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function pathsOf(like: object, below: Path = []): Path[] {
  return Object.entries(like).flatMap(([name, value]) => {
    const path = [...below, name];
    if (isObject(value)) return pathsOf(value, path);
    return Array.isArray(value) && value.some(isObject) ? [] : [path];
  });
}

function at(item: unknown, path: Path): unknown {
  let value = item;
  for (const name of path) value = isObject(value) ? (value as Record<string, unknown>)[name] : undefined;
  return Array.isArray(value) && !value.some(isObject) ? value.join('; ') : value;
}

/**
 * A table of everything single that an example holds, so that its columns do not depend on what there is: `agreed.rate`
 * becomes `agreed_rate`, lists of single values one cell; lists of objects have no place in a row.
 */
export function tableLike(items: readonly object[], like: object): Table {
  const paths = pathsOf(like);
  return {
    columns: paths.map((path) => path.map(snakeCase).join('_')),
    rows: items.map((item) => paths.map((path) => at(item, path))),
  };
}
