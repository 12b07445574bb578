import type { Customer } from './customer.js';
import type { DomainEvent, EventOf } from './event.js';
import { convertedProspect, joiningCustomers, mergedCustomer } from './external-ids.js';
import type * as profile from './profile.js';
import type { events as references } from './references.js';
import { hasConverted, type events as referrals } from './referrals.js';
import type { events as segmentation } from './segmentation.js';

/** What an event says of other customers: what the customer's own history can't tell. */

export interface Mention {
  readonly customerId: string;
  readonly path: string;
}

type Registered = EventOf<typeof profile.events, 'CustomerRegistered'>;
type Merged = EventOf<typeof profile.events, 'CustomersMerged'>;
type TakenOver = EventOf<typeof profile.events, 'CustomerTakenOver'>;
type Received = EventOf<typeof referrals, 'ReferralReceived'>;
type Given = EventOf<typeof references, 'ReferenceGiven'>;
type Adjusted = EventOf<typeof segmentation, 'SegmentAdjusted'>;
type Converted = EventOf<typeof referrals, 'ReferralConverted'>;

/** The other customers that must exist for the event to be recorded. */
export function mentioned(event: DomainEvent): readonly Mention[] {
  switch (event.type) {
    case 'CustomerRegistered': {
      const { broughtInBy } = (event as Registered).data;
      return broughtInBy?.kind === 'customer' ? [{ customerId: broughtInBy.id, path: 'referredBy' }] : [];
    }
    case 'CustomersMerged':
      return (event as Merged).data.mergedIds.map((customerId, index) => ({ customerId, path: `mergedIds.${index}` }));
    case 'CustomerTakenOver':
      return [{ customerId: (event as TakenOver).data.by, path: 'by' }];
    case 'ReferralReceived': {
      const { customerId } = (event as Received).data.prospect;
      return customerId === undefined ? [] : [{ customerId, path: 'prospect.customerId' }];
    }
    case 'ReferralConverted':
      return [{ customerId: (event as Converted).data.newCustomerId, path: 'newCustomerId' }];
    case 'ReferenceGiven': {
      const { customerId } = (event as Given).data.to;
      return customerId === undefined ? [] : [{ customerId, path: 'to.customerId' }];
    }
    case 'SegmentAdjusted':
      return [{ customerId: (event as Adjusted).data.customerId, path: 'customerId' }];
    default:
      return [];
  }
}

/** Customers that the event makes one with another: `from` becomes part of each of `into`. */
export function joined(ownId: string, event: DomainEvent): { readonly part: string; readonly of: string }[] {
  switch (event.type) {
    case 'CustomersMerged':
      return (event as Merged).data.mergedIds.map((part) => ({ part, of: ownId }));
    case 'CustomerTakenOver':
      return [{ part: ownId, of: (event as TakenOver).data.by }];
    default:
      return [];
  }
}

/** Something that one customer at most may have. */
export interface Claim {
  readonly source: string;
  readonly key: string;
  /** Rule that another one's claim goes against. */
  readonly rule: string;
  readonly path: string;
}

/** What must be claimed before the event is recorded. */
export function claimsOf(event: DomainEvent): readonly Claim[] {
  switch (event.type) {
    case 'CustomerRegistered':
      return (event as Registered).data.externalIds.map(({ source, key }, index) => ({
        source,
        key,
        rule: 'external-id-taken',
        path: `externalIds.${index}`,
      }));
    case 'CustomersMerged':
      return (event as Merged).data.mergedIds.map((key, index) => ({
        source: mergedCustomer,
        key,
        rule: 'already-merged',
        path: `mergedIds.${index}`,
      }));
    case 'ReferralConverted':
      return [
        {
          source: convertedProspect,
          key: (event as Converted).data.newCustomerId,
          rule: 'prospect-already-converted',
          path: 'newCustomerId',
        },
      ];
    default:
      return [];
  }
}

/** Whether a customer that once made a claim has what it claimed: a claim that came to nothing is free again. */
export function holds(customer: Customer, { source, key }: Claim): boolean {
  if (!customer.profile.registered) return false;
  // Nobody has it for longer than the one append takes.
  if (source === joiningCustomers) return false;
  if (source === mergedCustomer) return customer.profile.mergedIds.has(key);
  if (source === convertedProspect) return hasConverted(customer.referrals, key);
  return customer.profile.externalIds.some((own) => own.source === source && own.key === key);
}
