import { v7 } from 'uuid';
import type { Decimal, Told } from '../domain/command.js';
import type { Moment } from '../domain/moment.js';
import type { PlaceOrder } from '../domain/orders.js';
import { Invalid, Refused, Unknown } from '../domain/refused.js';
import { customerStream } from '../domain/streams.js';
import { BadQuestion, NotFound } from './ask.js';
import { headOf, type Means } from './propose-segmentation.js';
import { type OrderKind, repeatOrder } from './questions/repeat-order.js';
import { type By, type ComposedCommand, type Outcome, Record } from './record.js';
import { readStored } from './stored-event.js';

export interface ToldRepeat extends Told, Omit<OrderKind, 'orderId'> {
  /** The order that is repeated; the last one of the kind when left out. */
  readonly of?: string;
  /** The same as `occurredAt`. */
  readonly placedAt?: string;
  readonly soldBy?: string;
  readonly quantities?: readonly { readonly line: number; readonly quantity: Decimal }[];
  /** Position that counts at least; everything recorded so far when left out. */
  readonly atLeast?: string;
}

type Placed = Extract<Outcome, { status: 'recorded' | 'repeated' }>;

export interface Repeated extends Placed {
  /** As it was placed. */
  readonly order: PlaceOrder;
}

/**
 * Places an order again under the agreements in force when it is placed: see the question `repeatOrder`. The same id with the
 * same content is a repeat, whatever order it would make by now: it is answered with the order that was placed.
 * @throws what asking and recording throw
 */
export async function placeAgain(
  { log, ask, record }: Means,
  customerId: string,
  { atLeast, ...told }: ToldRepeat,
  by: By,
): Promise<Repeated | Exclude<Outcome, Placed>> {
  const stream = customerStream(customerId);
  const { of, productGroup, sku, quantities, soldBy } = told;
  const compose = async ({ occurredAt }: Moment) => {
    const params = { customerId, orderId: of, productGroup, sku, quantities };
    // Whoever has just recorded an agreement expects it to count.
    const when = { asOf: occurredAt, atLeast: atLeast ?? (await headOf(log)) };
    const { order, repeats } = (await ask(repeatOrder, params, when)).data;
    if (!order) throw new Refused('nothing-to-repeat', 'Every line of the order is left out.', 'quantities');
    return { payload: { ...order, occurredAt, soldBy }, causationId: repeats.eventId };
  };
  const command: ComposedCommand<'PlaceOrder'> = {
    name: 'PlaceOrder',
    id: told.id ?? v7({ msecs: by.now }),
    asked: told,
    compose: (moment) => compose(moment).catch(inItsWords),
  };
  const [outcome] = await record(new Record(stream, [command], by));
  if (outcome?.status !== 'recorded' && outcome?.status !== 'repeated') return outcome as Exclude<Outcome, Placed>;
  for await (const placed of log.read(stream, { from: BigInt(outcome.revision), limit: 1 })) {
    const { orderId: _, ...order } = readStored(placed).data as PlaceOrder & { readonly orderId: string };
    return { ...outcome, order };
  }
  throw new Error(`Order ${outcome.id} is not where it was recorded.`);
}

/** What a question can't be answered for, as a command is refused. */
function inItsWords(error: unknown): never {
  if (error instanceof NotFound) throw new Unknown(error.message);
  if (error instanceof BadQuestion && !error.errors.some(({ path }) => path === 'atLeast')) {
    throw new Invalid([...error.errors]);
  }
  throw error;
}
