import type { Appended, EventLog, ExpectedRevision, NewEvent } from '../../application/ports/event-log.js';
import { InterposedLog } from '../interposed-log.js';
import type { SimulatedClock } from './simulated-clock.js';

interface Turn {
  readonly at: number;
  /** Settles when everybody before has appended, or has nothing to append. */
  readonly before: Promise<void>;
  readonly pass: () => void;
}

/**
 * The log, to be appended to by many at once and still in one order, each at its own simulated moment: so the filling
 * shares transactions (a disk that is slow to commit is not waited for 25,000 times) and the demo is the same each time.
 */
export class InTurn extends InterposedLog {
  private readonly turns = new Map<string, Turn>();
  private last: Promise<void> = Promise.resolve();

  constructor(
    log: EventLog,
    private readonly clock: SimulatedClock,
  ) {
    super(log);
  }

  /** Gives the stream the next turn; it lasts until it has been used or `record` has settled. */
  async take<T>(stream: string, at: number, record: () => Promise<T>): Promise<T> {
    // Whoever is alone appends to other streams too, at the same moment.
    if (this.turns.size === 0) this.clock.set(at);
    const before = this.last;
    let pass: () => void = () => undefined;
    this.last = new Promise((resolve) => {
      pass = () => resolve(before);
    });
    this.turns.set(stream, { at, before, pass });
    try {
      return await record();
    } finally {
      pass();
      this.turns.delete(stream);
    }
  }

  override async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Appended> {
    const turn = this.turns.get(stream);
    if (!turn) return super.append(stream, events, expected);
    await turn.before;
    // The log asks the clock before it waits for anything.
    this.clock.set(turn.at);
    const appended = super.append(stream, events, expected);
    turn.pass();
    return appended;
  }
}
