import type { CommandName } from '../../domain/commands.js';
import { LAST_DAY, workdayFrom } from './calendar.js';
import type { Customer } from './customer.js';
import type { Step, StoryCommand } from './step.js';

interface Entry {
  readonly at: number;
  readonly stream: string;
  readonly actor: string;
  readonly command: StoryCommand;
}

const DAY_MS = 86_400_000;

/** What is still to be told, day by day, and what is still to happen. */
export class Book {
  private readonly entries = new Map<number, Entry[]>();
  private readonly plans = new Map<number, (() => void)[]>();
  private closed = -1;

  /** Tells the system something at a moment, today or later; what would be told after the last day is not told. */
  tell<Name extends CommandName>(at: number, stream: string, actor: string, command: StoryCommand<Name>): void {
    // Nobody works in the small hours, so that the day in UTC is the local one.
    const day = Math.floor((at - Date.UTC(2023, 10, 1)) / DAY_MS);
    if (day <= this.closed) throw new Error(`Day ${day} is over: nothing can be told on it any more.`);
    const entry = { at, stream, actor, command: command as unknown as StoryCommand };
    const entries = this.entries.get(day);
    if (entries) entries.push(entry);
    else this.entries.set(day, [entry]);
  }

  /** Lets something happen in the morning of a later day. */
  plan(day: number, happen: () => void): void {
    if (day > LAST_DAY) return;
    if (day <= this.closed) throw new Error(`Day ${day} is over: nothing can happen on it any more.`);
    const plans = this.plans.get(day);
    if (plans) plans.push(happen);
    else this.plans.set(day, [happen]);
  }

  /** Lets something happen on the first working day from `day` on, unless the customer is gone by then or not there yet. */
  planWith(customer: Customer, day: number, happen: (day: number) => void): void {
    const on = workdayFrom(day);
    this.plan(on, () => {
      if (customer.isRegistered && !customer.isClosed) happen(on);
    });
  }

  wakeUp(day: number): void {
    for (const happen of this.plans.get(day) ?? []) happen();
    this.plans.delete(day);
  }

  /** The steps of a day in the order of their moments; what one told about one stream at one moment is one step. */
  close(day: number): Step[] {
    const entries = this.entries.get(day) ?? [];
    this.entries.delete(day);
    this.closed = day;
    const steps = new Map<string, { at: number; stream: string; actor: string; commands: StoryCommand[] }>();
    for (const { at, stream, actor, command } of entries) {
      const key = `${at} ${stream} ${actor}`;
      const step = steps.get(key);
      if (step) step.commands.push(command);
      else steps.set(key, { at, stream, actor, commands: [command] });
    }
    // The sort is stable: at the same moment, in the order of telling.
    return [...steps.values()].sort((one, other) => one.at - other.at);
  }
}
