import { z } from 'zod';
import { event } from './event.js';
import { label, uuid } from './shapes.js';

/** What one customer at most may have, claimed in a stream of its own before it is recorded with the customer. */
export const events = {
  ExternalIdClaimed: event(
    z.strictObject({
      source: label,
      key: label,
      customerId: uuid,
      /**
       * The revision that the customer's stream goes on with when what was claimed is recorded there. Once another event
       * has that revision, the claim has come to nothing. Claims of early versions don't say.
       */
      revision: z
        .string()
        .regex(/^\d{1,20}$/)
        .optional(),
    }),
  ),
};

/** Told in the stream of the customer who made the claim. It changes nothing but that stream's revision. */
export const lapses = {
  ExternalIdClaimLapsed: event(z.strictObject({ source: label, key: label })),
};

/** Sources that begin so are the system's own: what happens at most once over all customers is claimed under them. */
const reserved = 'klantwaarde:';

/** A prospect that one referral converted. */
export const convertedProspect = `${reserved}converted-prospect`;
/** A customer that was merged into another. */
export const mergedCustomer = `${reserved}merged-customer`;
/** The one at a time who makes customers part of one another. */
export const joiningCustomers = `${reserved}joining-customers`;

export function isReserved(source: string): boolean {
  return source.startsWith(reserved);
}
