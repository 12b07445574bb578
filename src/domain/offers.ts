import { z } from 'zod';
import type { Told } from './command.js';
import { event, sealable } from './event.js';
import type { Orders } from './orders.js';
import { mustBeActive, type Profile } from './profile.js';
import { Refused } from './refused.js';
import { currency, label, localDate, longText, minorUnits, uuid } from './shapes.js';
import type { Decide, Evolve, Rules } from './topic.js';

/** `cross`: something beside what is bought; `up`: something better in its place; `deep`: more of the same. */
export const offerKind = z.enum(['cross', 'up', 'deep']);
export type OfferKind = z.infer<typeof offerKind>;

export const events = {
  OfferMade: event(
    z.strictObject({
      offerId: uuid,
      kind: offerKind,
      product: label,
      productGroup: label.optional(),
      sku: label.optional(),
      /** Minor units. */
      value: minorUnits.min(0).optional(),
      /** Beside a value. */
      currency: currency.optional(),
      /** What it rests on. */
      basis: label.optional(),
      /** First day on which it no longer stands. */
      validTo: localDate.optional(),
    }),
    { identity: 'offerId' },
  ),
  /** Once for each offer; also after it has lapsed. */
  OfferAnswered: event(
    z.strictObject({
      offerId: uuid,
      accepted: z.boolean(),
      reason: sealable(longText).optional(),
      /** What came of an accepted one. */
      orderId: uuid.optional(),
    }),
    { identity: 'offerId' },
  ),
};

export interface MakeOffer extends Told {
  readonly kind: OfferKind;
  readonly product: string;
  readonly productGroup?: string;
  readonly sku?: string;
  /** Minor units. */
  readonly value?: number;
  /** The reporting currency when left out. */
  readonly currency?: string;
  readonly basis?: string;
  /** First day on which it no longer stands. */
  readonly validTo?: string;
}

export interface AnswerOffer extends Told {
  readonly offerId: string;
  readonly accepted: boolean;
  readonly reason?: string;
  readonly orderId?: string;
}

export interface Commands {
  MakeOffer: MakeOffer;
  AnswerOffer: AnswerOffer;
}

/** Whether each offer was answered, by its id. */
export type Offers = Map<string, boolean>;

interface State {
  readonly profile: Profile;
  readonly orders: Orders;
  readonly offers: Offers;
}

export function initial(): Offers {
  return new Map();
}

export const rules: Rules<typeof events, State> = {
  OfferMade({ profile, offers }, { data, occurredAt }) {
    mustBeActive(profile, occurredAt);
    if (offers.has(data.offerId)) {
      throw new Refused('offer-already-made', `Offer ${data.offerId} is there already.`, 'id');
    }
    if ((data.value === undefined) !== (data.currency === undefined)) {
      throw new Refused('value-and-currency', 'A value has a currency, and a currency a value.', 'currency');
    }
  },
  OfferAnswered({ orders, offers }, { data }) {
    const answered = offers.get(data.offerId);
    if (answered === undefined) {
      throw new Refused('unknown-offer', `The customer has no offer ${data.offerId}.`, 'offerId');
    }
    if (answered) throw new Refused('offer-already-answered', `Offer ${data.offerId} was answered already.`, 'offerId');
    if (data.orderId === undefined) return;
    if (!data.accepted) {
      throw new Refused('order-without-acceptance', 'No order comes of an offer that is declined.', 'orderId');
    }
    if (!orders.has(data.orderId)) {
      throw new Refused('unknown-order', `The customer has no order ${data.orderId}.`, 'orderId');
    }
  },
};

export const evolve: Evolve<typeof events, Offers> = {
  OfferMade(offers, { data }) {
    offers.set(data.offerId, false);
  },
  OfferAnswered(offers, { data }) {
    offers.set(data.offerId, true);
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  MakeOffer(_, command, { id, occurredAt, currency: reporting, localDay }) {
    const { kind, product, productGroup, sku, value, basis, validTo } = command;
    if (validTo !== undefined && validTo <= localDay(occurredAt)) {
      throw new Refused('ends-before-it-begins', `It would lapse on ${validTo}, before it is made.`, 'validTo');
    }
    return [
      {
        type: 'OfferMade',
        occurredAt,
        data: {
          offerId: id,
          kind,
          product,
          productGroup,
          sku,
          value,
          currency: command.currency ?? (value === undefined ? undefined : reporting),
          basis,
          validTo,
        },
      },
    ];
  },
  AnswerOffer(_, { offerId, accepted, reason, orderId }, { occurredAt }) {
    return [{ type: 'OfferAnswered', occurredAt, data: { offerId, accepted, reason, orderId } }];
  },
};
