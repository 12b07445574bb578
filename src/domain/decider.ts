import type { CommandName, CommandPayload } from './commands.js';
import type { DomainEvent } from './event.js';
import type { Moment } from './moment.js';

/** All that there is to know of one kind of stream. */
export interface Decider<State> {
  /** The state of a stream without events. */
  initial(id: string): State;
  /** Changes the state in place. */
  evolve(state: State, event: DomainEvent): void;
  /** Whether the event can follow. @throws Refused, Unknown */
  check(state: State, event: DomainEvent): void;
  /** Whether an event may have happened at another time than was recorded first, all things considered. @throws Refused */
  checkMoved(state: State, event: DomainEvent): void;
  /** Whether there is something to tell the command to. @throws Unknown */
  mustExist(state: State, command: CommandName): void;
  /** The events that the command gives: to be checked by their schemas and by `check`. @throws Refused */
  decide<Name extends CommandName>(
    state: State,
    name: Name,
    command: CommandPayload<Name>,
    moment: Moment,
  ): readonly DomainEvent[];
}

/** A topic's table as it is read by a type that is known only while running. */
export type EventTable<State> = Readonly<Record<string, (state: State, event: DomainEvent) => void>>;
export type DecideTable<State> = Readonly<
  Record<string, (state: State, command: CommandPayload, moment: Moment) => readonly DomainEvent[]>
>;

/** @throws Error for an event or a command that belongs in another kind of stream. */
export function rowOf<Row>(table: Readonly<Record<string, Row>>, name: string, of: string): Row {
  const row = Object.hasOwn(table, name) ? table[name] : undefined;
  if (row === undefined) throw new Error(`${name} has no place in the stream of ${of}.`);
  return row;
}
