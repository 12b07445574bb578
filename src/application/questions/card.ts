import type { Question } from '../ask.js';
import { type Agreement, agreementsInForce } from './agreement.js';
import { type ContactItem, nextContactOf } from './contacts.js';
import { findCustomer } from './customer.js';
import { keptStanding, type Standing } from './ranking.js';
import { type SegmentInForce, segmentInForceOf } from './segment.js';
import { figuresOf, type ValueFigures } from './value.js';

/** Texts that are sealed in the log are opened on the way out; null when they were erased. */
type Text = string | null;

export interface CardParams {
  readonly customerId: string;
}

export interface Card {
  /** The one that counts. */
  readonly customerId: string;
  /** The one asked for, when that one is part of the other. */
  readonly partOf?: { readonly askedFor: string };
  /** Customers that are part of this one. */
  readonly absorbed: readonly string[];
  /** Of all amounts that don't name one. */
  readonly currency: string;
  readonly profile: {
    readonly name: string | null;
    readonly postcode: string | null;
    readonly country: string | null;
    readonly region: string | null;
    readonly industry: string | null;
    readonly lifecycle: 'suspect' | 'prospect' | 'customer' | null;
    readonly registeredAt: string | null;
    readonly ended: boolean;
    readonly endedAt: string | null;
    readonly externalIds: readonly { readonly source: string; readonly key: string }[];
    readonly broughtInBy: { readonly customerId: string | null; readonly partner: string | null } | null;
  };
  readonly knowledge: Knowledge;
  readonly contactPersons: readonly ContactPerson[];
  readonly team: readonly {
    readonly repId: string;
    readonly role: string;
    readonly since: string;
    readonly name: Text;
  }[];
  /** Who looks after it: the account manager. */
  readonly owner: string | null;
  /** Where a segmentation in force has it, else its place in the pyramid today. */
  readonly segment: Standing;
  /** What its contact scheme follows; null where it has none. */
  readonly segmentInForce: SegmentInForce | null;
  /** In the pyramid, 1 is the best; null without revenue in its twelve months. */
  readonly rank: number | null;
  readonly revenueTwelveMonths: number;
  readonly value: ValueFigures;
  readonly agreements: readonly Agreement[];
  readonly lastContact: CardContact | null;
  readonly nextContact: ContactItem | null;
  readonly openPromises: readonly {
    readonly promiseId: string;
    readonly what: Text;
    readonly owner: string | null;
    readonly dueOn: string | null;
    readonly madeAt: string;
    readonly overdue: boolean;
  }[];
  readonly plannedVisits: readonly {
    readonly visitId: string;
    readonly repId: string | null;
    readonly from: string;
    readonly to: string;
  }[];
  readonly wallet: readonly WalletEstimate[];
}

/** What we know of the customer, how complete and how old. */
export interface Knowledge {
  /** Share of the items that are known, to six places. */
  readonly completeness: number;
  readonly items: readonly {
    readonly item: string;
    readonly known: boolean;
    readonly updatedAt: string | null;
    readonly ageDays: number | null;
  }[];
  readonly needs: readonly { readonly need: Text; readonly arisesOn: string | null; readonly notedAt: string }[];
  readonly interests: readonly { readonly text: Text; readonly notedAt: string }[];
  readonly goals: readonly { readonly text: Text; readonly notedAt: string }[];
  readonly bindingFactor: string | null;
  readonly competitors: readonly string[];
}

export interface ContactPerson {
  readonly contactPersonId: string;
  readonly name: Text;
  readonly email: Text;
  readonly phone: Text;
  readonly role: string | null;
  readonly layer: string | null;
  readonly state: 'active' | 'left';
  /** By channel, as last said. */
  readonly consent: readonly { readonly channel: string; readonly granted: boolean }[];
  readonly lastContactAt: string | null;
  readonly updatedAt: string;
}

export interface CardContact {
  readonly kind: 'visit' | 'interaction';
  readonly contactId: string;
  readonly channel: string;
  readonly direction: string | null;
  readonly at: string;
  readonly heldBy: readonly string[];
  readonly contactPersons: readonly string[];
}

export interface WalletEstimate {
  readonly category: string;
  readonly annualSpend: number;
  readonly currency: string;
  readonly ourShare: number | null;
  readonly potential: number | null;
  readonly basis: string | null;
  readonly estimatedAt: string;
}

const ofMembers = 'SEMI JOIN (SELECT unnest(CAST($members AS INTEGER[])) AS customer) AS member USING (customer)';
const counting = 'counts(occurred_at, position, superseded_position, $as_of, $known)';

/** Everything worth seeing of one customer. */
export const card: Question<CardParams, Card> = async (reading, params, services) => {
  const found = await findCustomer(reading, params.customerId);
  const { customer, members } = found;
  const rows = <T>(sql: string, more: Record<string, unknown> = {}) =>
    reading.rows<T>(sql, { members, customer, ...more });
  const standings = await keptStanding(reading);
  const [
    [profile],
    externalIds,
    [broughtIn],
    absorbed,
    items,
    notes,
    persons,
    team,
    [standing],
    segmentInForce,
    value,
    agreements,
    [lastContact],
    nextContact,
    promises,
    visits,
    wallet,
  ] = await Promise.all([
    rows<Omit<Card['profile'], 'externalIds' | 'broughtInBy'>>(
      `SELECT name, postcode, country, region, industry, lifecycle, registered_at, ended, ended_at
       FROM customer_profile($as_of, $known) WHERE customer = CAST($customer AS INTEGER)`,
    ),
    rows<{ source: string; key: string }>(
      `SELECT DISTINCT source, key FROM customer_external_id ${ofMembers} WHERE ${counting} ORDER BY source, key`,
    ),
    rows<{ customerId: string | null; partner: string | null }>(
      `SELECT brought_in_by_customer AS customer_id, brought_in_by_partner AS partner FROM customer_details ${ofMembers}
       WHERE ${counting} AND (brought_in_by_customer IS NOT NULL OR brought_in_by_partner IS NOT NULL)
       ORDER BY occurred_at, position LIMIT 1`,
    ),
    rows<{ customerId: string }>(
      `SELECT customer_id FROM customer_key ${ofMembers} WHERE customer <> CAST($customer AS INTEGER) ORDER BY customer_id`,
    ),
    rows<{ item: string; updatedAt: string | null; ageDays: number | null }>(
      `SELECT item, updated_at, date_diff('day', local_day(updated_at), local_day($as_of)) AS age_days
       FROM knowledge($as_of, $known, CAST($customer AS INTEGER), CAST($members AS INTEGER[]))`,
    ),
    rows<ProfileNote>(
      `SELECT needs, interests, goals, binding_factor, competitors, occurred_at AS noted_at FROM profile_note ${ofMembers}
       WHERE ${counting} ORDER BY occurred_at DESC, position DESC`,
    ),
    rows<ContactPerson>(
      `SELECT contact_person_id, name, email, phone, role, layer, if(gone, 'left', 'active') AS state, consent,
         last_contact_at, updated_at
       FROM person_now($as_of, $known, CAST($members AS INTEGER[]))
       ORDER BY gone, list_position(['strategic', 'tactical', 'operational'], layer), contact_person_id`,
    ),
    rows<Card['team'][number]>(
      `SELECT team.rep_id, role, since, name FROM team($as_of, $known) AS team
       LEFT JOIN rep_label($as_of, $known) AS label ON label.rep_id = team.rep_id
       WHERE customer = CAST($customer AS INTEGER)
       ORDER BY role, since, team.rep_id`,
    ),
    rows<{ segment: Standing; rank: number | null; revenue: number }>(
      `SELECT segment, rank, revenue FROM pyramid_from($as_of, $known, '${standings}')
       WHERE customer = CAST($customer AS INTEGER)`,
    ),
    segmentInForceOf(reading, customer),
    figuresOf(reading, found, undefined, services.leaveOut),
    agreementsInForce(reading, members),
    rows<CardContact>(
      `SELECT kind, contact_id, channel, direction, occurred_at AS at, held_by, persons AS contact_persons
       FROM contact ${ofMembers} WHERE ${counting} ORDER BY occurred_at DESC, position DESC LIMIT 1`,
    ),
    nextContactOf(reading, { customerId: found.customerId }, services),
    rows<Card['openPromises'][number]>(
      `SELECT promise_id, what, owner, due_on, made_at, coalesce(due_on < local_day($as_of), false) AS overdue
       FROM promise_open($as_of, $known, CAST($members AS INTEGER[])) ORDER BY due_on NULLS LAST, promise_id`,
    ),
    rows<Card['plannedVisits'][number]>(
      `SELECT visit_id, rep_id, window_from AS "from", window_to AS "to"
       FROM visit_planned($as_of, $known, CAST($members AS INTEGER[])) ORDER BY window_from, visit_id`,
    ),
    rows<WalletEstimate>(
      `SELECT category, annual_spend, currency, our_share, potential, basis, occurred_at AS estimated_at
       FROM wallet ${ofMembers} WHERE ${counting}
       QUALIFY row_number() OVER (PARTITION BY category ORDER BY occurred_at DESC, position DESC) = 1
       ORDER BY category`,
    ),
  ]);
  return {
    customerId: found.customerId,
    ...(found.customerId !== params.customerId.toLowerCase() && { partOf: { askedFor: params.customerId } }),
    absorbed: absorbed.map(({ customerId }) => customerId),
    currency: reading.currency,
    profile: {
      ...(profile ?? unregistered),
      externalIds,
      broughtInBy: broughtIn ?? null,
    },
    knowledge: { ...completenessOf(items), ...noted(notes) },
    contactPersons: persons,
    team,
    owner: team.find(({ role }) => role === 'accountManager')?.repId ?? null,
    segment: standing?.segment ?? 'inactive',
    segmentInForce,
    rank: standing?.rank ?? null,
    revenueTwelveMonths: standing?.revenue ?? 0,
    value,
    agreements,
    lastContact: lastContact ?? null,
    nextContact,
    openPromises: promises,
    plannedVisits: visits,
    wallet,
  };
};

/** It ordered before it was registered. */
const unregistered = {
  name: null,
  postcode: null,
  country: null,
  region: null,
  industry: null,
  lifecycle: null,
  registeredAt: null,
  ended: false,
  endedAt: null,
};

const itemOrder = [
  'postcode',
  'country',
  'region',
  'industry',
  'accountManager',
  'contactPersons',
  'needs',
  'interests',
  'goals',
  'bindingFactor',
  'competitors',
  'wallet',
];

function completenessOf(
  rows: readonly { item: string; updatedAt: string | null; ageDays: number | null }[],
): Pick<Knowledge, 'completeness' | 'items'> {
  const byItem = new Map(rows.map((row) => [row.item, row]));
  const items = itemOrder.map((item) => {
    const { updatedAt = null, ageDays = null } = byItem.get(item) ?? {};
    return { item, known: updatedAt !== null, updatedAt, ageDays };
  });
  const known = items.filter((item) => item.known).length;
  return { completeness: Math.round((known / items.length) * 1e6) / 1e6, items };
}

interface ProfileNote {
  readonly needs: readonly { readonly need: Text; readonly arisesOn?: string }[] | null;
  readonly interests: readonly Text[] | null;
  readonly goals: readonly Text[] | null;
  readonly bindingFactor: string | null;
  readonly competitors: readonly string[] | null;
  readonly notedAt: string;
}

/** Notes add up, newest first; of what there is one of, the latest counts. */
function noted(notes: readonly ProfileNote[]): Omit<Knowledge, 'completeness' | 'items'> {
  const texts = (of: 'interests' | 'goals') =>
    notes.flatMap((note) => (note[of] ?? []).map((text) => ({ text, notedAt: note.notedAt })));
  return {
    needs: notes.flatMap((note) =>
      (note.needs ?? []).map(({ need, arisesOn }) => ({ need, arisesOn: arisesOn ?? null, notedAt: note.notedAt })),
    ),
    interests: texts('interests'),
    goals: texts('goals'),
    bindingFactor: notes.find(({ bindingFactor }) => bindingFactor !== null)?.bindingFactor ?? null,
    competitors: notes.find(({ competitors }) => competitors !== null)?.competitors ?? [],
  };
}
