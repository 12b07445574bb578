import { BadQuestion, type Question } from '../ask.js';
import { BadDate, isDay, parseInstant, startOfDay } from '../dates.js';
import { formatPosition } from '../ports/position.js';
import type { Reading } from '../ports/read-side.js';
import { type Agreement, agreementsInForce } from './agreement.js';
import { type FoundCustomer, findCustomer } from './customer.js';
import { type Entry, type EventRow, readEntries } from './entries.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { kindOf } from './timeline.js';
import { figuresOf, type ValueFigures } from './value.js';

export interface ChangesParams extends Paging {
  readonly customerId: string;
  /** A date (its beginning), an instant, or `visit:<repId>`: that one's last visit. */
  readonly since: string;
}

export interface Changes {
  readonly customerId: string;
  readonly currency: string;
  readonly since: {
    readonly at: string;
    /** Last position that was known by then. */
    readonly position: string;
    /** The visit it counts from. */
    readonly visitId?: string;
  };
  /** Everything that was recorded since, newest first; also what happened before but became known only now. */
  readonly entries: Page<Entry>;
  /** What others of us learned in contacts, promises and notes since; with `visit:<repId>` without that one's own. */
  readonly found: readonly Entry[];
  /** The value then, as known then, and now. */
  readonly value: {
    readonly before: ValueFigures;
    readonly now: ValueFigures;
    readonly revenueChange: number;
    readonly ordersChange: number;
  };
  readonly agreements: {
    readonly begun: readonly Agreement[];
    readonly ended: readonly Agreement[];
    readonly changed: readonly { readonly before: Agreement; readonly now: Agreement }[];
  };
}

interface Beginning {
  readonly at: number;
  readonly visitId?: string;
  readonly rep?: string;
}

const visitOf = /^visit:(.+)$/;

async function beginning(reading: Reading, { members }: FoundCustomer, since: string): Promise<Beginning> {
  const [, rep] = visitOf.exec(since) ?? [];
  if (rep !== undefined) {
    const [visit] = await reading.rows<{ occurredAt: string; contactId: string }>(
      `SELECT occurred_at, contact_id FROM contact
       SEMI JOIN (SELECT unnest(CAST($members AS INTEGER[])) AS customer) AS member USING (customer)
       WHERE kind = 'visit' AND list_contains(held_by, $rep)
         AND counts(occurred_at, position, superseded_position, $as_of, $known)
       ORDER BY occurred_at DESC, position DESC
       LIMIT 1`,
      { members, rep },
    );
    if (!visit) throw new BadQuestion('since', `${rep} did not visit this customer before that date`);
    return { at: Date.parse(visit.occurredAt), visitId: visit.contactId, rep };
  }
  try {
    return { at: isDay(since) ? startOfDay(since, reading.timeZone) : parseInstant(since) };
  } catch (error) {
    throw error instanceof BadDate ? new BadQuestion('since', error.message) : error;
  }
}

/** What is learned by being there, or by hearing of it. */
const findings = [
  'VisitLogged',
  'InteractionLogged',
  'PromiseMade',
  'PromiseBroken',
  'WalletEstimated',
  'CompetitorPriceNoted',
  'CustomerScored',
  'OfferAnswered',
  'ReviewSeen',
  'CustomerProfileNoted',
  'ContactPersonAdded',
  'ContactPersonLeft',
];

const mostFindings = 100;

/** What is different about a customer since a date, or since somebody's last visit. */
export const changes: Question<ChangesParams, Changes> = async (reading, params, { log, readSide, leaveOut }) => {
  const limit = limitOf(params);
  const place = readCursor(params, 'changes');
  const found = await findCustomer(reading, params.customerId);
  const start = await beginning(reading, found, params.since);
  if (start.at > reading.asOf) throw new BadQuestion('since', 'must not be later than asOf');
  let known = await readSide.knownAt(start.at);
  if (known > reading.known) known = reading.known;
  const then = readSide.reading({ asOf: start.at, known });
  const rows = (filter: string, most: number) =>
    reading.rows<EventRow>(
      `SELECT * FROM customer_event($as_of, $known, CAST($members AS INTEGER[]))
       WHERE position > CAST($before AS BIGINT)
         AND ($visit IS NULL OR position NOT IN (FROM about_visit($visit)))
         ${place && filter === '' ? 'AND (occurred_at, position) < (CAST($at AS TIMESTAMP), CAST($after AS BIGINT))' : ''}
         ${filter}
       ORDER BY occurred_at DESC, position DESC
       LIMIT CAST($most AS BIGINT)`,
      {
        members: found.members,
        before: known,
        visit: start.visitId ?? null,
        at: place && String(place[0]).replace('Z', ''),
        after: place?.[1],
        findings,
        rep: start.rep ?? null,
        most,
      },
    );
  const [entryRows, findingRows, valueThen, valueNow, agreementsThen, agreementsNow] = await Promise.all([
    rows('', limit + 1),
    rows(
      `AND superseded_position IS NULL AND type IN (SELECT unnest(CAST($findings AS VARCHAR[])))
       AND ($rep IS NULL OR (actor <> $rep AND position NOT IN (FROM held_by_rep($rep))))`,
      mostFindings,
    ),
    figuresThen(then, params.customerId),
    figuresOf(reading, found, undefined, leaveOut),
    agreementsThenOf(then, params.customerId),
    agreementsInForce(reading, found.members),
  ]);
  const { items, ...rest } = pageOf(entryRows, limit, 'changes', (row) => [row.occurredAt, row.position]);
  const [entries, learned] = await Promise.all([
    readEntries(log, items, kindOf),
    readEntries(log, findingRows, kindOf),
  ]);
  return {
    customerId: found.customerId,
    currency: reading.currency,
    since: {
      at: new Date(start.at).toISOString(),
      position: formatPosition(log.id, known),
      ...(start.visitId !== undefined && { visitId: start.visitId }),
    },
    entries: { items: entries, ...rest },
    found: learned,
    value: {
      before: valueThen,
      now: valueNow,
      revenueChange: valueNow.revenue - valueThen.revenue,
      ordersChange: valueNow.orders - valueThen.orders,
    },
    agreements: compare(agreementsThen, agreementsNow),
  };
};

/** Who the customer was then may differ: it may have been nobody yet, or not yet part of another. */
async function membersThen(then: Reading, customerId: string): Promise<readonly number[]> {
  const [found] = await then.rows<FoundCustomer>('FROM customer_found($as_of, $known, $id)', { id: customerId });
  return found?.members ?? [];
}

async function figuresThen(then: Reading, customerId: string): Promise<ValueFigures> {
  return figuresOf(then, { members: await membersThen(then, customerId) });
}

async function agreementsThenOf(then: Reading, customerId: string): Promise<readonly Agreement[]> {
  return agreementsInForce(then, await membersThen(then, customerId));
}

function compare(then: readonly Agreement[], now: readonly Agreement[]): Changes['agreements'] {
  const byId = new Map(then.map((agreement) => [agreement.agreementId, agreement]));
  const stillThere = new Set(now.map(({ agreementId }) => agreementId));
  return {
    begun: now.filter(({ agreementId }) => !byId.has(agreementId)),
    ended: then.filter(({ agreementId }) => !stillThere.has(agreementId)),
    changed: now.flatMap((agreement) => {
      const before = byId.get(agreement.agreementId);
      return before && JSON.stringify(before) !== JSON.stringify(agreement) ? [{ before, now: agreement }] : [];
    }),
  };
}
