import { Controller, Get, Query } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import { customerValueDefinition, worthOfOne } from '../../application/questions/customer-value.js';
import { expectedDefinition } from '../../application/questions/expected-value.js';
import { referralDefinition } from '../../application/questions/referral-value.js';
import {
  type ValueGrouping,
  type ValueOfAllParams,
  type ValueOfOneParams,
  valueByGroup,
  valueGroupings,
  valueOfAll,
  valueSorts,
} from '../../application/questions/value.js';
import {
  type Step,
  steps,
  type ValueHistoryParams,
  valueHistoryOfAll,
  valueHistoryOfOne,
} from '../../application/questions/value-history.js';
import {
  type ValueWhatIfParams,
  valueWhatIf,
  valueWhatIfDefinition,
} from '../../application/questions/value-what-if.js';
import { NPV_CONVENTION } from '../../domain/lifetime/npv.js';
import { AnswersTable, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, type Table, tableLike } from './csv-answer.js';
import { OneOf, QueryWhole } from './fields.js';
import { UuidParam } from './params.js';
import { ExplainFields, meaningless, PeriodFields, WhichFields } from './query-fields.js';

class ValueOfOneQuery
  extends IntersectionType(PageQuery, PeriodFields, ExplainFields)
  implements Omit<ValueOfOneParams, 'customerId'> {}

class ValueQuery extends IntersectionType(PageQuery, PeriodFields, WhichFields) implements ValueOfAllParams {
  @OneOf(valueSorts, { optional: true, description: '`-revenue` when absent', example: '-revenue' })
  sort?: string;
  @OneOf(valueGroupings, { optional: true, description: 'Answers a figure per group instead of per customer' })
  by?: ValueGrouping;
}

class ValueWhatIfQuery extends IntersectionType(WhenQuery, WhichFields) implements ValueWhatIfParams {
  @QueryWhole({
    min: -1_000_000_000,
    max: 1_000_000_000,
    description: 'Extra net revenue a month of each customer, in minor units',
    example: 1_000,
  })
  moreAMonth: number;
}

class ValueHistoryQuery extends IntersectionType(WhenQuery, PeriodFields) implements ValueHistoryParams {
  @OneOf(steps, { optional: true, description: '`month` when absent', example: 'month' })
  step?: Step;
}

const figures = {
  revenue: 1_250_000,
  orderedNet: 1_300_000,
  returnsNet: 50_000,
  orders: 12,
  ordersWithValue: 12,
  returns: 1,
  averageOrder: 108_333,
  listValue: 1_400_000,
  discountGiven: 100_000,
  cost: 800_000,
  margin: 450_000,
  marginKnownShare: 1,
  firstOrder: '2023-02-14T10:12:00.000Z',
  lastOrder: '2026-02-20T08:40:00.000Z',
  lastOrderWithValue: '2026-02-20T08:40:00.000Z',
};
const customerId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';
const expected = {
  model: 'npv',
  horizonYears: 5,
  discountRate: 0.1,
  convention: NPV_CONVENTION,
  value: 453_000,
  why: null,
  contributionAYear: 150_000,
  contributionShare: 0.3296,
  marginKnownShare: 1,
  retentionRate: 0.85,
  retentionBasis: 'segment',
  retentionOf: 60,
  expectedOrders: null,
  probabilityAlive: null,
  expectedAverageOrder: null,
};
const referred = {
  referrals: 3,
  converted: 2,
  contribution: 120_000,
  savedAcquisitionCost: 15_000,
  cost: 5_000,
  value: 130_000,
};
const step = {
  from: '2026-01-01',
  to: '2026-02-01',
  period: { revenue: 90_000, orders: 1 },
  cumulative: { revenue: 1_250_000, orders: 12 },
  contribution: {
    period: { activityCosts: 5_000, directCosts: 0, contribution: 31_000 },
    cumulative: { activityCosts: 130_000, directCosts: 20_000, contribution: 300_000 },
  },
  buyers: 1,
};

const worth = {
  customerId,
  currency: 'EUR',
  value: figures,
  customerValue: { period: { from: null, to: null }, realised: 412_000, expected, total: 865_000 },
  referralValue: referred,
  potential: {
    categories: 2,
    untold: 0,
    spend: 2_500_000,
    ownRevenue: 800_000,
    shareOfWallet: 0.32,
    potential: 1_700_000,
  },
};
const adds = {
  revenue: 1_250_000,
  orderedNet: 1_250_000,
  returnsNet: 0,
  orders: 1,
  ordersWithValue: 1,
  returns: 0,
  listValue: 1_400_000,
  discountGiven: 150_000,
  cost: 800_000,
  margin: 450_000,
};
const explained = {
  eventId: customerId,
  position: '4f9c2a7be1-1043',
  occurredAt: '2026-02-20T08:40:00.000Z',
  recordedAt: '2026-02-20T08:41:12.345Z',
  actor: 'local',
  kind: 'order',
  orderId: customerId,
  returnId: null,
  amount: 1_250_000,
  currency: 'EUR',
  adds,
};
const listed = {
  customerId,
  name: 'Drukkerij De Gans',
  country: 'NL',
  segment: 'A',
  accountManager: 'anna',
  ...figures,
};
const ofGroup = { group: 'A', customers: 4, value: figures };
const tried = {
  currency: 'EUR',
  window: { from: '2025-03-03', to: '2026-03-02' },
  customers: 16,
  netRevenue: 9_600_000,
  contribution: 2_500_000,
  grossMarginRate: 0.36,
  extraRevenue: 192_000,
  extraContribution: 69_120,
  contributionThen: 2_569_120,
};

@Controller()
export class ValueController {
  constructor(private readonly asker: Asker) {}

  @Get('customers/:id/value')
  @AnswersTable(
    'What a customer has been worth and will still bring (klantwaarde)',
    { ...worth, customerValue: { ...worth.customerValue, definition: customerValueDefinition } },
    `${customerValueDefinition}${expectedDefinition} ${referralDefinition}`,
  )
  async ofOne(@UuidParam() id: string, @Query() query: ValueOfOneQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(worthOfOne, { customerId: id, ...paramsOf(query) }, query);
    const table = ({ events, ...data }: typeof answer.data): Table =>
      events ? { ...tableLike(events.items, explained), nextCursor: events.nextCursor } : tableLike([data], worth);
    return orCsv(answer, 'value', table, caller);
  }

  @Get('customers/:id/value/history')
  @AnswersTable('How the value of a customer grew', { customerId, currency: 'EUR', step: 'month', steps: [step] })
  async historyOfOne(@UuidParam() id: string, @Query() query: ValueHistoryQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(valueHistoryOfOne, { customerId: id, ...paramsOf(query) }, query);
    return orCsv(answer, 'value-history', ({ steps: rows }) => tableLike(rows, step), caller);
  }

  @Get('value')
  @AnswersTable('What all customers have been worth, one by one or by group', {
    currency: 'EUR',
    customers: 400,
    total: figures,
    items: [listed],
    nextCursor: 'WyItcmV2ZW51ZSIsMTI1MDAwMF0',
  })
  async ofAll(@Query() query: ValueQuery, @AskedBy() caller: Caller) {
    const { by, sort, limit, cursor, ...filter } = paramsOf(query);
    if (by === undefined) {
      const answer = await this.asker.ask(valueOfAll, { sort, limit, cursor, ...filter }, query);
      return orCsv(answer, 'value', ({ items }) => tableLike(items, listed), caller);
    }
    meaningless({ sort, limit, cursor }, 'together with `by`');
    const answer = await this.asker.ask(valueByGroup, { by, ...filter }, query);
    return orCsv(answer, 'value', ({ groups }) => tableLike(groups, ofGroup), caller);
  }

  @Get('value/what-if')
  @AnswersTable(
    'What more revenue a month from some customers would mean in contribution',
    { ...tried, definition: valueWhatIfDefinition },
    valueWhatIfDefinition,
  )
  async whatIf(@Query() query: ValueWhatIfQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(valueWhatIf, paramsOf(query), query);
    return orCsv(answer, 'what-if', (data) => tableLike([data], tried), caller);
  }

  @Get('value/history')
  @AnswersTable('How the value of all customers together grew', { currency: 'EUR', step: 'month', steps: [step] })
  async historyOfAll(@Query() query: ValueHistoryQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(valueHistoryOfAll, paramsOf(query), query);
    return orCsv(answer, 'value-history', ({ steps: rows }) => tableLike(rows, step), caller);
  }
}
