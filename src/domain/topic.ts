import type { EventDefinitions, EventOf, EventsOf } from './event.js';
import type { Moment } from './moment.js';

/** What each event changes in the state that its topic owns, in place. It never refuses: what is recorded has happened. */
export type Evolve<Definitions extends EventDefinitions, State> = {
  readonly [Type in keyof Definitions & string]: (state: State, event: EventOf<Definitions, Type>) => void;
};

/**
 * Whether each event can follow on the state. Kept apart from the commands, because a correction asks it again of the
 * whole history. @throws Refused
 */
export type Rules<Definitions extends EventDefinitions, State> = {
  readonly [Type in keyof Definitions & string]: (state: State, event: EventOf<Definitions, Type>) => void;
};

/** Which events each command gives. It fills in defaults; the rules and the events' schemas judge the result. */
export type Decide<Commands, State, Definitions extends EventDefinitions> = {
  readonly [Name in keyof Commands & string]: (
    state: State,
    command: Commands[Name],
    moment: Moment,
  ) => readonly EventsOf<Definitions>[];
};

/** For events that can follow on anything. */
export function always(): void {}
