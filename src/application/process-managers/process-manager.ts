import type { EventType } from '../../domain/catalogue.js';
import type { CommandName, CommandPayload } from '../../domain/commands.js';
import type { Customer } from '../../domain/customer.js';
import type { DomainEvent } from '../../domain/event.js';

/** An event that may call for something, with its data in today's shape. A correction comes as what it puts in the place. */
export interface Trigger extends DomainEvent {
  readonly id: string;
  /** That of a customer. */
  readonly stream: string;
}

/** What a process manager wants recorded. Its id follows from the trigger. */
export interface Reaction<Name extends CommandName = CommandName> {
  /** Where it is recorded. It must follow from the trigger alone, as that stream is what knows of repeats. */
  readonly stream: string;
  readonly name: Name;
  /** Likewise. What depends on how things stand is for the command's decider to fill in. */
  readonly payload: CommandPayload<Name>;
}

/**
 * Something that the system does by itself when something happens. Every node runs all of them: they act once all the
 * same, because what they ask for has an id and a content that follow from the log and nothing else.
 *
 * It looks at the customer right before and right after the event, as the log has it, whenever it comes to handle it.
 */
export interface ProcessManager<Seen = unknown> {
  /** For ever: the ids of what it asks for are made of it. */
  readonly name: string;
  /** Events in the streams of customers that may call for something. */
  readonly on: readonly EventType[];
  /** How many days after it happened an event may have been recorded to matter still. What is older is history. */
  readonly withinDays: number;
  look(customer: Customer, trigger: Trigger): Seen;
  react(trigger: Trigger, before: Seen, after: Seen): readonly Reaction[];
}
