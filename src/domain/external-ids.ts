import { z } from 'zod';
import { event } from './event.js';
import { label, uuid } from './shapes.js';

/** Claims an outside key in a stream of its own, so that no two customers carry it. */
export const events = {
  ExternalIdClaimed: event(z.strictObject({ source: label, key: label, customerId: uuid })),
};

/** Sources that begin so are the system's own: what happens at most once over all customers is claimed under them. */
const reserved = 'klantwaarde:';

/** A prospect that one referral converted. */
export const convertedProspect = `${reserved}converted-prospect`;
/** A customer that was merged into another. */
export const mergedCustomer = `${reserved}merged-customer`;

export function isReserved(source: string): boolean {
  return source.startsWith(reserved);
}
