export interface GivenKey {
  readonly id: string;
  readonly key: number;
  /** Of the first mention. */
  readonly position: bigint;
}

/**
 * Small integers in the place of customers' UUIDs: joins on them are several times faster. Given in the order of the
 * log, at the first mention, so that every node and every rebuild gives the same ones.
 */
export class CustomerKeys {
  private readonly keys = new Map<string, number>();
  private unstored: GivenKey[] = [];

  /** @param ids customers that have a key already, in the order of their keys, which begin at 1 */
  constructor(ids: Iterable<string> = []) {
    for (const id of ids) this.keys.set(id, this.keys.size + 1);
  }

  /** The customer's key; a new one when this is the first mention of it, at that position. */
  keyOf(id: string, position: bigint): number {
    const known = this.keys.get(id);
    if (known !== undefined) return known;
    const key = this.keys.size + 1;
    // A slice of a stream's name would keep the whole name alive.
    const own = Buffer.from(id).toString();
    this.keys.set(own, key);
    this.unstored.push({ id: own, key, position });
    return key;
  }

  /** Keys given at or before a position that have not been stored. */
  toStore(upTo: bigint): readonly GivenKey[] {
    return this.unstored.filter(({ position }) => position <= upTo);
  }

  stored(upTo: bigint): void {
    this.unstored = this.unstored.filter(({ position }) => position > upTo);
  }

  /** Takes back every key that was not stored: they will be given again. */
  forgetUnstored(): void {
    for (const { id } of this.unstored) this.keys.delete(id);
    this.unstored = [];
  }
}
