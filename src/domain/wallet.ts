import { z } from 'zod';
import type { Decimal } from './command.js';
import { event } from './event.js';
import { mustBeActive, type Profile } from './profile.js';
import { currency, fraction, label, minorUnits } from './shapes.js';
import type { Rules } from './topic.js';

/** What the customer spends in a category in all, as somebody estimated it. */
export const events = {
  WalletEstimated: event(
    z.strictObject({
      category: label,
      annualSpend: minorUnits.min(0),
      currency,
      ourShare: fraction.optional(),
      potential: minorUnits.optional(),
      competitors: z.array(label).max(50).optional(),
      basis: label.optional(),
    }),
  ),
};

/** A wallet as a command tells it. */
export interface EstimatedWallet {
  readonly category: string;
  /** Minor units a year. */
  readonly annualSpend: number;
  /** The reporting currency when left out. */
  readonly currency?: string;
  /** Fraction from 0 to 1. */
  readonly ourShare?: Decimal;
  /** Minor units a year. */
  readonly potential?: number;
  readonly competitors?: readonly string[];
  readonly basis?: string;
}

export const rules: Rules<typeof events, { readonly profile: Profile }> = {
  WalletEstimated({ profile }, { occurredAt }) {
    mustBeActive(profile, occurredAt);
  },
};
