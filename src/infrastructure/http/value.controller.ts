import { Controller, Get, Query } from '@nestjs/common';
import { customerValueDefinition, worthOfOne } from '../../application/questions/customer-value.js';
import { expectedDefinition } from '../../application/questions/expected-value.js';
import { standings } from '../../application/questions/pyramid.js';
import type { Standing } from '../../application/questions/ranking.js';
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
import { Answers, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { Day, OneOf, QueryFlag, QueryText, QueryWhole, RepId } from './fields.js';
import { UuidParam } from './params.js';
import { invalid } from './problem.js';

class ValueOfOneQuery extends PageQuery implements Omit<ValueOfOneParams, 'customerId'> {
  @Day({
    optional: true,
    description: 'First day of the period; from the first order when absent',
    example: '2026-01-01',
  })
  from?: string;
  @Day({ optional: true, description: 'Day after the last of the period', example: '2027-01-01' })
  to?: string;
  @QueryFlag({ optional: true, description: 'Lists the events behind the figures, in pages' })
  explain?: boolean;
}

class ValueQuery extends PageQuery implements ValueOfAllParams {
  @Day({ optional: true, description: 'First day of the period', example: '2026-01-01' })
  from?: string;
  @Day({ optional: true, description: 'Day after the last of the period', example: '2027-01-01' })
  to?: string;
  @OneOf(valueSorts, { optional: true, description: '`-revenue` when absent', example: '-revenue' })
  sort?: string;
  @OneOf(standings, { optional: true })
  segment?: Standing;
  @RepId({ optional: true })
  accountManager?: string;
  @QueryText({ optional: true, example: 'NL' })
  country?: string;
  @OneOf(valueGroupings, { optional: true, description: 'Answers a figure per group instead of per customer' })
  by?: ValueGrouping;
}

class ValueWhatIfQuery extends WhenQuery implements ValueWhatIfParams {
  @QueryWhole({
    min: -1_000_000_000,
    max: 1_000_000_000,
    description: 'Extra net revenue a month of each customer, in minor units',
    example: 1_000,
  })
  moreAMonth: number;
  @OneOf(standings, { optional: true })
  segment?: Standing;
  @RepId({ optional: true })
  accountManager?: string;
  @QueryText({ optional: true, example: 'NL' })
  country?: string;
}

class ValueHistoryQuery extends WhenQuery implements ValueHistoryParams {
  @Day({ optional: true, example: '2025-01-01' })
  from?: string;
  @Day({ optional: true, description: 'Day after the last', example: '2026-01-01' })
  to?: string;
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

@Controller()
export class ValueController {
  constructor(private readonly asker: Asker) {}

  @Get('customers/:id/value')
  @Answers(
    'What a customer has been worth and will still bring (klantwaarde)',
    {
      customerId,
      currency: 'EUR',
      value: figures,
      customerValue: {
        period: { from: null, to: null },
        realised: 412_000,
        expected,
        total: 865_000,
        definition: customerValueDefinition,
      },
      referralValue: referred,
    },
    `${customerValueDefinition}${expectedDefinition} ${referralDefinition}`,
  )
  ofOne(@UuidParam() id: string, @Query() query: ValueOfOneQuery) {
    return this.asker.ask(worthOfOne, { customerId: id, ...paramsOf(query) }, query);
  }

  @Get('customers/:id/value/history')
  @Answers('How the value of a customer grew', { customerId, currency: 'EUR', step: 'month', steps: [step] })
  historyOfOne(@UuidParam() id: string, @Query() query: ValueHistoryQuery) {
    return this.asker.ask(valueHistoryOfOne, { customerId: id, ...paramsOf(query) }, query);
  }

  @Get('value')
  @Answers('What all customers have been worth, one by one or by group', {
    currency: 'EUR',
    customers: 400,
    total: figures,
    items: [{ customerId, name: 'Drukkerij De Gans', country: 'NL', segment: 'A', accountManager: 'anna', ...figures }],
    nextCursor: 'WyItcmV2ZW51ZSIsMTI1MDAwMF0',
  })
  ofAll(@Query() query: ValueQuery) {
    const { by, sort, limit, cursor, ...filter } = paramsOf(query);
    if (by === undefined) return this.asker.ask(valueOfAll, { sort, limit, cursor, ...filter }, query);
    const unused = Object.entries({ sort, limit, cursor }).filter(([, value]) => value !== undefined);
    if (unused.length > 0) {
      throw invalid(unused.map(([path]) => ({ path, message: 'means nothing together with `by`' })));
    }
    return this.asker.ask(valueByGroup, { by, ...filter }, query);
  }

  @Get('value/what-if')
  @Answers(
    'What more revenue a month from some customers would mean in contribution',
    {
      currency: 'EUR',
      definition: valueWhatIfDefinition,
      window: { from: '2025-03-03', to: '2026-03-02' },
      customers: 16,
      netRevenue: 9_600_000,
      contribution: 2_500_000,
      grossMarginRate: 0.36,
      extraRevenue: 192_000,
      extraContribution: 69_120,
      contributionThen: 2_569_120,
    },
    valueWhatIfDefinition,
  )
  whatIf(@Query() query: ValueWhatIfQuery) {
    return this.asker.ask(valueWhatIf, paramsOf(query), query);
  }

  @Get('value/history')
  @Answers('How the value of all customers together grew', { currency: 'EUR', step: 'month', steps: [step] })
  historyOfAll(@Query() query: ValueHistoryQuery) {
    return this.asker.ask(valueHistoryOfAll, paramsOf(query), query);
  }
}
