import { DateTime } from 'luxon';
import type { Layer, OurRole } from '../../domain/shapes.js';
import { BadQuestion, type Question, type Services } from '../ask.js';
import { BadDate, localDay, parseDay } from '../dates.js';
import { type EventLog, LogUnavailable } from '../ports/event-log.js';
import { formatPosition } from '../ports/position.js';
import type { Reading } from '../ports/read-side.js';
import { readStored } from '../stored-event.js';
import { type FoundCustomer, findCustomer } from './customer.js';
import { dataOf } from './entries.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { type SchemeTables, schemeTables } from './scheme-tables.js';
import type { SegmentsInForce } from './segment.js';
import type { FinalisedRun } from './segmentation-runs.js';

export const contactStates = ['notDue', 'dueNow', 'overdue'] as const;
export type ContactState = (typeof contactStates)[number];

/** An event that a figure rests on. */
export interface Source {
  readonly position: string;
  readonly eventId: string;
}

export interface LastContact extends Source {
  /** UTC instant. */
  readonly at: string;
  readonly kind: 'visit' | 'interaction';
  /** `visit`, or how the interaction went: `phone`, `video`, … */
  readonly channel: string;
  /** Visit or interaction. */
  readonly contactId: string;
  /** Who of us was there; `name` is sealed in the log and null when it is not known. */
  readonly by: readonly { readonly repId: string; readonly name: unknown }[];
  readonly persons: readonly { readonly contactPersonId: string; readonly layer: Layer | null }[];
}

export interface SchemeLine {
  /** From 1, within the scheme. */
  readonly number: number;
  readonly ourRole: OurRole;
  readonly ourPerson: string | null;
  readonly theirLayer: Layer | null;
  readonly theirPerson: string | null;
  readonly channel: string;
  readonly timesPerYear: number;
  /** Due from, and overdue past, this share of the interval in per cent. */
  readonly earliestPct: number;
  readonly latestPct: number;
}

/** One of the facts and rules by which a line is where it is, in a sentence. */
export interface Reason {
  readonly rule:
    | 'segment'
    | 'ownScheme'
    | 'frequency'
    | 'lastContact'
    | 'neverContacted'
    | 'due'
    | 'unknown'
    | 'absorbed'
    | 'ended'
    | 'noScheme'
    | 'noSegment'
    | 'noLines'
    | 'noAccountManager';
  readonly text: string;
  /** The events behind it. */
  readonly events: readonly Source[];
}

/** Where a line of a customer's contact scheme stands. */
export interface LineStanding {
  readonly line: SchemeLine;
  /** Where the line comes from: the customer's own scheme, the policy of its segment, or the default for it. */
  readonly basis: 'own' | 'policy' | 'default';
  /** Who of us is to see to it: the person named, else whoever has the role, else the account manager. */
  readonly rep: { readonly id: string; readonly name: unknown } | null;
  /** The last contact that counts for this line. */
  readonly lastContact: LastContact | null;
  /** Day from which days are counted: of the last contact, else from which the scheme or segment holds. */
  readonly countedFrom: string;
  /** Whole days since then. */
  readonly days: number;
  /** 365 ÷ times a year. */
  readonly interval: number;
  readonly state: ContactState;
  /** "46 of 36 days". */
  readonly text: string;
  /** Last day of the interval. */
  readonly dueOn: string;
  /** Days between which the contact is due: before, it is not due, after it is overdue. */
  readonly window: { readonly earliest: string; readonly latest: string };
  readonly why: readonly Reason[];
}

export interface PersonToMeet {
  readonly contactPersonId: string;
  readonly name: unknown;
  readonly role: string | null;
  readonly layer: Layer | null;
}

export interface ContactItem extends LineStanding {
  readonly customer: {
    readonly id: string;
    readonly name: string | null;
    readonly postcode: string | null;
    /** In force; null without one: no revenue in the twelve months before the month, or put in none. */
    readonly segment: 'A' | 'B' | 'C' | 'D' | null;
  };
  /** Net revenue of the twelve months that the segment in force rests on, minor units of the reporting currency. */
  readonly value: number;
  /** Whom to meet: the person that the line names, else those of its layer; at most three. */
  readonly persons: readonly PersonToMeet[];
}

interface LineRow {
  readonly customer: number;
  readonly segment: 'A' | 'B' | 'C' | 'D' | null;
  readonly heldSince: string;
  readonly repId: string | null;
  readonly scheme: number | bigint;
  readonly basis: 'own' | 'policy' | 'default';
  readonly lineNo: number;
  readonly ourRole: OurRole;
  readonly ourPerson: string | null;
  readonly theirLayer: Layer | null;
  readonly theirPerson: string | null;
  readonly channel: string;
  readonly timesPerYear: number;
  readonly earliestPct: number;
  readonly latestPct: number;
  readonly validFrom: string | null;
  readonly lastPosition: number | bigint | null;
  readonly lastAt: string | null;
  readonly countedFrom: string;
  readonly days: number;
  readonly intervalDays: number;
  readonly windowFrom: string;
  readonly windowTo: string;
  readonly dueOn: string;
  readonly state: ContactState;
  readonly urgency: number;
  readonly value: number;
}

const columns = `line.customer, line.segment, held_since, rep_id, scheme, basis, line_no, our_role, our_person, their_layer,
  their_person, channel, times_per_year, earliest_pct, latest_pct, valid_from, last_position, last_at, counted_from, days,
  interval_days, window_from, window_to, due_on, state, urgency, "value"`;

/** Half a day counts down: 36.5 days are "36 days". */
const wholeDays = (days: number) => Math.ceil(days - 0.5);

export function planDays(reading: Reading, { from, to }: { from?: string; to?: string }): { from: string; to: string } {
  const today = localDay(reading.asOf, reading.timeZone);
  const day = (path: 'from' | 'to', text: string) => {
    try {
      return parseDay(text);
    } catch (error) {
      throw error instanceof BadDate ? new BadQuestion(path, error.message) : error;
    }
  };
  const first = from === undefined ? today : day('from', from);
  const [, later = first] = [first, today].toSorted();
  const last = to === undefined ? later : day('to', to);
  if (from === undefined && last < today) return { from: last, to: last };
  if (last < first) throw new BadQuestion('to', 'must not be earlier than from');
  return { from: first, to: last };
}

export interface NextContactsParams extends Paging {
  /** Only lines that one of these is to see to; everybody's when left out. */
  readonly reps?: readonly string[];
  /** Local days planned for, both included; the day of asOf when left out. */
  readonly from?: string;
  readonly to?: string;
  readonly segment?: 'A' | 'B' | 'C' | 'D';
  readonly channel?: string;
  /** Beginning of a postcode; spaces and case don't matter. */
  readonly postcode?: string;
}

export interface NextContacts extends Page<ContactItem> {
  readonly from: string;
  readonly to: string;
  readonly currency: string;
  /** Values rest on the twelve months before this day, and so do segments that no segmentation decided on. */
  readonly segmentsFrom: string;
  /** The segmentation in force; null as long as there is none. */
  readonly segmentation: { readonly runId: string; readonly effectiveFrom: string } | null;
}

/**
 * Whom to contact: the scheme lines whose window opens on or before `to`, by what had happened by asOf. Days and states are
 * those of the day `from`: a line that becomes due between the two is shown as not due, with the day from which it is.
 * Overdue ones come first, then those due, each by days ÷ interval, then by value. Customers whose relationship ended
 * are not on it, nor are those without a scheme: in no segment, and no scheme of their own.
 */
export const nextContacts: Question<NextContactsParams, NextContacts> = async (reading, params, services) => {
  const limit = limitOf(params);
  const place = readCursor(params, 'urgency');
  const { from, to } = planDays(reading, params);
  const tables = await schemeTables(reading);
  const rows = await reading.rows<LineRow & { rank: number }>(
    `SELECT *
     FROM (
       SELECT ${columns}, CASE state WHEN 'overdue' THEN 0 WHEN 'dueNow' THEN 1 ELSE 2 END AS rank
       FROM ${tables.lines} AS line
       WHERE window_from <= CAST($to AS DATE)
         ${params.segment ? 'AND line.segment = $segment' : ''}
         ${params.channel ? 'AND line.channel = $channel' : ''}
         ${
           params.postcode
             ? `AND line.customer IN (
                  SELECT customer FROM customer_profile($as_of, $known)
                  WHERE starts_with(upper(replace(postcode, ' ', '')), upper(replace($postcode, ' ', ''))))`
             : ''
         }
     )
     ${
       place
         ? `WHERE (rank, -urgency, -"value", customer, line_no)
              > (CAST($rank AS INTEGER), CAST($urgency AS DOUBLE), CAST($value AS BIGINT), CAST($customer AS INTEGER),
                 CAST($line AS INTEGER))`
         : ''
     }
     ORDER BY rank, urgency DESC, "value" DESC, customer, line_no
     LIMIT CAST($limit AS BIGINT) + 1`,
    {
      on: from,
      to,
      customers: null,
      reps: params.reps && params.reps.length > 0 ? params.reps : null,
      contacts_known: tables.contactsKnown,
      segment: params.segment,
      channel: params.channel,
      postcode: params.postcode,
      limit,
      rank: place?.[0],
      urgency: place?.[1],
      value: place?.[2],
      customer: place?.[3],
      line: place?.[4],
    },
  );
  const page = pageOf(rows, limit, 'urgency', (row) => [row.rank, -row.urgency, -row.value, row.customer, row.lineNo]);
  return {
    ...page,
    items: await contactItems(reading, services, tables, page.items),
    from,
    to,
    currency: reading.currency,
    segmentsFrom: tables.segments.from,
    segmentation: tables.segments.run
      ? { runId: tables.segments.run.runId, effectiveFrom: tables.segments.run.effectiveFrom }
      : null,
  };
};

/** Every line of one customer's scheme, the most urgent first, as of the day of the reading or another. */
export async function linesOf(
  reading: Reading,
  services: Services,
  { customer }: Pick<FoundCustomer, 'customer'>,
  on?: string,
): Promise<ContactItem[]> {
  const tables = await schemeTables(reading);
  const rows = await reading.rows<LineRow>(
    `SELECT ${columns} FROM ${tables.lines} AS line ORDER BY urgency DESC, line_no`,
    {
      on: on ?? localDay(reading.asOf, reading.timeZone),
      customers: [customer],
      reps: null,
      contacts_known: tables.contactsKnown,
    },
  );
  return contactItems(reading, services, tables, rows);
}

const stateOrder: Readonly<Record<ContactState, number>> = { overdue: 0, dueNow: 1, notDue: 2 };

/** The next contact that a customer's scheme asks for, due already or not; null without a scheme. */
export const nextContactOf: Question<{ customerId: string }, ContactItem | null> = async (
  reading,
  { customerId },
  services,
) => {
  const lines = await linesOf(reading, services, await findCustomer(reading, customerId));
  const byDay = (line: ContactItem) =>
    `${stateOrder[line.state]}${line.state === 'notDue' ? line.window.earliest : ''}`;
  return lines.toSorted((a, b) => (byDay(a) < byDay(b) ? -1 : byDay(a) > byDay(b) ? 1 : 0))[0] ?? null;
};

export interface WhyContact {
  readonly customerId: string;
  readonly on: string;
  readonly onList: boolean;
  /** What decides for the customer as a whole. */
  readonly because: readonly Reason[];
  /** Each line of its scheme, with why it is due or not. */
  readonly lines: readonly (ContactItem & { readonly onList: boolean })[];
}

/** Why a customer is on the next-contact list of a day, or why not: every rule with the events behind it. */
export const whyContact: Question<{ customerId: string; on?: string }, WhyContact> = async (
  reading,
  { customerId, on },
  services,
) => {
  const { to: day } = planDays(reading, { from: on, to: on });
  const found = await findCustomer(reading, customerId);
  const [state] = await reading.rows<{
    endedPosition: number | null;
    ended: boolean | null;
    absorbedBy: number[] | null;
    segment: string;
    revenue: number;
    manager: string | null;
  }>(
    `WITH last_end AS (
       SELECT arg_max(ended, latest_key(true, occurred_at, position)) AS ended,
         position_of(max(latest_key(false, occurred_at, position))) AS position
       FROM customer_end
       WHERE customer = CAST($customer AS INTEGER) AND counts(occurred_at, position, superseded_position, $as_of, $known)
     )
     SELECT (SELECT ended FROM last_end) AS ended, (SELECT position FROM last_end) AS ended_position,
       (SELECT list(identity.position ORDER BY identity.position) FROM customer_identity AS identity
        JOIN customer_key USING (customer)
        WHERE customer_id = CAST($id AS UUID) AND customer_id <> CAST($effective AS UUID)
          AND (identity.valid_from IS NULL OR identity.valid_from <= local_day($as_of))
          AND known_now(identity.position, identity.superseded_position, $known)) AS absorbed_by,
       (SELECT standing FROM customer_standing($as_of, $known) WHERE customer = CAST($customer AS INTEGER)) AS segment,
       (SELECT rep_id FROM account_manager($as_of, $known) WHERE customer = CAST($customer AS INTEGER)) AS manager`,
    { customer: found.customer, id: customerId, effective: found.customerId },
  );
  const because: Reason[] = [];
  const sources = async (positions: readonly (number | bigint | null | undefined)[]) => {
    const events = await eventsAt(reading, services, positions);
    return [...events.values()].map(({ position, id }) => ({
      position: formatPosition(services.log.id, position),
      eventId: id,
    }));
  };
  if (state?.absorbedBy && state.absorbedBy.length > 0) {
    because.push({
      rule: 'absorbed',
      text: `The customer is part of ${found.customerId}, which is on the list or not in its place.`,
      events: await sources(state.absorbedBy),
    });
  }
  const lines = (await linesOf(reading, services, found, day)).map((line) => ({
    ...line,
    onList: line.window.earliest <= day,
  }));
  if (state?.ended) {
    because.push({
      rule: 'ended',
      text: 'The relationship has ended.',
      events: await sources([state.endedPosition]),
    });
  } else if (lines.length === 0) {
    const tables = await schemeTables(reading);
    const [inForce] = await reading.rows<{ segment: string; policy: number | null }>(
      `SELECT segment, (SELECT max(position) FROM frequency_policy_line AS line
         WHERE line.segment = CAST(in_force.segment AS VARCHAR) AND line_no = 0
           AND counts(occurred_at, position, superseded_position, $as_of, $known)) AS policy
       FROM ${tables.segments.table} AS in_force WHERE customer = CAST($customer AS INTEGER)`,
      { customer: found.customer },
    );
    const { run } = tables.segments;
    const decision = (await decisionsOn(reading, tables.segments, [found.customer])).get(found.customer);
    because.push(
      run && decision?.placed === 'none'
        ? {
            rule: 'noSegment',
            text: `In no segment ${decidedBy(run, decision)}, and no contact scheme of its own.`,
            events: await sources([decision.position, run.position]),
          }
        : inForce
          ? {
              rule: 'noLines',
              text: `The visit-frequency policy in force gives segment ${inForce.segment} no contacts.`,
              events: await sources([inForce.policy]),
            }
          : {
              rule: 'noScheme',
              text: `No net revenue in the twelve months before ${tables.segments.from} (${state?.segment ?? 'inactive'}), and no contact scheme of its own.`,
              events: [],
            },
    );
  }
  if (!state?.manager) {
    because.push({
      rule: 'noAccountManager',
      text: 'Nobody is its account manager: it is on the list of everybody, on nobody’s own.',
      events: [],
    });
  }
  return { customerId: found.customerId, on: day, onList: lines.some(({ onList }) => onList), because, lines };
};

type Events = ReadonlyMap<bigint, EventAt>;

/** An event with what it says, should it be a contact. */
interface EventAt {
  readonly position: bigint;
  readonly id: string;
  readonly contact: ContactData;
}

/**
 * Events by their position, from the log itself: the read side has to look through all of them, and does so only while
 * the log can't be reached.
 */
async function eventsAt(
  reading: Reading,
  { log, readSide }: Pick<Services, 'log' | 'readSide'>,
  positions: readonly (number | bigint | null | undefined)[],
): Promise<ReadonlyMap<bigint, EventAt>> {
  const wanted = [
    ...new Set(
      positions.filter((position) => position != null && position > 0).map((position) => BigInt(position as number)),
    ),
  ];
  const inReadSide = () => eventsInReadSide(reading, wanted);
  const inLog = () =>
    Promise.all(wanted.map((position) => eventInLog(log, position))).catch((error: unknown) => {
      if (error instanceof LogUnavailable) return inReadSide();
      throw error;
    });
  const events = await (readSide.behind() ? inReadSide() : inLog());
  return new Map(events.map((event) => [event.position, event]));
}

async function eventInLog(log: EventLog, position: bigint): Promise<EventAt> {
  for await (const event of log.readAll({ from: position, limit: 1 })) {
    if (event.position !== position) break;
    const stored = readStored(event);
    return { position, id: stored.id, contact: dataOf(stored) as ContactData };
  }
  throw new Error(`There is no event at position ${position} of the log.`);
}

async function eventsInReadSide(reading: Reading, positions: readonly bigint[]): Promise<EventAt[]> {
  const rows = await reading.rows<{
    position: number | bigint;
    id: string;
    kind: 'visit' | 'interaction' | null;
    contactId: string;
    channel: string | null;
    heldBy: string[] | null;
    persons: string[] | null;
    layers: (Layer | null)[] | null;
  }>(
    `SELECT position, event_id AS id, kind, contact_id, channel, held_by, persons, layers
     FROM event LEFT JOIN contact USING (position)
     WHERE position IN (SELECT unnest(CAST($positions AS BIGINT[])))`,
    { positions },
  );
  return rows.map(({ position, id, kind, contactId, channel, heldBy, persons, layers }) => ({
    position: BigInt(position),
    id,
    contact: {
      ...(kind && { [kind === 'visit' ? 'visitId' : 'interactionId']: contactId }),
      ...(channel && { channel }),
      heldBy: heldBy ?? [],
      contactPersons: (persons ?? []).map((person, index) => {
        const layer = layers?.[index];
        return layer ? { id: person, layer } : { id: person };
      }),
    },
  }));
}

interface ContactData {
  readonly visitId?: string;
  readonly interactionId?: string;
  readonly channel?: string;
  readonly heldBy?: readonly string[];
  readonly contactPersons?: readonly { readonly id: string; readonly layer?: Layer }[];
}

async function contactItems(
  reading: Reading,
  services: Services,
  tables: SchemeTables,
  rows: readonly LineRow[],
): Promise<ContactItem[]> {
  if (rows.length === 0) return [];
  const customers = [...new Set(rows.map(({ customer }) => customer))];
  const decisions = await decisionsOn(reading, tables.segments, customers);
  const { run } = tables.segments;
  const [labels, reps, people, events] = await Promise.all([
    reading.rows<{ customer: number; customerId: string; name: string | null; postcode: string | null }>(
      `FROM customer_label($as_of, $known, $customers, '${tables.identity}')`,
      { customers },
    ),
    reading.rows<{ repId: string; name: unknown }>('FROM rep_label($as_of, $known)'),
    reading.rows<PersonToMeet & { customer: number }>(
      `SELECT customer, contact_person_id, name, role, layer
       FROM person_label($as_of, $known, $customers, '${tables.identity}')
       ORDER BY customer, position, contact_person_id`,
      { customers },
    ),
    eventsAt(reading, services, [
      ...rows.flatMap(({ scheme, lastPosition }) => [scheme, lastPosition]),
      ...[...decisions.values()].flatMap(({ position }) => [position, run?.position]),
    ]),
  ]);
  const labelOf = new Map(labels.map((label) => [label.customer, label]));
  const repName = new Map(reps.map(({ repId, name }) => [repId, name]));
  const peopleOf = Map.groupBy(people, ({ customer }) => customer);
  return rows.map((row) => {
    const label = labelOf.get(row.customer);
    const lastContact = lastContactOf(row, services, events, repName);
    return {
      customer: {
        id: label?.customerId ?? '',
        name: label?.name ?? null,
        postcode: label?.postcode ?? null,
        segment: row.segment,
      },
      value: row.value,
      persons: (peopleOf.get(row.customer) ?? [])
        .filter(({ contactPersonId, layer }) =>
          row.theirPerson ? contactPersonId === row.theirPerson : !row.theirLayer || layer === row.theirLayer,
        )
        .slice(0, 3)
        .map(({ contactPersonId, name, role, layer }) => ({ contactPersonId, name, role, layer })),
      line: {
        number: row.lineNo,
        ourRole: row.ourRole,
        ourPerson: row.ourPerson,
        theirLayer: row.theirLayer,
        theirPerson: row.theirPerson,
        channel: row.channel,
        timesPerYear: row.timesPerYear,
        earliestPct: row.earliestPct,
        latestPct: row.latestPct,
      },
      basis: row.basis,
      rep: row.repId === null ? null : { id: row.repId, name: repName.get(row.repId) ?? null },
      lastContact,
      countedFrom: row.countedFrom,
      days: row.days,
      interval: row.intervalDays,
      state: row.state,
      text: `${row.days} of ${wholeDays(row.intervalDays)} days`,
      dueOn: row.dueOn,
      window: { earliest: row.windowFrom, latest: row.windowTo },
      why: reasons(
        row,
        lastContact,
        segmentReason(row, tables.segments, decisions.get(row.customer), (positions) =>
          sourcesOf(positions, services, events),
        ),
        sourcesOf([row.scheme], services, events),
      ),
    };
  });
}

function sourcesOf(positions: readonly (number | bigint)[], { log }: Pick<Services, 'log'>, events: Events): Source[] {
  return positions.flatMap((position) => {
    const event = events.get(BigInt(position));
    return event ? [{ position: formatPosition(log.id, event.position), eventId: event.id }] : [];
  });
}

function lastContactOf(
  { lastPosition, lastAt }: LineRow,
  { log }: Pick<Services, 'log'>,
  events: Events,
  repName: ReadonlyMap<string, unknown>,
): LastContact | null {
  if (lastPosition === null || lastAt === null) return null;
  const event = events.get(BigInt(lastPosition));
  if (!event) return null;
  const data = event.contact;
  return {
    at: lastAt,
    kind: data.visitId ? 'visit' : 'interaction',
    channel: data.visitId ? 'visit' : (data.channel ?? 'other'),
    contactId: (data.visitId ?? data.interactionId) as string,
    by: (data.heldBy ?? []).map((repId) => ({ repId, name: repName.get(repId) ?? null })),
    persons: (data.contactPersons ?? []).map(({ id, layer }) => ({ contactPersonId: id, layer: layer ?? null })),
    position: formatPosition(log.id, event.position),
    eventId: event.id,
  };
}

const roles: Readonly<Record<OurRole, string>> = {
  accountManager: 'the account manager',
  insideSales: 'inside sales',
  management: 'management',
  other: 'one of us',
};

const channels: Readonly<Record<string, string>> = {
  visit: 'visits',
  call: 'calls',
  processReview: 'process reviews',
  evaluation: 'evaluations',
  newsletter: 'newsletters',
};

/** Where people put a customer by the segmentation in force. */
interface Decision {
  readonly placed: 'A' | 'B' | 'C' | 'D' | 'none';
  readonly adjusted: boolean;
  /** Of the event that put it there. */
  readonly position: number | bigint;
}

async function decisionsOn(
  reading: Reading,
  { members }: SegmentsInForce,
  customers: readonly number[],
): Promise<ReadonlyMap<number, Decision>> {
  if (!members) return new Map();
  const rows = await reading.rows<Decision & { customer: number }>(
    `SELECT customer, segment AS placed, adjusted, position FROM ${members}
     WHERE segment IS NOT NULL AND customer IN (SELECT unnest(CAST($customers AS INTEGER[])))`,
    { customers },
  );
  return new Map(rows.map((row) => [row.customer, row]));
}

function decidedBy({ effectiveFrom, approver }: FinalisedRun, { adjusted }: Decision): string {
  return `by the segmentation in force from ${effectiveFrom} that ${approver} approved${adjusted ? ', adjusted by hand' : ''}`;
}

function segmentReason(
  { segment, heldSince }: Pick<LineRow, 'segment' | 'heldSince'>,
  { run, from }: SegmentsInForce,
  decision: Decision | undefined,
  sources: (positions: readonly (number | bigint)[]) => Source[],
): Reason {
  if (run && decision) {
    return {
      rule: 'segment',
      text: `Segment ${segment} since ${heldSince}, ${decidedBy(run, decision)}.`,
      events: sources([decision.position, run.position]),
    };
  }
  return {
    rule: 'segment',
    text:
      `Segment ${segment} since ${heldSince}, by net revenue over the twelve months before ${from}` +
      (run ? `: the segmentation in force from ${run.effectiveFrom} doesn’t know it.` : '.'),
    events: [],
  };
}

function reasons(row: LineRow, lastContact: LastContact | null, inSegment: Reason, scheme: Source[]): Reason[] {
  const { basis, theirLayer, theirPerson, ourPerson } = row;
  const whom = theirPerson ? ` with contact person ${theirPerson}` : theirLayer ? ` at the ${theirLayer} layer` : '';
  const what = channels[row.channel] ?? row.channel;
  const who = ourPerson ?? roles[row.ourRole];
  const window =
    row.state === 'overdue'
      ? `Overdue since ${dayAfter(row.windowTo)}.`
      : row.state === 'dueNow'
        ? `Due since ${row.windowFrom}, overdue after ${row.windowTo}.`
        : `Not due until ${row.windowFrom}.`;
  return [
    basis === 'own'
      ? { rule: 'ownScheme', text: `A contact scheme of its own since ${row.validFrom}.`, events: scheme }
      : inSegment,
    {
      rule: 'frequency',
      text:
        `${row.timesPerYear} ${what} a year by ${who}${whom}: every ${wholeDays(row.intervalDays)} days` +
        (basis === 'policy' ? `, by the policy from ${row.validFrom}.` : basis === 'default' ? ', the default.' : '.'),
      events: basis === 'policy' ? scheme : [],
    },
    lastContact
      ? {
          rule: 'lastContact',
          text: `The last contact that counts was on ${row.countedFrom}.`,
          events: [{ position: lastContact.position, eventId: lastContact.eventId }],
        }
      : {
          rule: 'neverContacted',
          text: `No contact that counts yet: days are counted from ${row.countedFrom}, when the ${basis === 'own' ? 'scheme' : 'segment'} came to hold.`,
          events: basis === 'own' ? scheme : [],
        },
    { rule: 'due', text: `${row.days} of ${wholeDays(row.intervalDays)} days. ${window}`, events: [] },
  ];
}

function dayAfter(day: string): string {
  return DateTime.fromISO(day, { zone: 'utc' }).plus({ days: 1 }).toISODate() as string;
}
