import { z } from 'zod';
import type { Told } from './command.js';
import { event } from './event.js';
import { mustStand, type Orders } from './orders.js';
import { agreesTo, mustKnow, type People } from './people.js';
import { Refused } from './refused.js';
import { uuid } from './shapes.js';
import type { Decide, Evolve, Rules } from './topic.js';

/** What a customer's opinion is asked with. */
export const instrument = z.enum(['orderEvaluation', 'survey', 'nps']);
export type Instrument = z.infer<typeof instrument>;

export const events = {
  EvaluationRequested: event(
    z.strictObject({
      /** What an answer to it names. */
      evaluationId: uuid,
      instrument,
      /** Contact person who is asked; the customer as a whole when left out. */
      to: uuid.optional(),
      /** Order that it is about; always there for an order evaluation. */
      orderId: uuid.optional(),
    }),
    { identity: 'evaluationId' },
  ),
};

export interface RequestEvaluation extends Told {
  readonly instrument: Instrument;
  /** When left out: the one contact person who agreed to evaluations, if there is exactly one. */
  readonly to?: string;
  readonly orderId?: string;
}

export interface Commands {
  RequestEvaluation: RequestEvaluation;
}

export interface Satisfaction {
  /** What was asked, by the request's id, and about which order. */
  readonly requested: Map<string, { readonly instrument: Instrument; readonly orderId: string | undefined }>;
}

interface State {
  readonly people: People;
  readonly orders: Orders;
  readonly satisfaction: Satisfaction;
}

export function initial(): Satisfaction {
  return { requested: new Map() };
}

export const rules: Rules<typeof events, State> = {
  EvaluationRequested({ people, orders, satisfaction }, { data, occurredAt }) {
    if (satisfaction.requested.has(data.evaluationId)) {
      throw new Refused('evaluation-already-requested', `Evaluation ${data.evaluationId} was requested already.`, 'id');
    }
    if (data.orderId !== undefined) mustStand(orders, data.orderId);
    else if (data.instrument === 'orderEvaluation') {
      throw new Refused('order-needed', 'An order evaluation names its order.', 'orderId');
    }
    if (data.to !== undefined) mustKnow(people, data.to, occurredAt, 'to');
  },
};

export const evolve: Evolve<typeof events, Satisfaction> = {
  EvaluationRequested({ requested }, { data }) {
    requested.set(data.evaluationId, { instrument: data.instrument, orderId: data.orderId });
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  RequestEvaluation({ people, satisfaction }, command, { id, occurredAt, source }) {
    const { orderId } = command;
    // People may ask twice; the system by itself never does.
    if (source === 'system' && hasAsked(satisfaction, command.instrument, orderId)) {
      throw new Refused('evaluation-already-requested', `Order ${orderId} was asked about already.`, 'orderId');
    }
    if (command.to !== undefined && agreesTo(people, command.to, 'evaluation') === false) {
      throw new Refused('no-consent', `Contact person ${command.to} does not want to be asked.`, 'to');
    }
    const willing = [...people.keys()].filter((person) => isWilling(people, person, occurredAt));
    const to = command.to ?? (willing.length === 1 ? willing[0] : undefined);
    return [
      {
        type: 'EvaluationRequested',
        occurredAt,
        data: { evaluationId: id, instrument: command.instrument, to, orderId },
      },
    ];
  },
};

function hasAsked({ requested }: Satisfaction, by: Instrument, orderId: string | undefined): boolean {
  for (const asked of requested.values()) if (asked.instrument === by && asked.orderId === orderId) return true;
  return false;
}

function isWilling(people: People, person: string, occurredAt: string): boolean {
  const leftAt = people.get(person)?.leftAt;
  return agreesTo(people, person, 'evaluation') === true && (leftAt === undefined || leftAt > occurredAt);
}
