import { NotFound } from '../ask.js';
import type { Reading } from '../ports/read-side.js';

/** A customer as of a date: the one that the id stands for, which is another one when it was absorbed. */
export interface FoundCustomer {
  /** Surrogate key in the read side. */
  readonly customer: number;
  readonly customerId: string;
  /** Surrogate keys under which its facts were recorded: its own and those of the customers it absorbed. */
  readonly members: readonly number[];
}

/** @throws NotFound when nothing was known of such a customer by then */
export async function findCustomer(reading: Reading, id: string): Promise<FoundCustomer> {
  const [found] = await reading.rows<FoundCustomer>('FROM customer_found($as_of, $known, $id)', { id });
  if (!found) throw new NotFound(`There is no customer ${id} as of that date, as far as was known.`);
  return found;
}
