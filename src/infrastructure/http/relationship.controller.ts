import { Controller, Get, Query } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import {
  type CompetitorGrouping,
  type CompetitorPricesParams,
  competitorDefinition,
  competitorGroupings,
  competitorPrices,
  competitorPricesBy,
} from '../../application/questions/competitor-prices.js';
import { type ReferencesParams, references, referencesOfOne } from '../../application/questions/references.js';
import {
  type RelationshipsParams,
  relationship,
  relationshipDefinition,
  relationshipSorts,
  relationships,
} from '../../application/questions/relationship.js';
import type { Sentiment } from '../../domain/references.js';
import { AnswersTable, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, tableLike, tableOf } from './csv-answer.js';
import { OneOf, QueryText, RepId } from './fields.js';
import { UuidParam } from './params.js';
import { meaningless, WhichFields } from './query-fields.js';
import { sentiments } from './words.js';

class RelationshipsQuery extends IntersectionType(PageQuery, WhichFields) implements RelationshipsParams {
  @OneOf(relationshipSorts, { optional: true, description: '`-score` when absent', example: '-score' })
  sort?: string;
}

class CompetitorPricesQuery extends PageQuery implements CompetitorPricesParams {
  @QueryText({ optional: true, description: 'Only those of this competitor', example: 'Gifts & Co' })
  competitor?: string;
  @QueryText({ optional: true, description: 'Only those of this article', example: 'NB-A5-BLUE' })
  sku?: string;
  @QueryText({ optional: true, description: 'Only those of this product group', example: 'notebooks' })
  productGroup?: string;
  @OneOf(competitorGroupings, { optional: true, description: 'Answers indices per group instead of one by one' })
  by?: CompetitorGrouping;
}

class ReferencesQuery extends PageQuery implements ReferencesParams {
  @QueryText({ optional: true, description: 'Only customers that consent to this use', example: 'showcase' })
  use?: string;
  @OneOf(sentiments, { optional: true, description: 'Only customers whose latest review says this' })
  sentiment?: Sentiment;
  @RepId({ optional: true, description: 'Only customers of this one of us' })
  accountManager?: string;
}

const customerId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';
const price = {
  competitor: 'Gifts & Co',
  sku: 'NB-A5-BLUE',
  productGroup: null,
  price: 4.7,
  ourPrice: 4.95,
  ourPriceFrom: 'noted',
  currency: 'EUR',
  index: 94.949,
  notedOn: '2026-02-11',
  basis: 'their quotation, seen in a visit',
} as const;
const comparison = { customerId, name: 'Drukkerij De Gans', ...price };
const comparisonFields = Object.keys(comparison) as (keyof typeof comparison)[];
const priceGroup = {
  group: 'Gifts & Co',
  comparisons: 14,
  customers: 9,
  index: 96.2,
  cheapest: 88.5,
  dearest: 104,
  notedLast: '2026-02-11',
};
const priceGroupFields = Object.keys(priceGroup) as (keyof typeof priceGroup)[];
const element = {
  element: 'relationship quality',
  weight: 3,
  score: 8,
  scoredOn: '2026-02-01',
  basis: 'We hear of new plans first',
  scoredBy: 'anna',
  eventId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a9f',
  position: '4f9c2a7be1-1043',
};
const given = {
  to: 'Bakkerij Zonneveld',
  toCustomerId: null,
  use: 'call',
  givenOn: '2026-01-20',
  consented: true,
  outcome: 'They asked for an offer',
};
const referencesOfExample = {
  consent: [{ use: 'showcase', granted: true, since: '2025-06-01' }],
  showcase: true,
  given: [given],
  reviews: [{ where: 'trade fair panel', sentiment: 'recommends', seenOn: '2026-02-02', url: null }],
};
const reference = {
  customerId,
  name: 'Drukkerij De Gans',
  country: 'NL',
  accountManager: 'anna',
  uses: ['call', 'showcase'],
  showcase: true,
  given: 3,
  givenWithoutConsent: 0,
  lastGivenOn: '2026-01-20',
  recommends: 2,
  neutral: 0,
  runsDown: 0,
  sentiment: 'recommends',
  lastSeenOn: '2026-02-02',
  lastSeenWhere: 'trade fair panel',
} as const;
const referenceFields = Object.keys(reference) as (keyof typeof reference)[];
const related = {
  customerId,
  name: 'Drukkerij De Gans',
  country: 'NL',
  segment: 'A',
  accountManager: 'anna',
  group: 'care',
  score: 7.25,
  weightKnown: 0.8,
  elements: [{ element: 'relationship quality', score: 8, scoredOn: '2026-02-01' }],
  undefinedElements: ['strategic value'],
  scoredOn: '2026-02-01',
  priceIndex: 96.2,
  sentiment: 'recommends',
  showcase: true,
} as const;
const relatedFields = (Object.keys(related) as (keyof typeof related)[]).filter((field) => field !== 'elements');
const asList = (texts: readonly string[]) => texts.join('; ');

@Controller()
export class RelationshipController {
  constructor(private readonly asker: Asker) {}

  @Get('customers/:id/relationship')
  @AnswersTable(
    'The relationship (relatie) with a customer: scores per value element, prices of competitors, references',
    {
      customerId,
      name: 'Drukkerij De Gans',
      definition: relationshipDefinition,
      group: 'care',
      score: 7.25,
      weightKnown: 0.8,
      elements: [element],
      undefinedElements: ['strategic value'],
      competitors: { index: 94.949, prices: [price] },
      references: referencesOfExample,
    },
    `${relationshipDefinition} Prices: ${competitorDefinition}`,
  )
  async relationship(@UuidParam() id: string, @Query() query: WhenQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(relationship, { customerId: id }, query);
    return orCsv(answer, 'relationship', ({ elements }) => tableLike(elements, element), caller);
  }

  @Get('relationship')
  @AnswersTable(
    'The relationship (relatie) with every customer, those with the best composite score first',
    {
      definition: relationshipDefinition,
      customers: 400,
      scored: 310,
      meanScore: 6.84,
      items: [related],
      nextCursor: 'WyItc2NvcmUiLDcuMjVd',
    },
    relationshipDefinition,
  )
  async relationships(@Query() query: RelationshipsQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(relationships, paramsOf(query), query);
    const table = ({ items }: typeof answer.data) =>
      tableOf(
        items.map((item) => ({ ...item, undefinedElements: asList(item.undefinedElements) })),
        relatedFields,
      );
    return orCsv(answer, 'relationship', table, caller);
  }

  @Get('competitor-prices')
  @AnswersTable(
    'What competitors (concurrenten) charge against what we do, one by one or by competitor, article or product group',
    { definition: competitorDefinition, items: [comparison] },
    competitorDefinition,
  )
  async competitorPrices(@Query() query: CompetitorPricesQuery, @AskedBy() caller: Caller) {
    const { by, limit, cursor, ...filter } = paramsOf(query);
    if (by === undefined) {
      const answer = await this.asker.ask(competitorPrices, { limit, cursor, ...filter }, query);
      const table = ({ items }: typeof answer.data) => tableOf(items, comparisonFields);
      return orCsv(answer, 'competitor-prices', table, caller);
    }
    meaningless({ limit, cursor }, 'together with `by`');
    const answer = await this.asker.ask(competitorPricesBy, { by, ...filter }, query);
    const table = ({ groups }: typeof answer.data) => tableOf(groups, priceGroupFields);
    return orCsv(answer, 'competitor-prices', table, caller);
  }

  @Get('customers/:id/references')
  @AnswersTable('What a customer may be shown for, whom it was a reference to, and what it says of us', {
    customerId,
    ...referencesOfExample,
  })
  async referencesOfOne(@UuidParam() id: string, @Query() query: WhenQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(referencesOfOne, { customerId: id }, query);
    return orCsv(answer, 'references', ({ given: each }) => tableLike(each, given), caller);
  }

  @Get('references')
  @AnswersTable(
    'References: showcase customers (vitrineklanten), who recommends us and who runs us down, by name',
    { items: [reference] },
    'Consent is that in force per use; `use=showcase` lists the showcase customers. `sentiment` is that of the latest review.',
  )
  async references(@Query() query: ReferencesQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(references, paramsOf(query), query);
    const table = ({ items }: typeof answer.data) =>
      tableOf(
        items.map((item) => ({ ...item, uses: asList(item.uses) })),
        referenceFields,
      );
    return orCsv(answer, 'references', table, caller);
  }
}
