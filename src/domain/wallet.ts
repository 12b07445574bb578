import { z } from 'zod';
import type { Decimal, Told } from './command.js';
import { optionalDecimal } from './decimal.js';
import { type EventOf, event } from './event.js';
import { mustBeActive, type Profile } from './profile.js';
import { currency, fraction, label, minorUnits } from './shapes.js';
import type { Decide, Rules } from './topic.js';

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

export interface EstimateWallet extends Told, EstimatedWallet {}

export interface Commands {
  EstimateWallet: EstimateWallet;
}

interface State {
  readonly profile: Profile;
}

export const rules: Rules<typeof events, State> = {
  WalletEstimated({ profile }, { occurredAt }) {
    mustBeActive(profile, occurredAt);
  },
};

/** @param currency the reporting one */
export function estimated(
  wallet: EstimatedWallet,
  occurredAt: string,
  currency: string,
): EventOf<typeof events, 'WalletEstimated'> {
  const { category, annualSpend, ourShare, potential, competitors, basis } = wallet;
  return {
    type: 'WalletEstimated',
    occurredAt,
    data: {
      category,
      annualSpend,
      currency: wallet.currency ?? currency,
      ourShare: optionalDecimal(ourShare),
      potential,
      competitors: competitors && [...competitors],
      basis,
    },
  };
}

export const decide: Decide<Commands, State, typeof events> = {
  EstimateWallet(_, command, { occurredAt, currency }) {
    return [estimated(command, occurredAt, currency)];
  },
};
