import type { CommandPayload } from '../../domain/commands.js';
import { customerOf } from '../../domain/streams.js';
import type { Step, StoryCommand } from './step.js';

interface Entry {
  readonly customerId: string;
  /** Local day, as a date. */
  readonly day: string;
  /** Cents of the reporting currency; a return is negative. */
  readonly net: number;
}

export interface Ranked {
  readonly customerId: string;
  /** Net revenue of the year, cents. */
  readonly revenue: number;
}

/**
 * What the log will say of everybody's revenue, kept by listening to what is told to it: the customer pyramid of a year is
 * needed while the story is told, when there is no read side yet. Nobody works in the small hours: the day in UTC is the
 * local one.
 */
export class Ledger {
  private readonly orders = new Map<string, Entry>();
  private readonly returns: (Entry & { readonly orderId: string })[] = [];
  /** By order, the day from which it counts no more. */
  private readonly cancelled = new Map<string, string>();
  private readonly mergedInto = new Map<string, string>();
  /** By currency, the latest first: of ten thousand. */
  private readonly rates = new Map<string, { readonly from: string; readonly rate: number }[]>();

  hear({ stream, at, commands }: Step): void {
    const today = new Date(at).toISOString();
    const customerId = customerOf(stream) ?? '';
    for (const command of commands) this.hearOne(customerId, today, command);
  }

  private hearOne(customerId: string, today: string, { name, id, payload }: StoryCommand): void {
    switch (name) {
      case 'PlaceOrder': {
        const { placedAt, currency, lines } = payload as CommandPayload<'PlaceOrder'>;
        this.order(id, customerId, (placedAt as string).slice(0, 10), lines, currency);
        break;
      }
      case 'CorrectEvent': {
        const { replacement } = payload as CommandPayload<'CorrectEvent'>;
        const { orderId, lines, currency } = replacement.data as Partial<
          CommandPayload<'PlaceOrder'> & { orderId: string }
        >;
        const day = (replacement.occurredAt as string).slice(0, 10);
        if (orderId && lines && currency && this.orders.has(orderId))
          this.order(orderId, customerId, day, lines, currency);
        break;
      }
      case 'ReturnOrderLines': {
        const { orderId, lines, occurredAt = today } = payload as CommandPayload<'ReturnOrderLines'>;
        const net = -lines.reduce((sum, line) => sum + line.net, 0);
        this.returns.push({ orderId: orderId as string, customerId, day: occurredAt.slice(0, 10), net });
        break;
      }
      case 'CancelOrder': {
        const { orderId, occurredAt = today } = payload as CommandPayload<'CancelOrder'>;
        this.cancelled.set(orderId, occurredAt.slice(0, 10));
        break;
      }
      case 'MergeCustomers':
        for (const merged of (payload as CommandPayload<'MergeCustomers'>).mergedIds) {
          this.mergedInto.set(merged, customerId);
        }
        break;
      case 'SetExchangeRates': {
        const { rates, validFrom: from = today.slice(0, 10) } = payload as CommandPayload<'SetExchangeRates'>;
        for (const { from: currency, rate } of rates) {
          const known = this.rates.get(currency) ?? [];
          this.rates.set(currency, [{ from, rate: Math.round(Number(rate) * 10_000) }, ...known]);
        }
      }
    }
  }

  private order(
    orderId: string,
    customerId: string,
    day: string,
    lines: readonly { readonly net: number }[],
    currency: string | undefined,
  ): void {
    const net = lines.reduce((sum, line) => sum + line.net, 0);
    const rate = this.rates.get(currency ?? '')?.find(({ from }) => from <= day)?.rate ?? 10_000;
    this.orders.set(orderId, { customerId, day, net: Math.round((net * rate) / 10_000) });
  }

  /** Who has net revenue in a year, the most first, as of its last day as known now. */
  ranking(year: number): Ranked[] {
    const revenues = new Map<string, number>();
    const add = (orderId: string, { customerId: told, day, net }: Entry) => {
      const cancelledOn = this.cancelled.get(orderId);
      if (!day.startsWith(`${year}-`) || (cancelledOn !== undefined && cancelledOn <= `${year}-12-31`)) return;
      const customerId = this.mergedInto.get(told) ?? told;
      revenues.set(customerId, (revenues.get(customerId) ?? 0) + net);
    };
    for (const [orderId, entry] of this.orders) add(orderId, entry);
    for (const entry of this.returns) add(entry.orderId, entry);
    return [...revenues]
      .map(([customerId, revenue]) => ({ customerId, revenue }))
      .filter(({ revenue }) => revenue > 0)
      .sort((one, other) => other.revenue - one.revenue || (one.customerId < other.customerId ? -1 : 1));
  }
}
