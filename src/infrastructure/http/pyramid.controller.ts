import { Controller, Get, Query } from '@nestjs/common';
import {
  type MigrationParams,
  migrants,
  migration,
  migrationDefinition,
} from '../../application/questions/migration.js';
import { type PyramidMembersParams, pyramid, pyramidMembers, standings } from '../../application/questions/pyramid.js';
import { type PyramidSeriesParams, pyramidSeries } from '../../application/questions/pyramid-series.js';
import type { Standing } from '../../application/questions/ranking.js';
import { AnswersTable, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, tableLike, tableOf } from './csv-answer.js';
import { Day, OneOf, QueryFlag, QueryText } from './fields.js';
import { meaningless } from './query-fields.js';

class PyramidQuery extends WhenQuery {}

class PyramidCustomersQuery extends PageQuery implements PyramidMembersParams {
  @OneOf(standings, { optional: true })
  segment?: Standing;
}

class MigrationQuery extends PageQuery implements MigrationParams {
  @Day({ description: 'The first date', example: '2025-12-31' })
  from: string;
  @Day({ optional: true, description: 'The second date; that of `asOf` when absent', example: '2026-12-31' })
  to?: string;
  @QueryText({
    optional: true,
    max: 20,
    description: 'Answers the customers behind a cell: where they stood, a colon, where they stand',
    example: 'A:C',
  })
  cell?: string;
}

class PyramidSeriesQuery extends WhenQuery implements PyramidSeriesParams {
  @Day({ optional: true, description: 'Months that end on this day or later', example: '2021-01-01' })
  from?: string;
  @Day({ optional: true, description: 'Months that end before this day', example: '2026-01-01' })
  to?: string;
  @QueryFlag({
    optional: true,
    description: 'With what each segment contributed: takes seconds a month on a large base',
  })
  contribution?: boolean;
}

const segment = {
  segment: 'A',
  customers: 4,
  revenue: 21_000_000,
  revenueShare: 0.2143,
  customerShare: 0.01,
  contribution: 8_100_000,
  contributionShare: 0.22,
  contributionKnownShare: 1,
  lastRank: 4,
  lowestRevenue: 3_900_000,
  lowestFigure: 3_900_000,
};
const member = {
  customerId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90',
  name: 'Drukkerij De Gans',
  segment: 'A',
  rank: 1,
  revenue: 7_100_000,
  contribution: 2_800_000,
  figure: 7_100_000,
  accountManager: 'anna',
};

@Controller('pyramid')
export class PyramidController {
  constructor(private readonly asker: Asker) {}

  @Get()
  @AnswersTable(
    'The customer pyramid: A to D over the last twelve months, and who bought nothing',
    {
      currency: 'EUR',
      window: { from: '2025-03-03', to: '2026-03-02' },
      thresholds: { a: 0.01, b: 0.05, c: 0.2 },
      pyramidBy: 'revenue',
      thresholdsOf: 'customers',
      buyers: 400,
      revenue: 98_000_000,
      segments: [segment],
    },
    'Ranked by what the value policy says (`pyramidBy`), net revenue when it says nothing. Boundaries are cumulative and ' +
      'rounded up; ties go by customer id.',
  )
  async pyramid(@Query() query: PyramidQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(pyramid, {}, query);
    return orCsv(answer, 'pyramid', ({ segments }) => tableLike(segments, segment), caller);
  }

  @Get('customers')
  @AnswersTable('Who is in the pyramid, or in one segment of it, best first', {
    currency: 'EUR',
    pyramidBy: 'revenue',
    thresholdsOf: 'customers',
    items: [member],
  })
  async customers(@Query() query: PyramidCustomersQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(pyramidMembers, paramsOf(query), query);
    return orCsv(answer, 'pyramid-customers', ({ items }) => tableLike(items, member), caller);
  }

  @Get('migration')
  @AnswersTable(
    'The migration matrix between two dates, or the customers behind a cell of it',
    {
      currency: 'EUR',
      definition: migrationDefinition,
      fromAsOf: '2025-12-31T22:59:59.999Z',
      toAsOf: '2026-12-31T22:59:59.999Z',
      cells: [{ from: 'A', to: 'C', customers: 2, revenueFrom: 9_100_000, revenueTo: 1_800_000 }],
    },
    migrationDefinition,
  )
  async migration(@Query() query: MigrationQuery, @AskedBy() caller: Caller) {
    const { from, to, cell, limit, cursor } = query;
    if (cell !== undefined) {
      const answer = await this.asker.ask(migrants, { from, to, cell, limit, cursor }, query);
      const table = ({ items }: typeof answer.data) =>
        tableOf(items, ['customerId', 'name', 'accountManager', 'revenueFrom', 'revenueTo']);
      return orCsv(answer, 'migrants', table, caller);
    }
    meaningless({ limit, cursor }, 'without `cell`');
    const answer = await this.asker.ask(migration, { from, to }, query);
    const table = ({ cells }: typeof answer.data) =>
      tableOf(cells, ['from', 'to', 'customers', 'revenueFrom', 'revenueTo']);
    return orCsv(answer, 'migration', table, caller);
  }

  @Get('series')
  @AnswersTable(
    'The pyramid at the end of each month, years in one call',
    {
      currency: 'EUR',
      points: [
        {
          on: '2026-01-31',
          buyers: 400,
          revenue: 98_000_000,
          segments: [
            { segment: 'A', customers: 4, revenue: 21_000_000, revenueShare: 0.214286, lowestRevenue: 3_900_000 },
          ],
        },
      ],
    },
    `Each is what the pyramid says as of then, as now known; the last one is as of \`asOf\`.`,
  )
  async series(@Query() query: PyramidSeriesQuery, @AskedBy() caller: Caller) {
    const { from, to, contribution } = query;
    const answer = await this.asker.ask(pyramidSeries, { from, to, contribution }, query);
    const table = ({ points }: typeof answer.data) =>
      tableOf(
        points.flatMap(({ on, segments }) => segments.map((segment) => ({ on, ...segment }))),
        [
          'on',
          'segment',
          'customers',
          'revenue',
          'revenueShare',
          'lowestRevenue',
          ...(contribution ? ['contribution' as const] : []),
        ],
      );
    return orCsv(answer, 'pyramid-series', table, caller);
  }
}
