import { Controller, Get, Query } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import {
  type LookAlike,
  type LookAlikes,
  type LookAlikesAmong,
  type LookAlikesOfOneParams,
  type LookAlikesOfParams,
  likenessDefinition,
  likenessFeatures,
  lookAlikes,
  lookAlikesAmong,
  lookAlikesOfOne,
} from '../../application/questions/look-alikes.js';
import {
  type OfferFiguresParams,
  type OfferGrouping,
  type OfferState,
  type OffersParams,
  offerFigures,
  offerGroupings,
  offerStates,
  offers,
  offersDefinition,
} from '../../application/questions/offers.js';
import {
  type PotentialOfAllParams,
  type PotentialOfOneParams,
  potentialDefinition,
  potentialOfAll,
  potentialOfOne,
  potentialSorts,
} from '../../application/questions/potential.js';
import {
  type SuggestionLevel,
  type SuggestionsParams,
  suggestionLevels,
  suggestions,
  suggestionsDefinition,
} from '../../application/questions/suggestions.js';
import type { OfferKind } from '../../domain/offers.js';
import type { Segment } from '../../domain/shapes.js';
import { AnswersTable, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, type Table, tableLike, tableOf } from './csv-answer.js';
import { Id, OneOf, QueryWhole, RepId } from './fields.js';
import { UuidParam } from './params.js';
import { ExplainFields, PeriodFields, WhichFields } from './query-fields.js';
import { offerKinds, segments } from './words.js';

class PotentialOfOneQuery
  extends IntersectionType(PageQuery, ExplainFields)
  implements Omit<PotentialOfOneParams, 'customerId'> {}

class PotentialQuery extends IntersectionType(PageQuery, WhichFields) implements PotentialOfAllParams {
  @OneOf(potentialSorts, { optional: true, description: '`-potential` when absent', example: '-potential' })
  sort?: string;
}

class OfferFields {
  @OneOf(offerKinds, {
    optional: true,
    description: 'Something beside what is bought, something better in its place, or more of the same',
  })
  kind?: OfferKind;
  @Id({ optional: true, description: 'Only offers to this customer' })
  customer?: string;
  @RepId({ optional: true, description: 'Only offers to customers of this one of us, as of the date' })
  accountManager?: string;
}

class OffersQuery extends IntersectionType(PageQuery, OfferFields) implements OffersParams {
  @OneOf(offerStates, { optional: true, description: 'As of the date' })
  state?: OfferState;
}

class OfferFiguresQuery extends IntersectionType(WhenQuery, PeriodFields, OfferFields) implements OfferFiguresParams {
  @OneOf(offerGroupings, { optional: true, description: 'Figures per group beside the total' })
  by?: OfferGrouping;
}

class SuggestionsQuery extends PageQuery implements Omit<SuggestionsParams, 'customerId'> {
  @OneOf(suggestionLevels, { optional: true, description: '`productGroup` when absent' })
  level?: SuggestionLevel;
  @QueryWhole({
    optional: true,
    min: 1,
    max: 1_000_000,
    description: 'Customers that have to have bought anything before similar ones are asked; 30 when absent',
    example: 30,
  })
  minimumBuyers?: number;
  @QueryWhole({
    optional: true,
    min: 1,
    max: 1_000_000,
    description: 'Customers that have to buy both before a rule is one; 5 when absent',
    example: 5,
  })
  minimumTogether?: number;
}

class LookAlikesOfOneQuery extends PageQuery implements Omit<LookAlikesOfOneParams, 'customerId'> {
  @OneOf(lookAlikesAmong, { optional: true, description: 'Where to look for them; `all` when absent' })
  among?: LookAlikesAmong;
  @QueryWhole({
    optional: true,
    min: 1,
    max: likenessFeatures.length,
    description: 'Features that have to be known of both; 3 when absent',
    example: 3,
  })
  minimumFeatures?: number;
}

class LookAlikesQuery extends LookAlikesOfOneQuery implements LookAlikesOfParams {
  @OneOf(segments, { optional: true, description: 'The best ones: those in this segment; `A` when absent' })
  of?: Segment;
}

const customerId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';
const label = { customerId, name: 'Drukkerij De Gans', country: 'NL', segment: 'A', accountManager: 'anna' } as const;
const potential = {
  categories: 2,
  untold: 0,
  spend: 2_500_000,
  ownRevenue: 800_000,
  shareOfWallet: 0.32,
  potential: 1_700_000,
};
const category = {
  category: 'textiles',
  estimatedOn: '2026-02-01',
  basis: 'told by the buyer',
  competitors: ['Gifts & Co'],
  annualSpend: 1_500_000,
  currency: 'EUR',
  toldShare: 0.3,
  toldPotential: null,
  spend: 1_500_000,
  ownRevenue: 300_000,
  ownRevenueFrom: 'orders',
  shareOfWallet: 0.2,
  potential: 1_200_000,
};
const listed = { ...label, ...category };
const offer = {
  offerId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a9e',
  customerId,
  name: label.name,
  accountManager: 'anna',
  kind: 'cross',
  product: 'Pens with their name',
  productGroup: 'pens',
  sku: null,
  basis: 'similar customers buy both',
  value: 45_000,
  currency: 'EUR',
  madeOn: '2026-02-10',
  validTo: '2026-04-01',
  state: 'open',
  answeredOn: null,
  reason: null,
  orderId: null,
};
const answered = {
  made: 40,
  open: 12,
  answered: 24,
  accepted: 9,
  declined: 15,
  expired: 4,
  acceptanceRate: 0.375,
  value: 1_800_000,
  valueOpen: 540_000,
  valueAccepted: 405_000,
  withoutValue: 3,
};
const suggestion = {
  item: 'umbrellas',
  worth: 84_000,
  similarBuy: {
    because: 'textiles',
    together: 61,
    similar: 145,
    support: 0.1525,
    confidence: 0.42069,
    lift: 1.68276,
    yearly: 199_672,
  },
  stopped: {
    firstBoughtOn: '2024-02-01',
    lastBoughtOn: '2025-09-15',
    purchases: 6,
    medianGap: 61,
    longestGap: 120,
    daysSince: 168,
    yearly: 84_000,
  },
  offered: { offerId: offer.offerId, kind: 'cross', state: 'declined', madeOn: '2026-01-12' },
};
const alike = {
  customerId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a91',
  name: 'Bakkerij Zon',
  segment: 'prospect',
  accountManager: null,
  likeness: 0.816327,
  reasons: [
    { feature: 'country', likeness: 1, value: 'NL' },
    { feature: 'industry', likeness: 0.45, value: 'printing' },
  ],
  unknown: ['productMix', 'orderRhythm', 'orderSize'],
};
const likeness = {
  definition: likenessDefinition,
  typical: {
    customers: 4,
    industry: { value: 'printing', share: 0.5 },
    country: { value: 'NL', share: 1 },
    region: { value: 'NL 35', share: 0.25 },
    orders: 48,
    averageOrder: 62_500,
    referredShare: 0.25,
    productMix: [{ productGroup: 'textiles', share: 0.61 }],
  },
  compared: 396,
  items: [alike],
};

/** A column for each feature: how alike it is, empty where that is not known. */
function likenessTable({ items }: LookAlikes): Table {
  const rows = items.map(({ reasons, ...item }: LookAlike) => ({
    ...item,
    ...Object.fromEntries(reasons.map((reason) => [reason.feature, reason.likeness])),
  }));
  return tableOf(rows as Record<string, unknown>[], [
    'customerId',
    'name',
    'segment',
    'accountManager',
    'likeness',
    ...likenessFeatures,
  ]);
}

@Controller()
export class ValueToWinController {
  constructor(private readonly asker: Asker) {}

  @Get('customers/:id/potential')
  @AnswersTable(
    'Share of wallet (klantaandeel) and potential of a customer, by category',
    { customerId, currency: 'EUR', definition: potentialDefinition, potential, categories: [category] },
    potentialDefinition,
  )
  async potentialOfOne(@UuidParam() id: string, @Query() query: PotentialOfOneQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(potentialOfOne, { customerId: id, ...paramsOf(query) }, query);
    return orCsv(answer, 'potential', ({ categories }) => tableLike(categories, category), caller);
  }

  @Get('potential')
  @AnswersTable(
    'Share of wallet (klantaandeel) and potential of all customers with an estimate, by category',
    { currency: 'EUR', definition: potentialDefinition, total: { customers: 1, ...potential }, items: [listed] },
    potentialDefinition,
  )
  async potential(@Query() query: PotentialQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(potentialOfAll, paramsOf(query), query);
    return orCsv(answer, 'potential', ({ items }) => tableLike(items, listed), caller);
  }

  @Get('offers')
  @AnswersTable('Offers that were made (aanbiedingen), with what became of them, the latest first', { items: [offer] })
  async offers(@Query() query: OffersQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(offers, paramsOf(query), query);
    return orCsv(answer, 'offers', ({ items }) => tableLike(items, offer), caller);
  }

  @Get('offers/figures')
  @AnswersTable(
    'What became of the offers made over a period: acceptance and value, together and by group',
    { currency: 'EUR', definition: offersDefinition, total: answered, groups: [{ group: 'cross', ...answered }] },
    offersDefinition,
  )
  async offerFigures(@Query() query: OfferFiguresQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(offerFigures, paramsOf(query), query);
    const table = ({ total, groups }: typeof answer.data) =>
      groups ? tableLike(groups, { group: 'cross', ...answered }) : tableLike([total], answered);
    return orCsv(answer, 'offer-figures', table, caller);
  }

  @Get('customers/:id/suggestions')
  @AnswersTable(
    'What to offer a customer (verkoopkansen): what similar ones buy, and what it stopped buying',
    {
      customerId,
      currency: 'EUR',
      definition: suggestionsDefinition,
      level: 'productGroup',
      buyers: 400,
      why: null,
      items: [suggestion],
    },
    suggestionsDefinition,
  )
  async suggestions(@UuidParam() id: string, @Query() query: SuggestionsQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(suggestions, { customerId: id, ...paramsOf(query) }, query);
    return orCsv(answer, 'suggestions', ({ items }) => tableLike(items, suggestion), caller);
  }

  @Get('customers/:id/look-alikes')
  @AnswersTable(
    'Customers and prospects most like one, with what makes them so',
    { customerId, ...likeness },
    likenessDefinition,
  )
  async lookAlikesOfOne(@UuidParam() id: string, @Query() query: LookAlikesOfOneQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(lookAlikesOfOne, { customerId: id, ...paramsOf(query) }, query);
    return orCsv(answer, 'look-alikes', likenessTable, caller);
  }

  @Get('look-alikes')
  @AnswersTable(
    'Customers and prospects most like the best ones, with what makes them so',
    { of: 'A', ...likeness },
    likenessDefinition,
  )
  async lookAlikes(@Query() query: LookAlikesQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(lookAlikes, paramsOf(query), query);
    return orCsv(answer, 'look-alikes', likenessTable, caller);
  }
}
