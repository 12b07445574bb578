import type { Question } from '../ask.js';
import { formatPosition } from '../ports/position.js';
import { findCustomer } from './customer.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { type Period, periodDays } from './value.js';

export interface AgreedVersusGivenParams extends Period, Paging {
  readonly customerId?: string;
  /** Only lines whose discount is another than was agreed. */
  readonly onlyDifferences?: boolean;
}

/** An order line: the discount agreed for the day of the order against the one given. Rates are fractions. */
export interface AgreedAgainstGiven {
  readonly customerId: string;
  readonly orderId: string;
  /** From 1. */
  readonly line: number;
  /** Position of the order's event. */
  readonly position: string;
  readonly orderedOn: string;
  readonly sku: string;
  readonly description: string | null;
  readonly productGroup: string | null;
  readonly quantity: number;
  readonly listPrice: number | null;
  /** Minor units of the currency. */
  readonly net: number;
  readonly currency: string;
  /** The agreement that held for this line on that day; null without one. */
  readonly agreed: {
    readonly agreementId: string;
    readonly scope: { readonly kind: 'all' | 'productGroup' | 'sku'; readonly value: string | null };
    readonly rate: number;
    readonly position: string;
  } | null;
  /** Null when it can't be told: no rate stated and no list price. */
  readonly givenRate: number | null;
  /** Given less agreed. */
  readonly difference: number | null;
  /** What was given beyond what was agreed, minor units of the currency; null without a list price. */
  readonly differenceAmount: number | null;
  readonly differs: boolean | null;
}

interface Row {
  readonly position: number;
  readonly line: number;
  readonly customerId: string;
  readonly occurredOn: string;
  readonly orderId: string;
  readonly sku: string;
  readonly description: string | null;
  readonly productGroup: string | null;
  readonly quantity: number;
  readonly listPrice: number | null;
  readonly net: number;
  readonly currency: string;
  readonly agreementId: string | null;
  readonly scopeKind: 'all' | 'productGroup' | 'sku';
  readonly scopeValue: string | null;
  readonly agreedAt: number;
  readonly agreedRate: number;
  readonly givenRate: number | null;
  readonly difference: number | null;
  readonly differenceAmount: number | null;
  readonly differs: boolean | null;
}

const endOfLog = 9_223_372_036_854_775_807n;

/** For each order line the discount agreed against the discount given; what was recorded last comes first. */
export const agreedVersusGiven: Question<AgreedVersusGivenParams, Page<AgreedAgainstGiven>> = async (
  reading,
  params,
  { log },
) => {
  const limit = limitOf(params);
  const place = readCursor(params, '-position');
  const found = params.customerId === undefined ? undefined : await findCustomer(reading, params.customerId);
  const shared = {
    ...periodDays(params),
    members: found?.members ?? null,
    last: place ? BigInt(place[0] as number) : endOfLog,
  };
  const members = 'CAST($members AS INTEGER[])';
  let first = 0;
  if (!params.onlyDifferences) {
    // How far back the page reaches: the lines before that need not be compared.
    const [reach] = await reading.rows<{ first: number | null }>(
      `SELECT min(position) AS first
       FROM (
         SELECT position
         FROM order_line
         WHERE counts(occurred_at, position, superseded_position, $as_of, $known)
           AND position <= CAST($last AS BIGINT)
           AND occurred_on >= CAST($from AS DATE) AND occurred_on < CAST($to AS DATE)
           AND (${members} IS NULL OR customer IN (SELECT unnest(${members})))
           AND order_id NOT IN (
             SELECT order_id FROM order_cancelled
             WHERE counts(occurred_at, position, superseded_position, $as_of, $known)
           )
         ORDER BY position DESC
         LIMIT CAST($limit AS BIGINT) + 1 + CAST($skipped AS BIGINT)
       )`,
      { ...shared, limit, skipped: place?.[1] ?? 0 },
    );
    first = reach?.first ?? 0;
  }
  const rows = await reading.rows<Row>(
    `SELECT compared.*, customer_id
     FROM agreed_versus_given($as_of, $known, ${members}, CAST($from AS DATE), CAST($to AS DATE),
       CAST($first AS BIGINT), CAST($last AS BIGINT)) AS compared
     JOIN customer_key ON customer_key.customer = compared.customer
     WHERE true
       ${params.onlyDifferences ? 'AND differs' : ''}
       ${place ? 'AND (position < CAST($last AS BIGINT) OR line > CAST($line AS INTEGER))' : ''}
     ORDER BY position DESC, line
     LIMIT CAST($limit AS BIGINT) + 1`,
    { ...shared, first, limit, line: place?.[1] },
  );
  return pageOf(
    rows,
    limit,
    '-position',
    (row) => [row.position, row.line],
    (row): AgreedAgainstGiven => ({
      customerId: row.customerId,
      orderId: row.orderId,
      line: row.line,
      position: formatPosition(log.id, BigInt(row.position)),
      orderedOn: row.occurredOn,
      sku: row.sku,
      description: row.description,
      productGroup: row.productGroup,
      quantity: row.quantity,
      listPrice: row.listPrice,
      net: row.net,
      currency: row.currency,
      agreed:
        row.agreementId === null
          ? null
          : {
              agreementId: row.agreementId,
              scope: { kind: row.scopeKind, value: row.scopeValue },
              rate: row.agreedRate,
              position: formatPosition(log.id, BigInt(row.agreedAt)),
            },
      givenRate: row.givenRate,
      difference: row.difference,
      differenceAmount: row.differenceAmount,
      differs: row.differs,
    }),
  );
};
