import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomFillSync } from 'node:crypto';
import type { SealedPath, SealedText } from '../domain/event.js';
import type { KeyRing } from './ports/key-ring.js';

/**
 * AES-256-GCM; the sealed text is base64url of nonce (12 bytes), tag (16 bytes) and cipher text.
 * The subject is authenticated along with it: a text can't be passed off as somebody else's.
 */
const cipherName = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

const keyObjects = new WeakMap<Buffer, KeyObject>();

/** Node takes five times as long over a key that it is handed as bytes. The same bytes object gives the same key. */
export function keyObject(key: Buffer): KeyObject {
  let object = keyObjects.get(key);
  if (!object) {
    object = createSecretKey(key);
    keyObjects.set(key, object);
  }
  return object;
}

/** Random bytes are asked for in bulk: once per text costs as much as the sealing. */
const nonces = Buffer.alloc(nonceLength * 512);
let nextNonce = nonces.length;

function nonce(): Buffer {
  if (nextNonce === nonces.length) {
    randomFillSync(nonces);
    nextNonce = 0;
  }
  nextNonce += nonceLength;
  return nonces.subarray(nextNonce - nonceLength, nextNonce);
}

/** Seals a text under the subject's key (32 bytes). */
export function seal(text: string, subject: string, key: Buffer): SealedText {
  const used = nonce();
  const cipher = createCipheriv(cipherName, keyObject(key), used, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(subject));
  const sealed = cipher.update(text, 'utf8');
  cipher.final();
  return { sealedFor: subject, text: Buffer.concat([used, cipher.getAuthTag(), sealed]).toString('base64url') };
}

/**
 * The text, or null when its key is gone.
 * @throws Error when what was sealed has been altered, or was sealed with another key.
 */
export function open(sealed: SealedText, key: Buffer | undefined): string | null {
  if (!key) return null;
  const bytes = Buffer.from(sealed.text, 'base64url');
  try {
    const decipher = createDecipheriv(cipherName, keyObject(key), bytes.subarray(0, nonceLength), {
      authTagLength: tagLength,
    });
    decipher.setAAD(Buffer.from(sealed.sealedFor));
    decipher.setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
    return decipher.update(bytes.subarray(nonceLength + tagLength), undefined, 'utf8') + decipher.final('utf8');
  } catch (error) {
    throw new Error(
      `A text sealed for ${sealed.sealedFor} does not open: it was altered, or the key ring is another's.`,
      {
        cause: error,
      },
    );
  }
}

export function isSealed(value: unknown): value is SealedText {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<SealedText>).sealedFor === 'string' &&
    typeof (value as Partial<SealedText>).text === 'string' &&
    Object.keys(value).length === 2
  );
}

/**
 * What was given, with every sealed text in its rows, objects and arrays replaced by what it says, or by null when its
 * key is gone. The value itself is not changed.
 */
export async function openDeep<Value>(value: Value, keyRing: KeyRing): Promise<Value> {
  const subjects = new Set<string>();
  forEachSealed(value, ({ sealedFor }) => subjects.add(sealedFor));
  if (subjects.size === 0) return value;
  return openWith(value, await keyRing.find(subjects));
}

/** Likewise, with these keys by their subjects and no others. */
export function openWith<Value>(value: Value, keys: ReadonlyMap<string, Buffer>): Value {
  return opened(value, keys) as Value;
}

/** Instants, buffers and the like are left as they are. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function forEachSealed(value: unknown, visit: (sealed: SealedText) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (isSealed(value)) visit(value);
  else if (Array.isArray(value)) for (const item of value) forEachSealed(item, visit);
  else if (isPlain(value)) for (const field of Object.values(value)) forEachSealed(field, visit);
}

function opened(value: unknown, keys: ReadonlyMap<string, Buffer>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) return open(value, keys.get(value.sealedFor));
  if (Array.isArray(value)) return value.map((item) => opened(item, keys));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, opened(field, keys)]));
}

/** A copy of an event's data with the texts at these paths replaced; what is absent stays absent. */
export function replaceAt(data: unknown, paths: readonly SealedPath[], replace: (text: unknown) => unknown): unknown {
  return paths.reduce((copy, path) => replaceFrom(copy, path, 0, replace), data);
}

function replaceFrom(value: unknown, path: SealedPath, depth: number, replace: (text: unknown) => unknown): unknown {
  if (value === undefined) return value;
  const step = path[depth];
  if (step === undefined) return replace(value);
  if (step === '[]') {
    return Array.isArray(value) ? value.map((item) => replaceFrom(item, path, depth + 1, replace)) : value;
  }
  const field = (value as Record<string, unknown>)[step];
  if (field === undefined) return value;
  return { ...(value as Record<string, unknown>), [step]: replaceFrom(field, path, depth + 1, replace) };
}
