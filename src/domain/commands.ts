import type * as agreements from './agreements.js';
import type * as contracts from './contracts.js';
import type * as corrections from './corrections.js';
import type * as costs from './costs.js';
import type * as interactions from './interactions.js';
import type * as offers from './offers.js';
import type * as orders from './orders.js';
import type * as people from './people.js';
import type * as policies from './policies.js';
import type * as profile from './profile.js';
import type * as promises from './promises.js';
import type * as references from './references.js';
import type * as referrals from './referrals.js';
import type * as reps from './reps.js';
import type * as satisfaction from './satisfaction.js';
import type * as scheme from './scheme.js';
import type * as scores from './scores.js';
import type * as segmentation from './segmentation.js';
import type * as suppliers from './suppliers.js';
import type * as team from './team.js';
import type * as visits from './visits.js';
import type * as wallet from './wallet.js';

/** Everything the system can be told, by name. */
export interface Commands
  extends profile.Commands,
    people.Commands,
    team.Commands,
    reps.Commands,
    visits.Commands,
    interactions.Commands,
    promises.Commands,
    wallet.Commands,
    orders.Commands,
    agreements.Commands,
    contracts.Commands,
    offers.Commands,
    referrals.Commands,
    references.Commands,
    scores.Commands,
    costs.Commands,
    satisfaction.Commands,
    scheme.Commands,
    policies.Commands,
    suppliers.Commands,
    segmentation.Commands,
    corrections.Commands {}

export type CommandName = keyof Commands;
export type CommandPayload<Name extends CommandName = CommandName> = Commands[Name];
