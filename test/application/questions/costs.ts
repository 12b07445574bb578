import { randomUUID } from 'node:crypto';
import type { GivenEvent } from '../../support/read-side.js';
import { tell } from './asking.js';

type Told = Partial<Omit<GivenEvent, 'type' | 'data' | 'stream'>>;

/** Events of what customers cost, told briefly. */
export const costs = {
  rate(activity: string, rate: string, per: string, validFrom: string, more: object = {}, told: Told = {}): GivenEvent {
    return {
      type: 'ActivityRateSet',
      at: validFrom,
      data: { activity, rate, currency: 'EUR', per, validFrom, ...more },
      stream: 'policy-activity-rates',
      ...told,
    };
  },
  visit(customer: number, at: string, durationMinutes?: number): GivenEvent {
    return tell.event(customer, 'VisitLogged', at, {
      visitId: randomUUID(),
      heldBy: ['r1'],
      contactPersons: [],
      durationMinutes,
    });
  },
  call(customer: number, at: string): GivenEvent {
    return tell.event(customer, 'InteractionLogged', at, {
      interactionId: randomUUID(),
      channel: 'phone',
      heldBy: ['r1'],
      contactPersons: [],
      countsTowardScheme: true,
    });
  },
  done(customer: number, activity: string, quantity: string, at: string): GivenEvent {
    return tell.event(customer, 'ActivityCostAttributed', at, { activity, quantity });
  },
  direct(customer: number, amount: number, at: string, incurredOn = at, currency = 'EUR'): GivenEvent {
    return tell.event(customer, 'DirectCostAttributed', at, { amount, currency, what: 'a stand', incurredOn });
  },
};
