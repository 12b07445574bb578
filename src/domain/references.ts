import { z } from 'zod';
import type { Told } from './command.js';
import { event, sealable } from './event.js';
import { duringDay } from './moment.js';
import { Refused } from './refused.js';
import { label, localDate, longText, uuid } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

/** What a customer may be used for as a reference; a company may name others. `showcase`: a showcase customer. */
export const knownUses = ['name', 'logo', 'quote', 'call', 'visit', 'case study', 'showcase'] as const;

export const sentiment = z.enum(['recommends', 'neutral', 'runsDown']);
export type Sentiment = z.infer<typeof sentiment>;

/** What the customer is worth to us among others, beside the prospects that it brings in itself. */
export const events = {
  /** Says something of the uses it names and nothing of others; withdrawn without uses it is withdrawn for all. */
  ReferenceConsentChanged: event(z.strictObject({ granted: z.boolean(), uses: z.array(label).max(50) })),
  /** Recorded with the customer who was the reference. */
  ReferenceGiven: event(
    z.strictObject({
      to: z.strictObject({ name: label, customerId: uuid.optional() }),
      /** One of those that consent is asked for. */
      use: label.optional(),
      outcome: sealable(longText).optional(),
    }),
  ),
  /** What the customer says about us where others can read it. */
  ReviewSeen: event(
    z.strictObject({
      where: label,
      sentiment,
      seenOn: localDate,
      url: sealable(z.string().min(1).max(2_000)).optional(),
    }),
  ),
};

export interface ChangeReferenceConsent extends Told {
  readonly granted: boolean;
  /** All of them when left out, which only a withdrawal may. */
  readonly uses?: readonly string[];
}

export interface GiveReference extends Told {
  readonly to: { readonly name: string; readonly customerId?: string };
  readonly use?: string;
  readonly outcome?: string;
}

export interface SeeReview extends Told {
  readonly where: string;
  readonly sentiment: Sentiment;
  /** That of `occurredAt` when left out. */
  readonly seenOn?: string;
  readonly url?: string;
}

export interface Commands {
  ChangeReferenceConsent: ChangeReferenceConsent;
  GiveReference: GiveReference;
  SeeReview: SeeReview;
}

interface State {
  readonly profile: { readonly id: string };
}

export const rules: Rules<typeof events, State> = {
  ReferenceConsentChanged(_, { data }) {
    if (data.granted && data.uses.length === 0) {
      throw new Refused('uses-needed', 'Consent is to named uses.', 'uses');
    }
  },
  // Also without consent: it has happened, and a view tells.
  ReferenceGiven({ profile }, { data }) {
    if (data.to.customerId === profile.id) {
      throw new Refused('reference-to-itself', 'A customer is no reference to itself.', 'to.customerId');
    }
  },
  ReviewSeen: always,
};

export const evolve: Evolve<typeof events, unknown> = {
  ReferenceConsentChanged: always,
  ReferenceGiven: always,
  ReviewSeen: always,
};

export const decide: Decide<Commands, State, typeof events> = {
  ChangeReferenceConsent(_, { granted, uses = [] }, { occurredAt }) {
    return [{ type: 'ReferenceConsentChanged', occurredAt, data: { granted, uses: [...new Set(uses)] } }];
  },
  GiveReference(_, { to, use, outcome }, { occurredAt }) {
    const data = { to: { name: to.name, customerId: to.customerId }, use, outcome };
    return [{ type: 'ReferenceGiven', occurredAt, data }];
  },
  SeeReview(_, command, moment) {
    const { where, sentiment, seenOn, url } = command;
    const occurredAt = seenOn === undefined ? moment.occurredAt : duringDay(seenOn, 'seenOn', command, moment);
    const data = { where, sentiment, seenOn: seenOn ?? moment.localDay(occurredAt), url };
    return [{ type: 'ReviewSeen', occurredAt, data }];
  },
};
