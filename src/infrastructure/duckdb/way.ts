import type { Advance, Checkpoint } from '../../application/ports/read-side.js';

/** Keeps count of how far the read side is on its way from a checkpoint to the end of the log. */
export class Way {
  events = 0;
  private readonly startedAt = performance.now();

  constructor(
    private readonly from: Checkpoint,
    private at: Checkpoint = from,
  ) {}

  go(events: number, to: Checkpoint): void {
    this.events += events;
    this.at = to;
  }

  /** @param head the end of the log; undefined when it is not known */
  advance(head: bigint | undefined): Advance {
    const start = Number(this.from.position ?? 0n);
    const done = Number(this.at.position ?? 0n);
    const end = Number(head ?? 0n);
    const seconds = (performance.now() - this.startedAt) / 1_000;
    const isMoving = done > start && end > 0;
    return {
      percent: end > 0 ? Math.max(0, Math.min(99, Math.floor((done / end) * 100))) : 0,
      events: this.events,
      recordedAt: this.at.recordedAt,
      secondsLeft: isMoving ? Math.round((Math.max(0, end - done) / (done - start)) * seconds) : undefined,
    };
  }
}
