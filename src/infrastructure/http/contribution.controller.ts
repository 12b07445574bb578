import { Controller, Get, Query } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import {
  type ContributionFigures,
  type ContributionGrouping,
  type ContributionOfAllParams,
  type ContributionOfOneParams,
  contributionByGroup,
  contributionDefinition,
  contributionGroupings,
  contributionOfAll,
  contributionOfOne,
  contributionSorts,
} from '../../application/questions/contribution.js';
import {
  type LossMakersParams,
  lossMakers,
  type WhaleParams,
  whale,
} from '../../application/questions/profitability.js';
import { standings } from '../../application/questions/pyramid.js';
import type { Standing } from '../../application/questions/ranking.js';
import {
  type BridgeCause,
  bridgeCauses,
  bridgedCustomers,
  type ValueBridgeParams,
  valueBridge,
} from '../../application/questions/value-bridge.js';
import { AnswersTable, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { contributionEvents } from './contribution-events.js';
import { AskedBy, type Caller, orCsv, type Table, tableLike, tableOf } from './csv-answer.js';
import { Day, Id, Moment, OneOf, QueryWhole } from './fields.js';
import { UuidParam } from './params.js';
import { ExplainFields, meaningless, PeriodFields, WhichFields } from './query-fields.js';

class ContributionOfOneQuery
  extends IntersectionType(PageQuery, PeriodFields, ExplainFields)
  implements Omit<ContributionOfOneParams, 'customerId'> {}

class LossMakersQuery extends IntersectionType(PageQuery, PeriodFields, WhichFields) implements LossMakersParams {}

class ContributionQuery extends LossMakersQuery implements ContributionOfAllParams {
  @OneOf(contributionSorts, { optional: true, description: '`-contribution` when absent', example: '-contribution' })
  sort?: string;
  @OneOf(contributionGroupings, { optional: true, description: 'Answers figures per group instead of per customer' })
  by?: ContributionGrouping;
}

class WhaleQuery extends IntersectionType(WhenQuery, PeriodFields) implements WhaleParams {
  @QueryWhole({ optional: true, min: 2, max: 100, description: 'Parts of the curve; 10 when absent', example: 10 })
  parts?: number;
}

class ValueBridgeQuery extends PageQuery implements Omit<ValueBridgeParams, 'customerId'> {
  @Day({ description: 'The first date', example: '2025-12-31' })
  from: string;
  @Day({ optional: true, description: 'The second date; that of `asOf` when absent', example: '2026-12-31' })
  to?: string;
  @Moment({
    optional: true,
    position: true,
    description:
      'What was known of the first date: what came since is the part `learned`; as of the second when absent',
  })
  knownFrom?: string;
  @QueryWhole({ optional: true, min: 1, max: 120, description: 'Months a value covers; 12 when absent', example: 12 })
  months?: number;
  @Id({ optional: true, description: 'Only this customer' })
  customer?: string;
  @OneOf(standings, { optional: true, description: 'Only customers that stood there at the first date' })
  segment?: Standing;
  @OneOf(bridgeCauses, {
    optional: true,
    description: 'Answers the customers behind this part, the largest first; with `limit` and `cursor`',
  })
  cause?: BridgeCause;
}

const customerId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';
const account: ContributionFigures = {
  netRevenue: 1_250_000,
  returns: 50_000,
  orders: 12,
  discountGiven: 100_000,
  revenueWithoutCost: 0,
  costOfGoods: 800_000,
  grossMargin: 450_000,
  activityCosts: 130_000,
  directCosts: 20_000,
  contribution: 300_000,
  marginKnownShare: 1,
};
const label = { customerId, name: 'Drukkerij De Gans', country: 'NL', segment: 'A', accountManager: 'anna' } as const;
const accountFields = Object.keys(account) as (keyof ContributionFigures)[];
const labelFields = Object.keys(label) as (keyof typeof label)[];
const common = { currency: 'EUR', definition: contributionDefinition };

@Controller()
export class ContributionController {
  constructor(private readonly asker: Asker) {}

  @Get('customers/:id/contribution')
  @AnswersTable(
    'The profit and loss account of a customer: net contribution by activity-based costing',
    {
      ...common,
      customerId,
      contribution: account,
      activities: [{ activity: 'visiting', quantity: 10, cost: 130_000, quantityWithoutRate: 0 }],
    },
    contributionDefinition,
  )
  async ofOne(@UuidParam() id: string, @Query() query: ContributionOfOneQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(contributionOfOne, { customerId: id, ...paramsOf(query) }, query);
    const table = ({ events, ...data }: typeof answer.data): Table =>
      events ? contributionEvents(events) : tableLike([data], { customerId, contribution: account });
    return orCsv(answer, 'contribution', table, caller);
  }

  @Get('contribution')
  @AnswersTable(
    'The profit and loss accounts of all customers, one by one or by group',
    {
      ...common,
      customers: 400,
      total: account,
      items: [{ ...label, ...account, activities: [{ activity: 'visiting', cost: 130_000 }] }],
      nextCursor: 'WyItY29udHJpYnV0aW9uIiwzMDAwMDBd',
    },
    contributionDefinition,
  )
  async ofAll(@Query() query: ContributionQuery, @AskedBy() caller: Caller) {
    const { by, sort, limit, cursor, ...filter } = paramsOf(query);
    if (by === undefined) {
      const answer = await this.asker.ask(contributionOfAll, { sort, limit, cursor, ...filter }, query);
      const table = ({ items }: typeof answer.data) => tableOf(items, [...labelFields, ...accountFields]);
      return orCsv(answer, 'contribution', table, caller);
    }
    meaningless({ sort, limit, cursor }, 'together with `by`');
    const answer = await this.asker.ask(contributionByGroup, { by, ...filter }, query);
    const table = ({ groups }: typeof answer.data) =>
      tableOf(
        groups.map(({ contribution, ...group }) => ({ ...group, ...contribution })),
        ['group', 'customers', ...accountFields],
      );
    return orCsv(answer, 'contribution', table, caller);
  }

  @Get('contribution/whale')
  @AnswersTable('The whale curve: customers by descending contribution against cumulative contribution', {
    ...common,
    customers: 400,
    total: 30_000_000,
    peak: { customers: 310, contribution: 36_000_000 },
    lossMakers: { customers: 90, contribution: -6_000_000 },
    points: [
      { customers: 40, customerShare: 0.1, contribution: 21_000_000, cumulative: 21_000_000, cumulativeShare: 0.7 },
    ],
  })
  async whale(@Query() query: WhaleQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(whale, paramsOf(query), query);
    const table = ({ points }: typeof answer.data) =>
      tableOf(points, ['customers', 'customerShare', 'contribution', 'cumulative', 'cumulativeShare']);
    return orCsv(answer, 'whale', table, caller);
  }

  @Get('contribution/loss-makers')
  @AnswersTable('Customers that cost more than they bring, worst first, with what makes them so', {
    ...common,
    customers: 90,
    total: -6_000_000,
    items: [
      {
        ...label,
        ...account,
        contribution: -120_000,
        causes: [{ part: 'activity: visiting', amount: 130_000, expected: 40_000, excess: 90_000 }],
      },
    ],
  })
  async lossMakers(@Query() query: LossMakersQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(lossMakers, paramsOf(query), query);
    const table = ({ items }: typeof answer.data) =>
      tableOf(
        items.map((item) => ({
          ...item,
          causes: item.causes.map(({ part, excess }) => `${part} ${excess}`).join('; '),
        })),
        [...labelFields, ...accountFields, 'causes'],
      );
    return orCsv(answer, 'loss-makers', table, caller);
  }

  @Get('value/bridge')
  @AnswersTable(
    'What made the value of one customer, of a segment or of all change between two dates, or the customers behind a part',
    {
      currency: 'EUR',
      definition: 'Value: net contribution over the 12 months up to and including a day. …',
      from: {
        asOf: '2025-12-31T22:59:59.999Z',
        known: '4f9c2a7be1-1043',
        period: { from: '2025-01-01', to: '2026-01-01' },
        value: 300_000,
      },
      to: {
        asOf: '2026-12-31T22:59:59.999Z',
        known: '4f9c2a7be1-1043',
        period: { from: '2026-01-01', to: '2027-01-01' },
        value: 340_000,
      },
      difference: 40_000,
      parts: [{ cause: 'more', amount: 40_000, customers: 12 }],
    },
    `The parts always add up to the difference.`,
  )
  async bridge(@Query() query: ValueBridgeQuery, @AskedBy() caller: Caller) {
    const { customer, cause, limit, cursor, ...params } = paramsOf(query);
    if (cause !== undefined) {
      meaningless({ customer }, 'together with `cause`');
      const answer = await this.asker.ask(bridgedCustomers, { ...params, cause, limit, cursor }, query);
      const table = ({ items }: typeof answer.data) =>
        tableOf(items, ['customerId', 'name', 'accountManager', 'amount', 'before', 'after']);
      return orCsv(answer, 'value-bridge-customers', table, caller);
    }
    meaningless({ limit, cursor }, 'without `cause`');
    const answer = await this.asker.ask(valueBridge, { ...params, customerId: customer }, query);
    const table = ({ parts }: typeof answer.data) => tableOf(parts, ['cause', 'amount', 'customers']);
    return orCsv(answer, 'value-bridge', table, caller);
  }
}
