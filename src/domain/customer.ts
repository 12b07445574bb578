import * as agreements from './agreements.js';
import { type Decider, type DecideTable, type EventTable, rowOf } from './decider.js';
import * as interactions from './interactions.js';
import * as orders from './orders.js';
import * as people from './people.js';
import * as profile from './profile.js';
import * as promises from './promises.js';
import * as referrals from './referrals.js';
import { Unknown } from './refused.js';
import * as scheme from './scheme.js';
import * as team from './team.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';
import * as visits from './visits.js';
import * as wallet from './wallet.js';

/** What the rules know of one customer: a slice for each topic, owned by it. */
export interface Customer {
  readonly profile: profile.Profile;
  readonly people: people.People;
  readonly team: team.Team;
  readonly visits: visits.Visits;
  readonly interactions: interactions.Interactions;
  readonly promises: promises.Promises;
  readonly orders: orders.Orders;
  readonly agreements: agreements.Agreements;
  readonly referrals: referrals.Referrals;
  readonly scheme: scheme.Scheme;
}

type Events = typeof profile.events &
  typeof people.events &
  typeof team.events &
  typeof visits.events &
  typeof interactions.events &
  typeof promises.events &
  typeof wallet.events &
  typeof orders.events &
  typeof agreements.events &
  typeof referrals.events &
  typeof scheme.events;

type CustomerCommands = profile.Commands &
  people.Commands &
  team.Commands &
  visits.Commands &
  interactions.Commands &
  promises.Commands &
  orders.Commands &
  agreements.Commands &
  referrals.Commands &
  scheme.Commands;

/** A topic's table over its own slice as one over the customer. */
function within<Key extends keyof Customer, Table extends Record<string, (slice: Customer[Key], event: never) => void>>(
  key: Key,
  table: Table,
) {
  const rows = Object.entries(table).map(([type, evolve]) => [
    type,
    (customer: Customer, event: never) => evolve(customer[key], event),
  ]);
  return Object.fromEntries(rows) as {
    [Type in keyof Table]: (customer: Customer, event: Parameters<Table[Type]>[1]) => void;
  };
}

const evolveBy: Evolve<Events, Customer> = {
  ...within('profile', profile.evolve),
  ...within('people', people.evolve),
  ...within('team', team.evolve),
  ...within('visits', visits.evolve),
  ...within('interactions', interactions.evolve),
  ...within('promises', promises.evolve),
  ...within('orders', orders.evolve),
  ...within('agreements', agreements.evolve),
  ...within('referrals', referrals.evolve),
  ...within('scheme', scheme.evolve),
  // Estimates stand beside each other: no rule asks for an earlier one.
  WalletEstimated: always,
};

const rules: Rules<Events, Customer> = {
  ...profile.rules,
  ...people.rules,
  ...team.rules,
  ...visits.rules,
  ...interactions.rules,
  ...promises.rules,
  ...wallet.rules,
  ...orders.rules,
  ...agreements.rules,
  ...referrals.rules,
  ...scheme.rules,
};

const decideBy: Decide<CustomerCommands, Customer, Events> = {
  ...profile.decide,
  ...people.decide,
  ...team.decide,
  ...visits.decide,
  ...interactions.decide,
  ...promises.decide,
  ...orders.decide,
  ...agreements.decide,
  ...referrals.decide,
  ...scheme.decide,
};

/** What we only do with customers we do business with. */
const business: ReadonlySet<string> = new Set<keyof Events>([
  'VisitLogged',
  'VisitPlanned',
  'InteractionLogged',
  'PromiseMade',
  'WalletEstimated',
  'OrderPlaced',
  'DiscountAgreed',
  'PaymentTermsAgreed',
  'ReferralReceived',
  'ContactSchemeDrawnUp',
  'ContactSchemeAdjusted',
]);

function mustBeRegistered(customer: Customer): void {
  if (!customer.profile.registered) throw new Unknown(`There is no customer ${customer.profile.id}.`);
}

export const customer: Decider<Customer> = {
  initial: (id) => ({
    profile: profile.initial(id),
    people: people.initial(),
    team: team.initial(),
    visits: visits.initial(),
    interactions: interactions.initial(),
    promises: promises.initial(),
    orders: orders.initial(),
    agreements: agreements.initial(),
    referrals: referrals.initial(),
    scheme: scheme.initial(),
  }),
  evolve(state, event) {
    rowOf(evolveBy as unknown as EventTable<Customer>, event.type, 'a customer')(state, event);
  },
  check(state, event) {
    if (event.type !== 'CustomerRegistered') mustBeRegistered(state);
    rowOf(rules as unknown as EventTable<Customer>, event.type, 'a customer')(state, event);
  },
  checkMoved(state, event) {
    if (business.has(event.type)) profile.mustBeActive(state.profile, event.occurredAt);
  },
  mustExist(state, command) {
    if (command !== 'RegisterCustomer') mustBeRegistered(state);
  },
  decide(state, name, command, moment) {
    return rowOf(decideBy as unknown as DecideTable<Customer>, name, 'a customer')(state, command, moment);
  },
};
