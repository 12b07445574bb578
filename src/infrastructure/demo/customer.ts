import type { Placing } from '../../domain/segmentation.js';
import type { Segment } from '../../domain/shapes.js';
import { customerStream } from '../../domain/streams.js';
import type { Character } from './customers.js';

export interface PlacedOrder {
  readonly id: string;
  readonly day: number;
  /** Cents of the reporting currency, less what came back. */
  net: number;
}

/** How a customer fares as the story goes on. */
export class Customer {
  readonly stream: string;
  readonly orders: PlacedOrder[] = [];
  /** Where its pyramid of the month puts it; undefined when it bought nothing. */
  segment: Segment | undefined;
  isRegistered = false;
  /** No new orders and contacts: gone, or part of another one. */
  isClosed = false;
  /** Grows to 1, then it orders. */
  appetite: number;
  /** By scheme line: the day of the last contact, and after what share of the interval the next one comes. */
  readonly lastContact = new Map<string, { day: number; after: number }>();
  readonly underway = new Set<string>();
  /** Days on which its account manager does not come, whatever the scheme says. */
  neglectedFrom = Number.POSITIVE_INFINITY;

  constructor(readonly character: Character) {
    this.stream = customerStream(character.id);
    this.appetite = character.random.next();
  }

  /** Net revenue of the year before a day, cents. */
  revenueBefore(day: number): number {
    let sum = 0;
    for (let index = this.orders.length - 1; index >= 0; index--) {
      const order = this.orders[index] as PlacedOrder;
      if (order.day < day - 365) break;
      if (order.day < day) sum += order.net;
    }
    return sum;
  }
}

/** Ranks who bought in the year before; the rest is in no segment. Who was put somewhere by people stays there. */
export function rank(customers: readonly Customer[], day: number, decided: ReadonlyMap<string, Placing>): void {
  const ranked = customers
    .map((customer) => ({ customer, revenue: customer.revenueBefore(day) }))
    .sort((one, other) => other.revenue - one.revenue);
  const count = ranked.filter(({ revenue }) => revenue > 0).length;
  for (const [index, { customer, revenue }] of ranked.entries()) {
    const placed = decided.get(customer.character.id) ?? (revenue > 0 ? segmentOf(index, count) : 'none');
    customer.segment = placed === 'none' ? undefined : placed;
  }
}

/** Place in the pyramid of so many customers, by the house's thresholds. @param index 0 is the best customer */
export function segmentOf(index: number, count: number): Segment {
  if (index < Math.ceil(count * 0.01)) return 'A';
  if (index < Math.ceil(count * 0.05)) return 'B';
  return index < Math.ceil(count * 0.2) ? 'C' : 'D';
}
