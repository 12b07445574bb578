import { BadQuestion } from '../ask.js';
import { formatPosition } from '../ports/position.js';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Give it as `cursor`, with the same other parameters, asOf and knownAt, for what follows; absent at the end. */
  readonly nextCursor?: string;
}

export interface Paging {
  /** 1 to 50,000, of which the outside may ask for 1,000; 100 when left out. */
  readonly limit?: number;
  readonly cursor?: string;
}

const defaultLimit = 100;
/** More at once takes memory, and hardly saves any time. */
export const largestLimit = 50_000;

/** @throws BadQuestion */
export function limitOf({ limit = defaultLimit }: Paging): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > largestLimit) {
    throw new BadQuestion('limit', `must be a whole number from 1 to ${largestLimit}`);
  }
  return limit;
}

/** What a cursor says, for a list in this order; undefined for the first page. @throws BadQuestion */
export function readCursor({ cursor }: Paging, order: string): readonly (string | number)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [saidOrder, ...place] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    const isPlace = place.every((part) => typeof part === 'string' || typeof part === 'number');
    if (saidOrder === order && place.length > 0 && isPlace) return place as (string | number)[];
  } catch {
    // Said below.
  }
  throw new BadQuestion('cursor', 'is not a cursor of this list in this order');
}

/** The page of `limit` of these rows, one more than which were asked for. */
export function pageOf<Row, Item = Row>(
  rows: readonly Row[],
  limit: number,
  order: string,
  place: (row: Row) => readonly (string | number)[],
  item: (row: Row) => Item = (row) => row as unknown as Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    ...(rows.length > limit &&
      last !== undefined && {
        nextCursor: Buffer.from(JSON.stringify([order, ...place(last)])).toString('base64url'),
      }),
  };
}

/** Where a page of events begins: those after this position. @throws BadQuestion */
export function afterEvent(paging: Paging): number {
  const [after = 0] = readCursor(paging, 'position') ?? [];
  return Number(after);
}

/** The page of `limit` of these events, one more than which were asked for, in the order of their positions. */
export function pageOfEvents<Row extends { readonly position: number }>(
  rows: readonly Row[],
  limit: number,
  logId: string,
): Page<Omit<Row, 'position'> & { readonly position: string }> {
  return pageOf(
    rows,
    limit,
    'position',
    (row) => [row.position],
    (row) => ({ ...row, position: formatPosition(logId, BigInt(row.position)) }),
  );
}
