import { hash } from 'node:crypto';

/** What of a stored event its stream's hash chain covers: everything but its position and recorded time. */
export interface Chained {
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  /** JSON text as stored. */
  readonly data: string;
  /** JSON text as stored. */
  readonly metadata?: string;
}

/**
 * SHA-256 of an event, base64url; the next event of its stream carries it as `previousHash`.
 * The lengths keep the text of one field from passing for that of the next.
 */
export function chainHash(event: Chained): string {
  const metadata = event.metadata ?? '';
  return hash(
    'sha256',
    `${event.stream}\n${event.revision}\n${event.id}\n${event.type}\n${event.data.length}\n${metadata.length}\n${event.data}${metadata}`,
    'base64url',
  );
}
