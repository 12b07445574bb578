import * as agreements from '../../domain/agreements.js';
import * as contracts from '../../domain/contracts.js';
import * as costs from '../../domain/costs.js';
import * as interactions from '../../domain/interactions.js';
import * as offers from '../../domain/offers.js';
import * as orders from '../../domain/orders.js';
import * as people from '../../domain/people.js';
import * as profile from '../../domain/profile.js';
import * as promises from '../../domain/promises.js';
import * as references from '../../domain/references.js';
import * as referrals from '../../domain/referrals.js';
import * as satisfaction from '../../domain/satisfaction.js';
import * as scheme from '../../domain/scheme.js';
import * as scores from '../../domain/scores.js';
import * as team from '../../domain/team.js';
import * as visits from '../../domain/visits.js';
import * as wallet from '../../domain/wallet.js';
import type { Question } from '../ask.js';
import { findCustomer } from './customer.js';
import { type Entry, type EventRow, readEntries } from './entries.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';

/** The kinds of entries of a timeline: the topics of the relationship. */
const topics = {
  profile: profile.events,
  people: people.events,
  team: team.events,
  visit: visits.events,
  interaction: interactions.events,
  promise: promises.events,
  wallet: wallet.events,
  order: orders.events,
  // A contract ends as any agreement does.
  agreement: { ...agreements.events, ...contracts.events },
  offer: offers.events,
  referral: referrals.events,
  reference: references.events,
  score: scores.events,
  cost: costs.events,
  satisfaction: satisfaction.events,
  scheme: scheme.events,
};

export type EntryKind = keyof typeof topics;
export const entryKinds = Object.keys(topics) as EntryKind[];

const kinds = new Map(
  Object.entries(topics).flatMap(([kind, events]) => Object.keys(events).map((type): [string, string] => [type, kind])),
);

export const kindOf = (type: string): string => kinds.get(type) ?? 'other';

export interface TimelineParams extends Paging {
  readonly customerId: string;
  readonly orderId?: string;
  readonly contactPersonId?: string;
  readonly kind?: EntryKind;
}

export interface Timeline extends Page<Entry> {
  readonly customerId: string;
}

/**
 * The relationship with a customer, newest first by when it happened, ties by position: everything that was recorded, with
 * what corrected or withdrew it.
 */
export const timeline: Question<TimelineParams, Timeline> = async (reading, params, { log }) => {
  const limit = limitOf(params);
  const order = `timeline/${params.orderId ?? ''}/${params.contactPersonId ?? ''}/${params.kind ?? ''}`;
  const place = readCursor(params, order);
  const { customerId, members } = await findCustomer(reading, params.customerId);
  const rows = await reading.rows<EventRow>(
    `SELECT * FROM customer_event($as_of, $known, CAST($members AS INTEGER[]))
     WHERE true
       ${params.kind ? 'AND type IN (SELECT unnest(CAST($types AS VARCHAR[])))' : ''}
       ${params.orderId ? 'AND position IN (FROM about_order($order))' : ''}
       ${params.contactPersonId ? 'AND position IN (FROM about_person($person))' : ''}
       ${place ? 'AND (occurred_at, position) < (CAST($at AS TIMESTAMP), CAST($after AS BIGINT))' : ''}
     ORDER BY occurred_at DESC, position DESC
     LIMIT CAST($limit AS BIGINT) + 1`,
    {
      members,
      types: params.kind && Object.keys(topics[params.kind]),
      order: params.orderId,
      person: params.contactPersonId,
      // Without its zone: the read side counts in UTC.
      at: place && String(place[0]).replace('Z', ''),
      after: place?.[1],
      limit,
    },
  );
  const { items, ...rest } = pageOf(rows, limit, order, (row) => [row.occurredAt, row.position]);
  return { customerId, items: await readEntries(log, items, kindOf), ...rest };
};
