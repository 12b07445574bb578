import { Controller, Get, Query } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import {
  type AverageGrouping,
  type AverageParams,
  averageDefinition,
  averageGroupings,
  averageValue,
} from '../../application/questions/average-value.js';
import { type ComingYearParams, comingYear, comingYearMethod } from '../../application/questions/coming-year.js';
import { type ContractsParams, contracts } from '../../application/questions/contracts.js';
import { type ExpectedOfOneParams, expectedExplained } from '../../application/questions/expected-explained.js';
import {
  type ExpectedGrouping,
  type ExpectedOfAllParams,
  expectedByGroup,
  expectedDefinition,
  expectedGroupings,
  expectedOfAll,
  expectedSorts,
} from '../../application/questions/expected-value.js';
import { standings } from '../../application/questions/pyramid.js';
import type { Standing } from '../../application/questions/ranking.js';
import { referralChains, referralDefinition, referralValue } from '../../application/questions/referral-value.js';
import {
  type ServiceGrouping,
  type ServiceQualityParams,
  serviceDefinition,
  serviceGroupings,
  serviceOfOne,
  serviceQuality,
} from '../../application/questions/service-quality.js';
import type { Period } from '../../application/questions/value.js';
import { type Step, steps } from '../../application/questions/value-history.js';
import { valueModel } from '../../application/questions/value-model.js';
import { NPV_CONVENTION } from '../../domain/lifetime/npv.js';
import { AnswersTable, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { contributionEvents } from './contribution-events.js';
import { AskedBy, type Caller, orCsv, type Table, tableLike, tableOf } from './csv-answer.js';
import { OneOf, QueryWhole } from './fields.js';
import { UuidParam } from './params.js';
import { EndingFields, ExplainFields, meaningless, PeriodFields, WhichFields } from './query-fields.js';

class ExpectedQuery extends IntersectionType(PageQuery, WhichFields) implements ExpectedOfAllParams {
  @OneOf(expectedSorts, { optional: true, description: '`-value` when absent', example: '-value' })
  sort?: string;
  @OneOf(expectedGroupings, { optional: true, description: 'Answers figures per group instead of per customer' })
  by?: ExpectedGrouping;
}

class ExpectedOfOneQuery
  extends IntersectionType(PageQuery, ExplainFields)
  implements Omit<ExpectedOfOneParams, 'customerId'> {}

class PeriodQuery extends IntersectionType(WhenQuery, PeriodFields) implements Period {}

class ServiceQuery extends PeriodQuery implements ServiceQualityParams {
  @OneOf(serviceGroupings, { optional: true, description: 'Figures per group beside the total' })
  by?: ServiceGrouping;
  @OneOf(standings, { optional: true })
  segment?: Standing;
}

class AverageQuery extends PeriodQuery implements AverageParams {
  @OneOf(steps, { optional: true, description: '`year` when absent', example: 'year' })
  step?: Step;
  @OneOf(averageGroupings, { optional: true, description: 'Figures per group beside those of all' })
  by?: AverageGrouping;
}

class ContractsQuery extends IntersectionType(PageQuery, EndingFields) implements ContractsParams {}

class ComingYearQuery extends WhenQuery implements ComingYearParams {
  @QueryWhole({ optional: true, min: 1900, max: 9998, description: 'A year that has begun', example: 2026 })
  year?: number;
}

const customerId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';
const terms = { model: 'npv', horizonYears: 5, discountRate: 0.1, convention: NPV_CONVENTION };
const expectedFigures = {
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
} as const;
const expected = {
  customerId,
  name: 'Drukkerij De Gans',
  country: 'NL',
  segment: 'A',
  accountManager: 'anna',
  ...expectedFigures,
} as const;
const expectedOfOne = {
  customerId,
  currency: 'EUR',
  expected: { ...terms, ...expectedFigures },
  inputs: {
    netRevenue: 1_250_000,
    revenueWithoutCost: 0,
    contribution: 412_000,
    until: '2026-03-01',
    years: 2.746,
    bought: {
      firstOn: '2023-06-01',
      lastOn: '2026-02-20',
      repeats: 11,
      repeatNet: 1_150_000,
      boughtLately: true,
      boughtBefore: true,
      baseYears: 2,
      keptYears: 2,
    },
  },
};
const expectedFields = Object.keys(expected) as (keyof typeof expected)[];
const contract = {
  contractId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a9c',
  customerId,
  name: 'Drukkerij De Gans',
  service: 'stock keeping',
  validFrom: '2026-01-01',
  endsOn: '2027-01-01',
  endsInDays: 62,
  noticeDays: 30,
  noticeBy: '2026-12-01',
  signedWith: null,
  signedBy: 'anna',
  value: 25_000,
  currency: 'EUR',
  per: 'month',
  yearly: 300_000,
} as const;
const contractFields = Object.keys(contract) as (keyof typeof contract)[];
const average = {
  from: '2026-01-01',
  customers: 310,
  revenue: 88_200_000,
  average: 284_516,
  recurringCustomers: 262,
  recurringRevenue: 80_000_000,
  newCustomers: 48,
  newRevenue: 8_200_000,
} as const;
const averageFields = Object.keys(average) as (keyof typeof average)[];
const service = {
  ordersKnown: 120,
  awardedThoughNotCheapest: 54,
  goodwillRate: 0.45,
  promisedLines: 2_000,
  onTimeAndComplete: 1_910,
  onTimeAndCompleteRate: 0.955,
  openLines: 12,
} as const;
const serviceFields = Object.keys(service) as (keyof typeof service)[];
const ahead = {
  expected: 76_000_000,
  lowest: 70_000_000,
  highest: 81_000_000,
  yearBefore: 88_200_000,
  shares: [{ from: '2025-01-01', to: '2026-01-01', share: 0.87 }],
};
const model = {
  currency: 'EUR',
  model: 'bg/nbd',
  until: '2026-03-01',
  unitOfTime: 'week',
  minimumRepeaters: 1_000,
  discountRate: 0.1,
  horizonYears: 5,
  orders: {
    parameters: { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 },
    standardErrors: { r: 0.013, alpha: 0.378, a: 0.186, b: 0.705 },
    logLikelihood: -9582.43,
    customers: 2_357,
    repeaters: 946,
  },
  spend: {
    parameters: { p: 6.25, q: 3.74, v: 1544 },
    standardErrors: { p: 1.19, q: 0.25, v: 420 },
    logLikelihood: -8412.3,
    customers: 2_357,
    repeaters: 946,
    correlation: 0.11,
  },
};
const year = {
  currency: 'EUR',
  from: '2026-01-01',
  to: '2027-01-01',
  ahead,
  asKnownThen: ahead,
  came: { fromExistingCustomers: 74_000_000, fromNewCustomers: 8_000_000, revenue: 82_000_000, complete: true },
};
const referral = {
  referralId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a9d',
  prospect: 'Bakkerij Zon',
  partner: null,
  referredOn: '2025-02-01',
  customerId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a91',
  convertedOn: '2025-03-01',
  wouldHaveComeAnyway: false,
  contribution: 120_000,
  savedAcquisitionCost: 0,
  cost: 5_000,
} as const;

@Controller()
export class ExpectedValueController {
  constructor(private readonly asker: Asker) {}

  @Get('value/expected')
  @AnswersTable(
    'What customers will still bring, one by one or by group',
    {
      currency: 'EUR',
      definition: expectedDefinition,
      ...terms,
      total: { customers: 400, untold: 3, value: 61_000_000, expectedOrders: null },
      items: [expected],
      nextCursor: 'WyItdmFsdWUiLDQ1MzAwMF0',
    },
    expectedDefinition,
  )
  async expected(@Query() query: ExpectedQuery, @AskedBy() caller: Caller) {
    const { by, sort, limit, cursor, ...filter } = paramsOf(query);
    if (by === undefined) {
      const answer = await this.asker.ask(expectedOfAll, { sort, limit, cursor, ...filter }, query);
      const table = ({ items }: typeof answer.data) => tableOf(items, expectedFields);
      return orCsv(answer, 'expected-value', table, caller);
    }
    meaningless({ sort, limit, cursor }, 'together with `by`');
    const answer = await this.asker.ask(expectedByGroup, { by, ...filter }, query);
    const table = ({ groups }: typeof answer.data) =>
      tableOf(groups, ['group', 'customers', 'untold', 'value', 'expectedOrders']);
    return orCsv(answer, 'expected-value', table, caller);
  }

  @Get('customers/:id/value/expected')
  @AnswersTable(
    'What a customer will still bring, and what that rests on',
    { ...expectedOfOne, definition: expectedDefinition },
    expectedDefinition,
  )
  async ofOne(@UuidParam() id: string, @Query() query: ExpectedOfOneQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(expectedExplained, { customerId: id, ...paramsOf(query) }, query);
    const table = ({ events, ...data }: typeof answer.data): Table =>
      events ? contributionEvents(events) : tableLike([data], expectedOfOne);
    return orCsv(answer, 'expected-value', table, caller);
  }

  @Get('value/model')
  @AnswersTable(
    'The model of value to come: its parameters, or why the net present value is used',
    model,
    'BG/NBD (Fader, Hardie & Lee 2005) for when customers order and whether they still do, Gamma-Gamma (Fader & Hardie ' +
      '2013) for what they spend per order; orders of one day are one. Fitted to the orders before the day of `asOf`.',
  )
  async model(@Query() query: WhenQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(valueModel, {}, query);
    return orCsv(answer, 'value-model', (data) => tableLike([data], model), caller);
  }

  @Get('value/average')
  @AnswersTable(
    'Average revenue per customer, recurring against new',
    {
      currency: 'EUR',
      definition: averageDefinition,
      step: 'year',
      periods: [average],
      contracts: { contracts: 40, customers: 32, yearly: 9_600_000 },
    },
    averageDefinition,
  )
  async average(@Query() query: AverageQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(averageValue, paramsOf(query), query);
    const table = ({ periods }: typeof answer.data) =>
      query.by === undefined
        ? tableOf(periods, averageFields)
        : tableOf(
            periods.flatMap(({ from, groups = [] }) => groups.map((group) => ({ ...group, from }))),
            ['from', 'group', ...averageFields.filter((field) => field !== 'from')],
          );
    return orCsv(answer, 'average-value', table, caller);
  }

  @Get('value/coming-year')
  @AnswersTable(
    'Revenue on 1 January: what the coming year brings from existing customers, or what a past one was to bring and did',
    { ...year, method: comingYearMethod },
    comingYearMethod,
  )
  async comingYear(@Query() query: ComingYearQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(comingYear, paramsOf(query), query);
    return orCsv(answer, 'coming-year', (data) => tableLike([data], year), caller);
  }

  @Get('contracts')
  @AnswersTable('Contracts in force, those that end soonest first', {
    currency: 'EUR',
    contracts: 40,
    customers: 32,
    yearly: 9_600_000,
    items: [contract],
  })
  async contracts(@Query() query: ContractsQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(contracts, paramsOf(query), query);
    const table = ({ items }: typeof answer.data) => tableOf(items, contractFields);
    return orCsv(answer, 'contracts', table, caller);
  }

  @Get('customers/:id/service')
  @AnswersTable(
    'How well a customer is served: gunfactor, on time and complete',
    { customerId, definition: serviceDefinition, service },
    serviceDefinition,
  )
  async serviceOfOne(@UuidParam() id: string, @Query() query: PeriodQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(serviceOfOne, { customerId: id, ...paramsOf(query) }, query);
    return orCsv(answer, 'service', (data) => tableLike([data], { customerId, service }), caller);
  }

  @Get('service-quality')
  @AnswersTable(
    'How well customers are served: gunfactor, on time and complete',
    { definition: serviceDefinition, total: service, groups: [{ group: 'A', ...service }] },
    serviceDefinition,
  )
  async serviceQuality(@Query() query: ServiceQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(serviceQuality, paramsOf(query), query);
    const table = ({ total, groups }: typeof answer.data) =>
      groups ? tableOf(groups, ['group', ...serviceFields]) : tableOf([total], serviceFields);
    return orCsv(answer, 'service-quality', table, caller);
  }

  @Get('customers/:id/referral-value')
  @AnswersTable(
    'What a customer is worth through those it brought in',
    {
      customerId,
      currency: 'EUR',
      definition: referralDefinition,
      referralValue: {
        referrals: 1,
        converted: 1,
        contribution: 120_000,
        savedAcquisitionCost: 0,
        cost: 5_000,
        value: 115_000,
      },
      referrals: [referral],
    },
    referralDefinition,
  )
  async referralValue(@UuidParam() id: string, @Query() query: WhenQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(referralValue, { customerId: id }, query);
    return orCsv(answer, 'referrals', ({ referrals }) => tableLike(referrals, referral), caller);
  }

  @Get('referrals/chains')
  @AnswersTable('Chains of referrals from those whom nobody brought in, the largest first', {
    currency: 'EUR',
    definition: referralDefinition,
    items: [
      {
        customerId,
        name: 'Drukkerij De Gans',
        customers: 1,
        depth: 1,
        contribution: 120_000,
        through: [{ customerId: referral.customerId, by: customerId, remove: 1 }],
      },
    ],
  })
  async chains(@Query() query: PageQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(referralChains, paramsOf(query), query);
    const table = ({ items }: typeof answer.data) =>
      tableOf(items, ['customerId', 'name', 'customers', 'depth', 'contribution']);
    return orCsv(answer, 'referral-chains', table, caller);
  }
}
