/** One data subject and its 32-byte key. */
export interface SubjectKey {
  readonly subject: string;
  readonly key: Buffer;
}

/** All that a key ring holds, on its way into another one. */
export interface AdoptedKeys {
  readonly requestKey: Buffer;
  readonly keys: Iterable<SubjectKey> | AsyncIterable<SubjectKey>;
}

/**
 * Keys per data subject, apart from the log. Destroying a key erases at once everything that was sealed with it.
 * A subject is a stream name (`customer-<uuid>`, `rep-<id>`) or `person-<uuid>`.
 */
export abstract class KeyRing {
  /**
   * The subject's 32-byte key, made and stored durably when there is none. Many at once cost one commit; a key that was
   * used a moment ago costs nothing.
   * @throws KeyDestroyed for a subject that was erased: it gets no second key.
   */
  abstract keyFor(subject: string): Promise<Buffer>;

  /** The keys of those subjects that have one: it was made, and not destroyed. Many are asked for at once. */
  abstract find(subjects: ReadonlySet<string> | readonly string[]): Promise<ReadonlyMap<string, Buffer>>;

  /** The key under which requests are compared (HMAC). The same for the whole life of the log. */
  abstract requestKey(): Buffer;

  /** The subject gets no other key, also when it had none. */
  abstract destroy(subject: string): Promise<void>;

  /** Every subject that has a key, for moving to another key ring. The key of the requests is not among them. */
  abstract keys(): AsyncIterable<SubjectKey>;

  /** Every subject whose key was destroyed: it must get no second one in another key ring either. */
  abstract destroyed(): AsyncIterable<string>;

  /**
   * Takes over the keys of another ring, into one that has made none of its own yet. Doing it again is harmless, also
   * after half of it; what was destroyed here stays destroyed.
   * @throws Error, one sentence, when keys of its own are in the way
   */
  abstract adopt(keys: AdoptedKeys): Promise<void>;

  abstract close(): Promise<void>;
}

export class KeyDestroyed extends Error {
  constructor(readonly subject: string) {
    super(`The data of ${subject} was erased: nothing can be sealed for it any more.`);
    this.name = 'KeyDestroyed';
  }
}
