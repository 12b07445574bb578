/** A queue with a bound, between one who writes and one who reads. Closed, it is read to its end first. */
export class Mailbox<Item> {
  private readonly items: Item[] = [];
  private isClosed = false;
  private failure: Error | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly bound: number) {}

  /** False when there is no room. */
  tryPut(item: Item): boolean {
    if (this.isClosed) return true;
    if (this.items.length >= this.bound) return false;
    this.items.push(item);
    this.wake();
    return true;
  }

  /** Waits for room. */
  async put(item: Item): Promise<void> {
    while (!this.tryPut(item)) await this.change();
  }

  close(failure?: Error): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.failure = failure;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for (;;) {
      const item = this.items.shift();
      if (item !== undefined) {
        this.wake();
        yield item;
      } else if (this.failure) throw this.failure;
      else if (this.isClosed) return;
      else await this.change();
    }
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  private wake(): void {
    const all = [...this.waiting];
    this.waiting.clear();
    for (const resolve of all) resolve();
  }
}
