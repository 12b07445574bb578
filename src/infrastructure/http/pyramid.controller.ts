import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type MigrationParams,
  migrants,
  migration,
  migrationDefinition,
} from '../../application/questions/migration.js';
import { type PyramidMembersParams, pyramid, pyramidMembers, standings } from '../../application/questions/pyramid.js';
import { type PyramidSeriesParams, pyramidSeries } from '../../application/questions/pyramid-series.js';
import type { Standing } from '../../application/questions/ranking.js';
import { Answers, Asker, PageQuery, WhenQuery } from './asking.js';
import { asCsvToo, orCsv, tableOf } from './csv-answer.js';
import { Day, OneOf, QueryText } from './fields.js';
import { invalid } from './problem.js';

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
}

@Controller('pyramid')
export class PyramidController {
  constructor(private readonly asker: Asker) {}

  @Get()
  @Answers(
    'The customer pyramid: A to D by net revenue of the last twelve months, and who bought nothing',
    {
      currency: 'EUR',
      window: { from: '2025-03-03', to: '2026-03-02' },
      thresholds: { a: 0.01, b: 0.05, c: 0.2 },
      buyers: 400,
      revenue: 98_000_000,
      segments: [
        {
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
        },
      ],
    },
    'Boundaries are cumulative and rounded up; ties go by customer id.',
  )
  pyramid(@Query() query: PyramidQuery) {
    return this.asker.ask(pyramid, {}, query);
  }

  @Get('customers')
  @Answers('Who is in the pyramid, or in one segment of it, best first', {
    currency: 'EUR',
    items: [
      {
        customerId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90',
        name: 'Drukkerij De Gans',
        segment: 'A',
        rank: 1,
        revenue: 7_100_000,
        contribution: 2_800_000,
        accountManager: 'anna',
      },
    ],
  })
  customers(@Query() query: PyramidCustomersQuery) {
    const { segment, limit, cursor } = query;
    return this.asker.ask(pyramidMembers, { segment, limit, cursor }, query);
  }

  @Get('migration')
  @ApiProduces('application/json', 'text/csv')
  @Answers(
    'The migration matrix between two dates, or the customers behind a cell of it',
    {
      currency: 'EUR',
      definition: migrationDefinition,
      fromAsOf: '2025-12-31T22:59:59.999Z',
      toAsOf: '2026-12-31T22:59:59.999Z',
      cells: [{ from: 'A', to: 'C', customers: 2, revenueFrom: 9_100_000, revenueTo: 1_800_000 }],
    },
    `${migrationDefinition} ${asCsvToo}`,
  )
  async migration(
    @Query() query: MigrationQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { from, to, cell, limit, cursor } = query;
    if (cell !== undefined) {
      const answer = await this.asker.ask(migrants, { from, to, cell, limit, cursor }, query);
      const table = ({ items }: typeof answer.data) =>
        tableOf(items, ['customerId', 'name', 'accountManager', 'revenueFrom', 'revenueTo']);
      return orCsv(answer, 'migrants', table, { request, reply });
    }
    const unused = Object.entries({ limit, cursor }).filter(([, value]) => value !== undefined);
    if (unused.length > 0) {
      throw invalid(unused.map(([path]) => ({ path, message: 'means nothing without `cell`' })));
    }
    const answer = await this.asker.ask(migration, { from, to }, query);
    const table = ({ cells }: typeof answer.data) =>
      tableOf(cells, ['from', 'to', 'customers', 'revenueFrom', 'revenueTo']);
    return orCsv(answer, 'migration', table, { request, reply });
  }

  @Get('series')
  @ApiProduces('application/json', 'text/csv')
  @Answers(
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
    `Each is what the pyramid says as of then, as now known; the last one is as of \`asOf\`. ${asCsvToo}`,
  )
  async series(
    @Query() query: PyramidSeriesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { from, to } = query;
    const answer = await this.asker.ask(pyramidSeries, { from, to }, query);
    const table = ({ points }: typeof answer.data) =>
      tableOf(
        points.flatMap(({ on, segments }) => segments.map((segment) => ({ on, ...segment }))),
        ['on', 'segment', 'customers', 'revenue', 'revenueShare', 'lowestRevenue'],
      );
    return orCsv(answer, 'pyramid-series', table, { request, reply });
  }
}
