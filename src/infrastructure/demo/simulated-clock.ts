import { Clock } from '../../application/ports/clock.js';

/** Stands where it is put. Only an empty demo log is filled by it, so that the demo has a past that was known then. */
export class SimulatedClock extends Clock {
  private at: number;

  constructor(at: number) {
    super();
    this.at = at;
  }

  now(): number {
    return this.at;
  }

  set(at: number): void {
    this.at = at;
  }
}
