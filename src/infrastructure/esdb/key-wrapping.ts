import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** AES-256 and HMAC-SHA-256. */
export const KEY_BYTES = 32;
const WRAPPED_BYTES = 1 + NONCE_BYTES + TAG_BYTES + KEY_BYTES;

/**
 * A key as it is stored: version (1 byte), nonce (12), tag (16) and the key enciphered with AES-256-GCM under the master
 * key. Whose key it is is authenticated along with it: it can't be passed off as somebody else's.
 */
export function wrapKey(key: Buffer, owner: string, masterKey: Buffer): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, masterKey, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(owner));
  const enciphered = Buffer.concat([cipher.update(key), cipher.final()]);
  return Uint8Array.from(Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), enciphered]));
}

/** The key, or undefined when it was wrapped under another master key, for another owner, or has been altered. */
export function unwrapKey(wrapped: unknown, owner: string, masterKey: Buffer): Buffer | undefined {
  if (!(wrapped instanceof Uint8Array) || wrapped.length !== WRAPPED_BYTES || wrapped[0] !== VERSION) return undefined;
  const nonce = wrapped.subarray(1, 1 + NONCE_BYTES);
  const tag = wrapped.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, masterKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(owner));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
