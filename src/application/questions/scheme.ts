import type { Question } from '../ask.js';
import { type ContactItem, linesOf } from './contacts.js';
import { findCustomer } from './customer.js';

export interface ContactScheme {
  readonly customerId: string;
  /** In force; null without one. */
  readonly segment: 'A' | 'B' | 'C' | 'D' | null;
  /** Where the lines come from; null when there are none. */
  readonly basis: 'own' | 'policy' | 'default' | null;
  readonly lines: readonly Omit<ContactItem, 'customer' | 'value'>[];
}

/** The contact scheme of a customer: line by line what was promised, the last contact that counts, and the next. */
export const contactScheme: Question<{ customerId: string }, ContactScheme> = async (
  reading,
  { customerId },
  services,
) => {
  const found = await findCustomer(reading, customerId);
  const lines = await linesOf(reading, services, found);
  return {
    customerId: found.customerId,
    segment: lines[0]?.customer.segment ?? null,
    basis: lines[0]?.basis ?? null,
    lines: lines
      .map(({ customer: _customer, value: _value, ...line }) => line)
      .toSorted((a, b) => a.line.number - b.line.number),
  };
};
