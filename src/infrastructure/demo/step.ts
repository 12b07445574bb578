import type { CommandEnvelope } from '../../application/record.js';
import type { CommandName } from '../../domain/commands.js';

export type StoryCommand<Name extends CommandName = CommandName> = Required<CommandEnvelope<Name>>;

/** What is told to the system at one moment about one stream. */
export interface Step {
  /** When it is recorded, milliseconds since 1970. */
  readonly at: number;
  readonly stream: string;
  /** Who tells the system. */
  readonly actor: string;
  readonly commands: readonly StoryCommand[];
}
