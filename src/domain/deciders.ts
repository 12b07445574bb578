import { definitionOf } from './catalogue.js';
import type { CommandName, CommandPayload } from './commands.js';
import { customer } from './customer.js';
import type { Decider } from './decider.js';
import { type DomainEvent, validate } from './event.js';
import type { Moment } from './moment.js';
import { policy } from './policies.js';
import { rep } from './reps.js';
import { segmentation } from './segmentation.js';
import { supplier } from './suppliers.js';

/** What a stream of commands is about: its decider, and the id that the stream carries. */
export function deciderOf(stream: string): { readonly decider: Decider<unknown>; readonly id: string } {
  const dash = stream.indexOf('-');
  const decider = deciders[stream.slice(0, dash)];
  if (!decider) throw new Error(`Nothing can be told to the stream ${stream}.`);
  return { decider, id: stream.slice(dash + 1) };
}

const deciders: Readonly<Record<string, Decider<unknown>>> = {
  customer: customer as Decider<unknown>,
  rep: rep as Decider<unknown>,
  policy: policy as Decider<unknown>,
  supplier: supplier as Decider<unknown>,
  segmentation: segmentation as Decider<unknown>,
};

/**
 * The events that a command gives on a state, fit to be recorded. They are judged side by side: none of them builds on
 * another of the same command.
 * @throws Refused, Unknown, Invalid
 */
export function decideOn<State, Name extends CommandName>(
  decider: Decider<State>,
  state: State,
  name: Name,
  command: CommandPayload<Name>,
  moment: Moment,
): readonly DomainEvent[] {
  decider.mustExist(state, name);
  const events = decider.decide(state, name, command, moment);
  for (const event of events) validate(event.type, definitionOf(event.type), event.data);
  for (const event of events) decider.check(state, event);
  return events;
}
