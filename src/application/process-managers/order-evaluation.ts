import type { EventOf } from '../../domain/event.js';
import { isDelivered, type events as orders } from '../../domain/orders.js';
import type { ProcessManager, Reaction } from './process-manager.js';

type Delivered = EventOf<typeof orders, 'OrderDelivered'>['data'];

/** An order's delivery asks for its evaluation: when all of it is there, and once, however many deliveries it took. */
export const orderEvaluation: ProcessManager<boolean> = {
  name: 'order evaluation',
  on: ['OrderDelivered'],
  withinDays: 14,
  look: (customer, { data }) => isDelivered(customer.orders, (data as Delivered).orderId),
  react({ stream, data }, wasDelivered, isDeliveredNow) {
    if (wasDelivered || !isDeliveredNow) return [];
    const { orderId } = data as Delivered;
    const request: Reaction<'RequestEvaluation'> = {
      stream,
      name: 'RequestEvaluation',
      payload: { instrument: 'orderEvaluation', orderId },
    };
    return [request];
  },
};
