import { createHmac } from 'node:crypto';
import { keyObject } from './sealing.js';

/** JSON with the names in order and nothing undefined: two requests with the same content give the same text. */
export function canonicalJson(value: unknown): string {
  // One pass of the engine's own writer is several times faster than writing piece by piece.
  return JSON.stringify(sorted(value)) ?? 'null';
}

/** The value itself where its names are in order already, down to the last: an import's half a million lines need no copy. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return isSorted(value) ? value : value.map(sorted);
  if (isSorted(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) copy[name] = sorted((value as Record<string, unknown>)[name]);
  return copy;
}

function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let last = '';
  for (const name of Object.keys(value)) {
    if (name < last || !isSorted((value as Record<string, unknown>)[name])) return false;
    last = name;
  }
  return true;
}

/**
 * Fingerprint of what was asked, before defaults are filled in and without its id, base64url.
 * Keyed, because a bare hash of a short note would give the note away.
 */
export function requestHash(key: Buffer, stream: string, name: string, payload: object): string {
  const { id: _, ...content } = payload as { id?: string };
  return createHmac('sha256', keyObject(key))
    .update(canonicalJson([stream, name, content]))
    .digest('base64url');
}
