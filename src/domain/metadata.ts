import { z } from 'zod';
import { instant, uuid } from './shapes.js';

/** What every stored event says of itself beside its data. */
export const metadata = z.strictObject({
  schemaVersion: z.int().min(1),
  occurredAt: instant,
  /** Who told the system. */
  actor: z.string().min(1).max(200),
  source: z.enum(['api', 'import', 'demo', 'web', 'system']),
  /** Id of the command it came from, the caller's own where given. */
  requestId: uuid,
  /** HMAC of the canonical request before defaults, so that a repeat is told from a conflict. */
  requestHash: z.string().min(1),
  correlationId: z.string().min(1).max(200).optional(),
  causationId: uuid.optional(),
  /** SHA-256 of the event before it in its stream, base64url; absent on the first. */
  previousHash: z.string().optional(),
});
export type Metadata = z.infer<typeof metadata>;
