import type { ContributionEvent } from '../../application/questions/contribution.js';
import type { Page } from '../../application/questions/paging.js';
import { type Table, tableLike } from './csv-answer.js';

const explained = {
  eventId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90',
  position: '4f9c2a7be1-1043',
  occurredAt: '2026-02-20T08:40:00.000Z',
  recordedAt: '2026-02-20T08:41:12.345Z',
  actor: 'local',
  type: 'OrderPlaced',
  adds: {
    netRevenue: 1_250_000,
    returns: 0,
    orders: 1,
    discountGiven: 100_000,
    revenueWithoutCost: 0,
    costOfGoods: 800_000,
    grossMargin: 450_000,
    activityCosts: 5_000,
    directCosts: 0,
    contribution: 445_000,
  },
} satisfies Omit<ContributionEvent, 'activities'>;

/** The events behind a contribution as a table. */
export function contributionEvents({ items, nextCursor }: Page<ContributionEvent>): Table {
  return { ...tableLike(items, explained), nextCursor };
}
