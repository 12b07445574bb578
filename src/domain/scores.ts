import { z } from 'zod';
import type { Decimal, Told } from './command.js';
import { decimalText, optionalDecimal } from './decimal.js';
import { event, sealable } from './event.js';
import { Refused } from './refused.js';
import { currency, label, longText, price, quantity, repId } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

/** Value elements that everybody means the same by; a company may name others. */
export const knownElements = [
  'relationship quality',
  'product knowledge',
  'learning value',
  'reference name',
  'strategic value',
] as const;

/** From 1 to 10, with one decimal. */
export const mark = z.string().regex(/^([1-9](\.\d)?|10(\.0)?)$/);

/** How somebody of us judges the relationship; a later judgement of the same takes the place of the earlier one. */
export const events = {
  CustomerScored: event(
    z.strictObject({
      element: label,
      score: mark,
      basis: sealable(longText).optional(),
      scoredBy: repId.optional(),
    }),
  ),
  /** What a competitor charges this customer, by article, or how dear it is in all or for a product group. */
  CompetitorPriceNoted: event(
    z.strictObject({
      competitor: label,
      sku: label.optional(),
      productGroup: label.optional(),
      /** Per unit of the article, up to 6 places. */
      price: price.optional(),
      /** What we charge for the same. */
      ourPrice: price.optional(),
      /** Of both prices. */
      currency: currency.optional(),
      /** The competitor's price level in per cent of ours: 95 is 5% cheaper than we are. */
      index: quantity.optional(),
      basis: label.optional(),
    }),
  ),
};

export interface ScoreCustomer extends Told {
  readonly element: string;
  /** From 1 to 10, with one decimal. */
  readonly score: Decimal;
  readonly basis?: string;
  readonly scoredBy?: string;
}

export interface NoteCompetitorPrice extends Told {
  readonly competitor: string;
  readonly sku?: string;
  readonly productGroup?: string;
  /** Per unit of the article. */
  readonly price?: Decimal;
  readonly ourPrice?: Decimal;
  /** The reporting currency when left out. */
  readonly currency?: string;
  /** Per cent of our price level. */
  readonly index?: Decimal;
  readonly basis?: string;
}

export interface Commands {
  ScoreCustomer: ScoreCustomer;
  NoteCompetitorPrice: NoteCompetitorPrice;
}

export const rules: Rules<typeof events, unknown> = {
  CustomerScored: always,
  CompetitorPriceNoted(_, { data }) {
    if ((data.price === undefined) === (data.index === undefined)) {
      throw new Refused('price-or-index', 'Say either a price or an index.', 'price');
    }
    if (data.sku !== undefined && data.productGroup !== undefined) {
      throw new Refused('article-or-group', 'Say either an article or a product group.', 'productGroup');
    }
    if (data.price === undefined) {
      if (data.ourPrice !== undefined) throw new Refused('price-or-index', 'An index compares by itself.', 'ourPrice');
      if (data.currency !== undefined) throw new Refused('price-or-index', 'An index has no currency.', 'currency');
      return;
    }
    if (data.sku === undefined) throw new Refused('article-needed', 'A price is that of an article.', 'sku');
    if (data.currency === undefined) throw new Refused('currency-needed', 'A price has a currency.', 'currency');
  },
};

export const evolve: Evolve<typeof events, unknown> = { CustomerScored: always, CompetitorPriceNoted: always };

export const decide: Decide<Commands, unknown, typeof events> = {
  ScoreCustomer(_, { element, score, basis, scoredBy }, { occurredAt }) {
    return [{ type: 'CustomerScored', occurredAt, data: { element, score: decimalText(score), basis, scoredBy } }];
  },
  NoteCompetitorPrice(_, command, { occurredAt, currency: reporting }) {
    const { competitor, sku, productGroup, basis } = command;
    return [
      {
        type: 'CompetitorPriceNoted',
        occurredAt,
        data: {
          competitor,
          sku,
          productGroup,
          price: optionalDecimal(command.price),
          ourPrice: optionalDecimal(command.ourPrice),
          currency: command.currency ?? (command.price === undefined ? undefined : reporting),
          index: optionalDecimal(command.index),
          basis,
        },
      },
    ];
  },
};
