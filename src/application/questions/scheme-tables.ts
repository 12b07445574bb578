import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { type SegmentsInForce, segmentsInForce } from './segment.js';

/** Kept tables that contact scheme lines are read from. What changes seldom is worked out once. */
export interface SchemeTables {
  readonly segments: SegmentsInForce;
  /** Customers that are part of another one: source, customer. */
  readonly identity: string;
  /** See scheme_detail.sql. */
  readonly details: string;
  /** See scheme_row.sql. */
  readonly rows: string;
  /** The lines with the last contact that counts for each, from SQL: `FROM ${lines}`, with the parameters below. */
  readonly lines: string;
  readonly contactsKnown: number | bigint;
}

/** Contacts between two tables of latest contacts. */
const CONTACTS_KEPT_TOGETHER = 131_072;

const dated = (table: string) => `(
  SELECT concat_ws(':', count(*), max(position),
    (SELECT max(superseded_position) FROM ${table} WHERE superseded_position <= $known))
  FROM ${table} WHERE position <= $known AND occurred_at <= $as_of)`;

const undated = (table: string) => `(
  SELECT concat_ws(':', max(position),
    (SELECT max(superseded_position) FROM ${table} WHERE superseded_position <= $known))
  FROM ${table} WHERE position <= $known)`;

/**
 * What is kept is kept under the local day and what was known of the facts it rests on. Those known at two moments are
 * the same when their last position, the last one that superseded any, and (where it matters that they had occurred) their
 * number are the same.
 */
export async function schemeTables(reading: Reading): Promise<SchemeTables> {
  const day = localDay(reading.asOf, reading.timeZone);
  const [segments, [state]] = await Promise.all([
    segmentsInForce(reading),
    reading.rows<Record<'identity' | 'team' | 'own' | 'policy' | 'ended', string> & { contactsKnown: number | null }>(
      `SELECT ${undated('customer_identity')} AS identity, ${undated('team_member')} AS team,
         ${dated('contact_scheme_line')} AS own, ${dated('frequency_policy_line')} AS policy,
         ${dated('customer_end')} AS ended,
         (SELECT position FROM contact
          WHERE rowid = (SELECT count(*) FROM contact) // ${CONTACTS_KEPT_TOGETHER} * ${CONTACTS_KEPT_TOGETHER} - 1
            AND position <= $known) AS contacts_known`,
    ),
  ]);
  if (!state) throw new Error('A row of figures is missing.');
  const contactsKnown = state.contactsKnown ?? 0;
  const key = (...parts: readonly (string | number | bigint)[]) => [day, ...parts].join('|');
  const [identity, contacts, team, details] = await Promise.all([
    reading.keep(
      'identity',
      key(state.identity),
      'SELECT customer AS source, effective AS customer FROM same_customer($as_of, $known)',
    ),
    reading.keep('latest_contacts', String(contactsKnown), 'FROM latest_contact(CAST($contacts_known AS BIGINT))', {
      contacts_known: contactsKnown,
    }),
    reading.keep(
      'team_now',
      key(state.identity, state.team),
      'SELECT customer, rep_id, role, since FROM team($as_of, $known)',
    ),
    reading.keep('scheme_details', key(state.identity, state.own, state.policy), 'FROM scheme_detail($as_of, $known)'),
  ]);
  const [rows, [particular]] = await Promise.all([
    reading.keep(
      'scheme_rows',
      key(state.identity, state.own, state.policy, state.team, state.ended, segments.table),
      // In the order in which lists ask for them.
      `FROM scheme_row($as_of, $known, '${details}', '${segments.table}', '${segments.ranking}', '${team}') ORDER BY rep_id, customer`,
    ),
    reading.rows<{ found: boolean }>(`SELECT EXISTS (FROM ${details} WHERE particular) AS found`),
  ]);
  const macro = particular?.found ? 'contact_line_particular' : 'contact_line';
  return {
    segments,
    identity,
    details,
    rows,
    contactsKnown,
    lines: `${macro}($as_of, $known, CAST($on AS DATE), CAST($customers AS INTEGER[]), CAST($reps AS VARCHAR[]),
      '${rows}', '${details}', '${identity}', '${contacts}', CAST($contacts_known AS BIGINT))`,
  };
}
