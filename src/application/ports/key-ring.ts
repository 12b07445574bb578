/**
 * Keys per data subject, apart from the log. Destroying a key erases at once everything that was sealed with it.
 * A subject is a stream name (`customer-<uuid>`, `rep-<id>`) or `person-<uuid>`.
 */
export abstract class KeyRing {
  /**
   * The subject's 32-byte key, made and stored durably when there is none. Many at once cost one commit.
   * @throws KeyDestroyed for a subject that was erased: it gets no second key.
   */
  abstract keyFor(subject: string): Promise<Buffer>;

  /** The subject's key, or undefined when it was destroyed or never made. Synchronous: opening a page of rows must be cheap. */
  abstract find(subject: string): Buffer | undefined;

  /** The key under which requests are compared (HMAC). The same for the whole life of the log. */
  abstract requestKey(): Buffer;

  abstract destroy(subject: string): Promise<void>;

  abstract close(): Promise<void>;
}

export class KeyDestroyed extends Error {
  constructor(readonly subject: string) {
    super(`The data of ${subject} was erased: nothing can be sealed for it any more.`);
    this.name = 'KeyDestroyed';
  }
}
