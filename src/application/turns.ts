/** Lets those who want the same thing go one after the other; those who want different things don't wait. */
export class Turns {
  private readonly last = new Map<string, Promise<void>>();

  isTaken(key: string): boolean {
    return this.last.has(key);
  }

  /** Waits for the turn; the answer ends it. */
  async take(key: string): Promise<() => void> {
    const before = this.last.get(key);
    let end!: () => void;
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.last.set(key, mine);
    if (before) await before;
    return () => {
      if (this.last.get(key) === mine) this.last.delete(key);
      end();
    };
  }

  /** Waits for several turns. The same order for everyone keeps two from waiting for each other. */
  async takeAll(keys: Iterable<string>): Promise<() => void> {
    const ends: (() => void)[] = [];
    for (const key of [...new Set(keys)].sort()) ends.push(await this.take(key));
    return () => {
      for (const end of ends) end();
    };
  }
}
