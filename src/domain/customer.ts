import * as agreements from './agreements.js';
import * as contracts from './contracts.js';
import * as costs from './costs.js';
import { type Decider, type DecideTable, type EventTable, rowOf } from './decider.js';
import type * as externalIds from './external-ids.js';
import * as interactions from './interactions.js';
import * as offers from './offers.js';
import * as orders from './orders.js';
import * as people from './people.js';
import * as profile from './profile.js';
import * as promises from './promises.js';
import * as references from './references.js';
import * as referrals from './referrals.js';
import { Unknown } from './refused.js';
import * as satisfaction from './satisfaction.js';
import * as scheme from './scheme.js';
import * as scores from './scores.js';
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
  readonly offers: offers.Offers;
  readonly referrals: referrals.Referrals;
  readonly satisfaction: satisfaction.Satisfaction;
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
  typeof contracts.events &
  typeof offers.events &
  typeof referrals.events &
  typeof references.events &
  typeof scores.events &
  typeof costs.events &
  typeof satisfaction.events &
  typeof scheme.events &
  typeof externalIds.lapses;

type CustomerCommands = profile.Commands &
  people.Commands &
  team.Commands &
  visits.Commands &
  interactions.Commands &
  promises.Commands &
  wallet.Commands &
  orders.Commands &
  agreements.Commands &
  contracts.Commands &
  offers.Commands &
  referrals.Commands &
  references.Commands &
  scores.Commands &
  costs.Commands &
  satisfaction.Commands &
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
  ...within('agreements', contracts.evolve),
  ...within('offers', offers.evolve),
  ...within('referrals', referrals.evolve),
  ...within('satisfaction', satisfaction.evolve),
  ...within('scheme', scheme.evolve),
  // These stand beside each other: no rule asks for an earlier one.
  WalletEstimated: always,
  ...references.evolve,
  ...scores.evolve,
  ...costs.evolve,
  // Of a claim, not of the customer.
  ExternalIdClaimLapsed: always,
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
  ...contracts.rules,
  ...offers.rules,
  ...referrals.rules,
  ...references.rules,
  ...scores.rules,
  ...costs.rules,
  ...satisfaction.rules,
  ...scheme.rules,
  ExternalIdClaimLapsed: always,
};

const decideBy: Decide<CustomerCommands, Customer, Events> = {
  ...profile.decide,
  ...people.decide,
  ...team.decide,
  ...visits.decide,
  ...interactions.decide,
  ...promises.decide,
  ...wallet.decide,
  ...orders.decide,
  ...agreements.decide,
  ...contracts.decide,
  ...offers.decide,
  ...referrals.decide,
  ...references.decide,
  ...scores.decide,
  ...costs.decide,
  ...satisfaction.decide,
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
  'ContractSigned',
  'OfferMade',
  'ReferralReceived',
  'ContactSchemeDrawnUp',
  'ContactSchemeAdjusted',
]);

/** What the stream of a customer may hold before there is one. */
const beforeRegistration: ReadonlySet<string> = new Set<keyof Events>(['CustomerRegistered', 'ExternalIdClaimLapsed']);

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
    offers: offers.initial(),
    referrals: referrals.initial(),
    satisfaction: satisfaction.initial(),
    scheme: scheme.initial(),
  }),
  evolve(state, event) {
    rowOf(evolveBy as unknown as EventTable<Customer>, event.type, 'a customer')(state, event);
  },
  check(state, event) {
    if (!beforeRegistration.has(event.type)) mustBeRegistered(state);
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
