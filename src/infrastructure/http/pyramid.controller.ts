import { Controller, Get, Query } from '@nestjs/common';
import { type PyramidMembersParams, pyramid, pyramidMembers, standings } from '../../application/questions/pyramid.js';
import type { Standing } from '../../application/questions/ranking.js';
import { Answers, Asker, PageQuery, WhenQuery } from './asking.js';
import { OneOf } from './fields.js';

class PyramidQuery extends WhenQuery {}

class PyramidCustomersQuery extends PageQuery implements PyramidMembersParams {
  @OneOf(standings, { optional: true })
  segment?: Standing;
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
}
