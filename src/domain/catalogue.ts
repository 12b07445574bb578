import * as agreements from './agreements.js';
import * as company from './company.js';
import * as contracts from './contracts.js';
import * as corrections from './corrections.js';
import * as costs from './costs.js';
import type { EventDefinition, EventDefinitions } from './event.js';
import * as externalIds from './external-ids.js';
import * as interactions from './interactions.js';
import * as offers from './offers.js';
import * as orders from './orders.js';
import * as people from './people.js';
import * as policies from './policies.js';
import * as profile from './profile.js';
import * as promises from './promises.js';
import * as references from './references.js';
import * as referrals from './referrals.js';
import * as reps from './reps.js';
import * as satisfaction from './satisfaction.js';
import * as scheme from './scheme.js';
import * as scores from './scores.js';
import * as segmentation from './segmentation.js';
import * as suppliers from './suppliers.js';
import * as team from './team.js';
import * as visits from './visits.js';
import * as wallet from './wallet.js';

/** Every event the log may hold. Names are for ever. */
export const catalogue = {
  ...profile.events,
  ...people.events,
  ...team.events,
  ...reps.events,
  ...visits.events,
  ...interactions.events,
  ...promises.events,
  ...wallet.events,
  ...orders.events,
  ...agreements.events,
  ...contracts.events,
  ...offers.events,
  ...referrals.events,
  ...references.events,
  ...scores.events,
  ...costs.events,
  ...satisfaction.events,
  ...scheme.events,
  ...policies.events,
  ...suppliers.events,
  ...segmentation.events,
  ...corrections.events,
  ...externalIds.events,
  ...externalIds.lapses,
  ...company.events,
} satisfies EventDefinitions;

export type EventType = keyof typeof catalogue;

const byType: ReadonlyMap<string, EventDefinition> = new Map(Object.entries(catalogue));

export function definitionOf(type: string): EventDefinition | undefined {
  return byType.get(type);
}
