import { z } from 'zod';
import type { Told } from './command.js';
import { event } from './event.js';
import { broughtInBy, mustBeActive, type Profile } from './profile.js';
import { Refused } from './refused.js';
import { label, minorUnits, uuid } from './shapes.js';
import type { Decide, Evolve, Rules } from './topic.js';

/** Recorded in the stream of the customer who brought the prospect in. */
export const events = {
  ReferralReceived: event(
    z.strictObject({
      referralId: uuid,
      referrer: broughtInBy,
      prospect: z.strictObject({ name: label, customerId: uuid.optional() }),
    }),
    { identity: 'referralId' },
  ),
  ReferralConverted: event(
    z.strictObject({
      referralId: uuid,
      newCustomerId: uuid,
      wouldHaveComeAnyway: z.boolean().optional(),
      /** Minor units of the reporting currency. */
      savedAcquisitionCost: minorUnits.min(0).optional(),
    }),
    { identity: 'referralId' },
  ),
};

export interface ReceiveReferral extends Told {
  readonly prospect: { readonly name: string; readonly customerId?: string };
  /** Partner who brought the prospect in on this customer's behalf; the customer itself when left out. */
  readonly partner?: string;
}

export interface ConvertReferral extends Told {
  readonly referralId: string;
  readonly newCustomerId: string;
  readonly wouldHaveComeAnyway?: boolean;
  /** Minor units of the reporting currency. */
  readonly savedAcquisitionCost?: number;
}

export interface Commands {
  ReceiveReferral: ReceiveReferral;
  ConvertReferral: ConvertReferral;
}

export interface Referrals {
  /** Whom each referral converted, by its id; undefined while it has converted nobody. */
  readonly converted: Map<string, string | undefined>;
}

interface State {
  readonly profile: Profile;
  readonly referrals: Referrals;
}

export function initial(): Referrals {
  return { converted: new Map() };
}

export const rules: Rules<typeof events, State> = {
  ReferralReceived({ profile, referrals }, { data, occurredAt }) {
    mustBeActive(profile, occurredAt);
    if (data.prospect.customerId === profile.id) {
      throw new Refused('self-referral', 'A customer does not bring itself in.', 'prospect.customerId');
    }
    if (referrals.converted.has(data.referralId)) {
      throw new Refused('referral-already-received', `Referral ${data.referralId} is there already.`, 'id');
    }
  },
  ReferralConverted({ profile, referrals }, { data }) {
    if (data.newCustomerId === profile.id) {
      throw new Refused('self-referral', 'A customer does not bring itself in.', 'newCustomerId');
    }
    mustKnowReferral(referrals, data.referralId);
    if (referrals.converted.get(data.referralId) !== undefined) {
      throw new Refused(
        'referral-already-converted',
        `Referral ${data.referralId} has converted already.`,
        'referralId',
      );
    }
    if (hasConverted(referrals, data.newCustomerId)) {
      throw new Refused(
        'prospect-already-converted',
        `Customer ${data.newCustomerId} came by another referral.`,
        'newCustomerId',
      );
    }
  },
};

/** @throws Refused when the customer made no such referral. */
export function mustKnowReferral({ converted }: Referrals, referralId: string): void {
  if (!converted.has(referralId)) {
    throw new Refused('unknown-referral', `The customer has no referral ${referralId}.`, 'referralId');
  }
}

export function hasConverted(referrals: Referrals, customerId: string): boolean {
  for (const converted of referrals.converted.values()) if (converted === customerId) return true;
  return false;
}

export const evolve: Evolve<typeof events, Referrals> = {
  ReferralReceived({ converted }, { data }) {
    converted.set(data.referralId, undefined);
  },
  ReferralConverted({ converted }, { data }) {
    converted.set(data.referralId, data.newCustomerId);
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  ReceiveReferral({ profile }, { prospect, partner }, { id, occurredAt }) {
    return [
      {
        type: 'ReferralReceived',
        occurredAt,
        data: {
          referralId: id,
          referrer: partner === undefined ? { kind: 'customer', id: profile.id } : { kind: 'partner', name: partner },
          prospect: { name: prospect.name, customerId: prospect.customerId },
        },
      },
    ];
  },
  ConvertReferral(_, { referralId, newCustomerId, wouldHaveComeAnyway, savedAcquisitionCost }, { occurredAt }) {
    const data = { referralId, newCustomerId, wouldHaveComeAnyway, savedAcquisitionCost };
    return [{ type: 'ReferralConverted', occurredAt, data }];
  },
};
