import { z } from 'zod';
import type { Told } from './command.js';
import { event, sealable } from './event.js';
import { isReserved } from './external-ids.js';
import { Refused } from './refused.js';
import { label, localDate, longText, uuid } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

export const lifecycle = z.enum(['suspect', 'prospect', 'customer']);
export type Lifecycle = z.infer<typeof lifecycle>;
export const externalId = z.strictObject({ source: label, key: label });
export const broughtInBy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('customer'), id: uuid }),
  z.strictObject({ kind: z.literal('partner'), name: label }),
]);
export type BroughtInBy = z.infer<typeof broughtInBy>;

const details = {
  postcode: label.optional(),
  country: label.optional(),
  region: label.optional(),
  industry: label.optional(),
};

export const events = {
  CustomerRegistered: event(
    z.strictObject({
      name: label,
      lifecycle,
      externalIds: z.array(externalId).max(50),
      broughtInBy: broughtInBy.optional(),
      ...details,
    }),
  ),
  /** A move or another name; a mistake is corrected instead. */
  CustomerDetailsChanged: event(z.strictObject({ name: label.optional(), ...details })),
  LifecycleChanged: event(z.strictObject({ lifecycle })),
  CustomerProfileNoted: event(
    z.strictObject({
      needs: z
        .array(z.strictObject({ need: sealable(longText), arisesOn: localDate.optional() }))
        .max(100)
        .optional(),
      interests: z.array(sealable(longText)).max(100).optional(),
      goals: z.array(sealable(longText)).max(100).optional(),
      bindingFactor: label.optional(),
      competitors: z.array(label).max(50).optional(),
    }),
  ),
  /** Recorded with the survivor; the merged ones were the same customer all along. */
  CustomersMerged: event(z.strictObject({ survivorId: uuid, mergedIds: z.array(uuid).min(1).max(100) })),
  /** Recorded with the one that was taken over; from that date on it is part of the other. */
  CustomerTakenOver: event(z.strictObject({ by: uuid, validFrom: localDate })),
  CustomerEnded: event(
    z.strictObject({
      initiator: z.enum(['us', 'them']),
      reason: sealable(longText).optional(),
      competitor: label.optional(),
    }),
  ),
  CustomerReactivated: event(z.strictObject({ reason: sealable(longText).optional() })),
};

export interface RegisterCustomer extends Told {
  readonly name: string;
  /** `customer` when left out. */
  readonly lifecycle?: Lifecycle;
  readonly externalIds?: readonly { readonly source: string; readonly key: string }[];
  /** Customer who brought this one in: short for `broughtInBy` a customer. */
  readonly referredBy?: string;
  readonly broughtInBy?: BroughtInBy;
  readonly postcode?: string;
  readonly country?: string;
  readonly region?: string;
  readonly industry?: string;
}

export interface ChangeCustomerDetails extends Told {
  readonly name?: string;
  readonly postcode?: string;
  readonly country?: string;
  readonly region?: string;
  readonly industry?: string;
}

export interface ChangeLifecycle extends Told {
  readonly lifecycle: Lifecycle;
}

export interface NoteProfile extends Told {
  readonly needs?: readonly { readonly need: string; readonly arisesOn?: string }[];
  readonly interests?: readonly string[];
  readonly goals?: readonly string[];
  readonly bindingFactor?: string;
  readonly competitors?: readonly string[];
}

/** Told to the survivor. */
export interface MergeCustomers extends Told {
  readonly mergedIds: readonly string[];
}

/** Told to the one that is taken over. */
export interface TakeOverCustomer extends Told {
  readonly by: string;
  readonly validFrom: string;
}

export interface EndCustomer extends Told {
  readonly initiator: 'us' | 'them';
  readonly reason?: string;
  readonly competitor?: string;
}

export interface ReactivateCustomer extends Told {
  readonly reason?: string;
}

export interface Commands {
  RegisterCustomer: RegisterCustomer;
  ChangeCustomerDetails: ChangeCustomerDetails;
  ChangeLifecycle: ChangeLifecycle;
  NoteProfile: NoteProfile;
  MergeCustomers: MergeCustomers;
  TakeOverCustomer: TakeOverCustomer;
  EndCustomer: EndCustomer;
  ReactivateCustomer: ReactivateCustomer;
}

/** What the rules have to know of a customer's own history. */
export interface Profile {
  readonly id: string;
  registered: boolean;
  externalIds: readonly { readonly source: string; readonly key: string }[];
  /** Instants between which we did no business, in order; the last one lasts while it has no `to`. */
  readonly ended: { readonly from: string; readonly to?: string }[];
  readonly mergedIds: Set<string>;
  takenOverBy: string | undefined;
}

interface State {
  readonly profile: Profile;
}

export function initial(id: string): Profile {
  return { id, registered: false, externalIds: [], ended: [], mergedIds: new Set(), takenOverBy: undefined };
}

/** @throws Refused when we did no business with the customer at that instant. */
export function mustBeActive(profile: Profile, occurredAt: string): void {
  const period = profile.ended.find(({ from, to }) => from <= occurredAt && (to === undefined || occurredAt < to));
  if (period) throw new Refused('customer-ended', `The customer ended on ${period.from}.`, 'occurredAt');
}

function mustBeAnother(profile: Profile, customerId: string, rule: string, path: string): void {
  if (customerId === profile.id) throw new Refused(rule, 'That is the customer itself.', path);
}

function mustSaySomething(data: object): void {
  if (Object.values(data).every((value) => value === undefined || (Array.isArray(value) && value.length === 0))) {
    throw new Refused('nothing-told', 'Nothing is told that could be recorded.');
  }
}

export const rules: Rules<typeof events, State> = {
  CustomerRegistered({ profile }, { data }) {
    if (profile.registered) throw new Refused('customer-already-registered', 'The customer is registered already.');
    if (data.broughtInBy?.kind === 'customer') {
      mustBeAnother(profile, data.broughtInBy.id, 'self-referral', 'broughtInBy.id');
    }
    data.externalIds.forEach(({ source, key }, index) => {
      const path = `externalIds.${index}`;
      if (isReserved(source)) throw new Refused('source-reserved', `The source ${source} is the system's own.`, path);
      if (data.externalIds.findIndex((other) => other.source === source && other.key === key) < index) {
        throw new Refused('external-id-twice', `${source}:${key} is named twice.`, path);
      }
    });
  },
  CustomerDetailsChanged(_, { data }) {
    mustSaySomething(data);
  },
  LifecycleChanged: always,
  CustomerProfileNoted(_, { data }) {
    mustSaySomething(data);
  },
  CustomersMerged({ profile }, { data }) {
    data.mergedIds.forEach((id, index) => {
      mustBeAnother(profile, id, 'merge-with-itself', `mergedIds.${index}`);
      if (profile.mergedIds.has(id) || data.mergedIds.indexOf(id) < index) {
        throw new Refused('already-merged', `Customer ${id} is merged already.`, `mergedIds.${index}`);
      }
    });
  },
  CustomerTakenOver({ profile }, { data }) {
    mustBeAnother(profile, data.by, 'take-over-by-itself', 'by');
    if (profile.takenOverBy) {
      throw new Refused('already-taken-over', `Customer ${profile.takenOverBy} has taken it over already.`, 'by');
    }
  },
  CustomerEnded({ profile }, { occurredAt }) {
    const last = profile.ended.at(-1);
    if (!last) return;
    if (last.to === undefined) throw new Refused('customer-already-ended', `The customer ended on ${last.from}.`);
    if (occurredAt < last.to) {
      throw new Refused('ended-before-reactivation', `The customer came back on ${last.to}.`, 'occurredAt');
    }
  },
  CustomerReactivated({ profile }, { occurredAt }) {
    const last = profile.ended.at(-1);
    if (!last || last.to !== undefined) throw new Refused('customer-not-ended', 'The customer has not ended.');
    if (occurredAt < last.from) {
      throw new Refused('reactivated-before-end', `The customer ended on ${last.from}.`, 'occurredAt');
    }
  },
};

export const evolve: Evolve<typeof events, Profile> = {
  CustomerRegistered(profile, { data }) {
    profile.registered = true;
    profile.externalIds = data.externalIds;
  },
  CustomerDetailsChanged: always,
  LifecycleChanged: always,
  CustomerProfileNoted: always,
  CustomersMerged(profile, { data }) {
    for (const id of data.mergedIds) profile.mergedIds.add(id);
  },
  CustomerTakenOver(profile, { data }) {
    profile.takenOverBy = data.by;
  },
  CustomerEnded(profile, { occurredAt }) {
    profile.ended.push({ from: occurredAt });
  },
  CustomerReactivated(profile, { occurredAt }) {
    const last = profile.ended.pop();
    if (last) profile.ended.push({ from: last.from, to: occurredAt });
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  RegisterCustomer(_, command, { occurredAt }) {
    if (command.referredBy !== undefined && command.broughtInBy !== undefined) {
      throw new Refused('one-referrer', 'Say either `referredBy` or `broughtInBy`.', 'referredBy');
    }
    return [
      {
        type: 'CustomerRegistered',
        occurredAt,
        data: {
          name: command.name,
          lifecycle: command.lifecycle ?? 'customer',
          externalIds: (command.externalIds ?? []).map(({ source, key }) => ({ source, key })),
          broughtInBy:
            command.referredBy === undefined ? command.broughtInBy : { kind: 'customer', id: command.referredBy },
          postcode: command.postcode,
          country: command.country,
          region: command.region,
          industry: command.industry,
        },
      },
    ];
  },
  ChangeCustomerDetails(_, { name, postcode, country, region, industry }, { occurredAt }) {
    return [{ type: 'CustomerDetailsChanged', occurredAt, data: { name, postcode, country, region, industry } }];
  },
  ChangeLifecycle(_, { lifecycle }, { occurredAt }) {
    return [{ type: 'LifecycleChanged', occurredAt, data: { lifecycle } }];
  },
  NoteProfile(_, command, { occurredAt }) {
    return [
      {
        type: 'CustomerProfileNoted',
        occurredAt,
        data: {
          needs: command.needs?.map(({ need, arisesOn }) => ({ need, arisesOn })),
          interests: command.interests && [...command.interests],
          goals: command.goals && [...command.goals],
          bindingFactor: command.bindingFactor,
          competitors: command.competitors && [...command.competitors],
        },
      },
    ];
  },
  MergeCustomers({ profile }, { mergedIds }, { occurredAt }) {
    return [{ type: 'CustomersMerged', occurredAt, data: { survivorId: profile.id, mergedIds: [...mergedIds] } }];
  },
  TakeOverCustomer(_, { by, validFrom }, { occurredAt }) {
    return [{ type: 'CustomerTakenOver', occurredAt, data: { by, validFrom } }];
  },
  EndCustomer(_, { initiator, reason, competitor }, { occurredAt }) {
    return [{ type: 'CustomerEnded', occurredAt, data: { initiator, reason, competitor } }];
  },
  ReactivateCustomer(_, { reason }, { occurredAt }) {
    return [{ type: 'CustomerReactivated', occurredAt, data: { reason } }];
  },
};
