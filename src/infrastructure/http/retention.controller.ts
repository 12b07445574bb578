import { Controller, Get, Query } from '@nestjs/common';
import {
  type RetentionGrouping,
  type RetentionParams,
  type RetentionPeriod,
  retention,
  retentionGroupings,
  retentionPeriods,
} from '../../application/questions/retention.js';
import { AnswersTable, Asker, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, type Table, tableLike } from './csv-answer.js';
import { Day, OneOf } from './fields.js';

class RetentionQuery extends WhenQuery implements Partial<RetentionParams> {
  @OneOf(retentionPeriods, { optional: true, description: '`year` when absent', example: 'year' })
  period?: RetentionPeriod;
  @OneOf(retentionGroupings, { optional: true, description: 'What customers were at the beginning of the period' })
  by?: RetentionGrouping;
  @Day({ optional: true, description: 'Periods that begin on this day or later', example: '2025-01-01' })
  from?: string;
  @Day({ optional: true, description: 'Periods that begin before this day', example: '2027-01-01' })
  to?: string;
}

const figures = {
  baseCustomers: 310,
  retainedCustomers: 262,
  customers: 335,
  retentionRate: 0.845161,
  churn: 0.154839,
  baseRevenue: 91_000_000,
  revenue: 88_200_000,
  grossRevenueRetention: 0.871,
  netRevenueRetention: 0.969231,
  repeatPurchaseRate: 0.72,
};

const dates = {
  from: '2025-01-01',
  to: '2026-01-01',
  baseFrom: '2024-01-01',
  baseTo: '2025-01-01',
  complete: true,
};

@Controller('retention')
export class RetentionController {
  constructor(private readonly asker: Asker) {}

  @Get()
  @AnswersTable('Retention rate, gross and net revenue retention per period', {
    currency: 'EUR',
    period: 'year',
    by: 'segment',
    definition: 'Retention rate: customers with an order in the base period and again in the period, …',
    periods: [{ ...dates, ...figures, groups: [{ group: 'A', ...figures }] }],
  })
  async retention(@Query() query: RetentionQuery, @AskedBy() caller: Caller) {
    const { period = 'year', by, from, to } = query;
    const answer = await this.asker.ask(retention, { period, by, from, to }, query);
    const table = ({ periods }: typeof answer.data): Table =>
      by === undefined
        ? tableLike(periods, { ...dates, ...figures })
        : tableLike(
            periods.flatMap(({ groups = [], ...ofAll }) => groups.map((group) => ({ ...ofAll, ...group }))),
            { ...dates, group: 'A', ...figures },
          );
    return orCsv(answer, 'retention', table, caller);
  }
}
