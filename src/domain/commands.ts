import type * as agreements from './agreements.js';
import type * as corrections from './corrections.js';
import type * as interactions from './interactions.js';
import type * as orders from './orders.js';
import type * as people from './people.js';
import type * as policies from './policies.js';
import type * as profile from './profile.js';
import type * as promises from './promises.js';
import type * as referrals from './referrals.js';
import type * as reps from './reps.js';
import type * as scheme from './scheme.js';
import type * as team from './team.js';
import type * as visits from './visits.js';

/** Everything the system can be told, by name. */
export interface Commands
  extends profile.Commands,
    people.Commands,
    team.Commands,
    reps.Commands,
    visits.Commands,
    interactions.Commands,
    promises.Commands,
    orders.Commands,
    agreements.Commands,
    referrals.Commands,
    scheme.Commands,
    policies.Commands,
    corrections.Commands {}

export type CommandName = keyof Commands;
export type CommandPayload<Name extends CommandName = CommandName> = Commands[Name];
