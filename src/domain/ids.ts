import { parse, v5 } from 'uuid';

/** Namespaces of the ids that are derived instead of made up. They are for ever: changing one makes importing twice count twice. */
const namespaces = {
  externalId: parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a01'),
  customer: parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a02'),
  order: parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a03'),
  return: parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a04'),
  visit: parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a05'),
  part: parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a07'),
  request: parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a08'),
  supplier: parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a09'),
  digest: parse('6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a0a'),
};

type Kind = keyof typeof namespaces;

const encoder = new TextEncoder();

/** UUIDv5 of a text. */
function idOf(kind: Kind, text: string): string {
  return v5(encoder.encode(text), namespaces[kind]);
}

/** As JSON, so that no source and key can be mistaken for another source and key. */
function derived(kind: Kind, source: string, key: string): string {
  return idOf(kind, JSON.stringify([source, key]));
}

/** Id of the customer that an outside system knows by this key. */
export function customerIdFor(source: string, key: string): string {
  return derived('customer', source, key);
}

export function orderIdFor(source: string, key: string): string {
  return derived('order', source, key);
}

export function returnIdFor(source: string, key: string): string {
  return derived('return', source, key);
}

export function visitIdFor(source: string, key: string): string {
  return derived('visit', source, key);
}

export function externalIdFor(source: string, key: string): string {
  return derived('externalId', source, key);
}

/** Id of the supplier that an outside system knows by this key. */
export function supplierIdFor(source: string, key: string): string {
  return derived('supplier', source, key);
}

/** Fingerprint of a text and of all that came before it. @param digest of what came before; undefined for the first */
export function continuedDigest(digest: string | undefined, text: string): string {
  return idOf('digest', `${digest ?? ''}\n${text}`);
}

/** A request id that stays the same for the same words: for importers and other callers that repeat themselves. */
export function requestIdFor(...words: readonly string[]): string {
  return idOf('request', JSON.stringify(words));
}

/** Id of something that a command names without an id: the promises made in a visit. */
export function partIdFor(commandId: string, part: string, index: number): string {
  return idOf('part', `${commandId}/${part}/${index}`);
}
