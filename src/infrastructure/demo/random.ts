/**
 * A small seeded generator, so that the made-up company is the same on every machine: sfc32 ("small fast counting",
 * Chris Doty-Humphrey's PractRand), its 128 bits of state taken from a text.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** Each name gives a sequence of its own: drawing more from one changes nothing in another. */
  constructor(name: string) {
    const hash = (seed: number) => {
      let value = seed;
      for (let index = 0; index < name.length; index++) {
        value = Math.imul(value ^ name.charCodeAt(index), 0x01000193);
        value ^= value >>> 15;
      }
      return value | 0;
    };
    this.a = hash(0x811c9dc5);
    this.b = hash(0x2545f491);
    this.c = hash(0x7f4a7c15);
    for (let round = 0; round < 15; round++) this.bits();
  }

  private bits(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    return this.bits() / 0x1_0000_0000;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Whole number, both ends included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.next() * from.length)] as T;
  }

  weighted<T>(from: readonly T[], weight: (item: T) => number): T {
    let rest = this.next() * from.reduce((sum, item) => sum + weight(item), 0);
    for (const item of from) {
      rest -= weight(item);
      if (rest < 0) return item;
    }
    return from.at(-1) as T;
  }

  /** Several different ones, in the order drawn; all of them when there are no more. */
  some<T>(from: readonly T[], count: number): T[] {
    const left = [...from];
    const drawn: T[] = [];
    while (drawn.length < count && left.length > 0) drawn.push(...left.splice(this.int(0, left.length - 1), 1));
    return drawn;
  }

  /** Around 1, skewed to the right: the median is 1, `spread` the standard deviation of its logarithm. */
  around1(spread: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return Math.exp(spread * radius * Math.cos(2 * Math.PI * this.next()));
  }

  /** Shaped like a random UUID (version 4). */
  uuid(): string {
    const words = [this.bits(), this.bits(), this.bits(), this.bits()];
    const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('');
    const variant = '89ab'[Number.parseInt(hex[16] as string, 16) & 3];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
