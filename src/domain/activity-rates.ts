import { z } from 'zod';
import type { Decimal, Told } from './command.js';
import { decimalText, optionalDecimal, scaled, scaledText } from './decimal.js';
import { event } from './event.js';
import { mustDiffer, mustEndLater, Refused } from './refused.js';
import { currency, label, localDate, price, quantity } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

/**
 * What an activity is counted by. `hour`: hours of visits held; `visit`, `call`, `order`, `line` (of an order) and
 * `delivery`: what was recorded of each; `unit`: nothing but what is attributed to a customer, see ActivityCostAttributed.
 */
export const driver = z.enum(['hour', 'visit', 'call', 'order', 'line', 'delivery', 'unit']);
export type Driver = z.infer<typeof driver>;

/**
 * Time-driven activity-based costing: capacity cost ÷ practical hours × minutes ÷ 60.
 * Source: Kaplan & Anderson.
 */
const timeDriven = z.strictObject({
  /** What the people and means that do it cost over a period, in units of the currency. */
  capacityCost: price,
  /** Hours that they really work over that period. */
  practicalHours: quantity,
  /** Minutes that it takes once; of an `hour` 60. */
  minutesPerUnit: quantity,
});

export const events = {
  /**
   * What doing something once costs us. A later rate of an activity takes the place of the earlier ones from its first day
   * on, for good: after its own end the activity has no rate until the next one begins.
   */
  ActivityRateSet: event(
    z.strictObject({
      activity: label,
      /** Units of the currency (not minor ones) per hour, visit …, up to 6 places. */
      rate: price,
      currency,
      per: driver,
      timeDriven: timeDriven.optional(),
      validFrom: localDate,
      /** First day on which it no longer holds. */
      validTo: localDate.optional(),
    }),
  ),
};

export interface ToldActivityRate {
  readonly activity: string;
  /** Units of the currency; left out where it follows from the time that it takes. */
  readonly rate?: Decimal;
  /** The reporting currency when left out. */
  readonly currency?: string;
  readonly per: Driver;
  readonly timeDriven?: {
    /** Units of the currency. */
    readonly capacityCost: Decimal;
    readonly practicalHours: Decimal;
    readonly minutesPerUnit: Decimal;
  };
  /** First day on which it no longer holds. */
  readonly validTo?: string;
}

export interface SetActivityRates extends Told {
  readonly rates: readonly ToldActivityRate[];
  readonly validFrom?: string;
}

export interface Commands {
  SetActivityRates: SetActivityRates;
}

const ratePlaces = 6;
const timePlaces = 3;

/** Capacity cost ÷ practical hours × minutes ÷ 60, rounded half away from zero to 6 places. */
export function timeDrivenRate(given: z.infer<typeof timeDriven>): string {
  const cost = scaled(given.capacityCost, ratePlaces);
  const perHour = scaled(given.practicalHours, timePlaces) * 60n;
  const minutes = scaled(given.minutesPerUnit, timePlaces);
  return scaledText((2n * cost * minutes + perHour) / (2n * perHour), ratePlaces);
}

export const rules: Rules<typeof events, unknown> = {
  ActivityRateSet(_, { data }) {
    mustEndLater(data);
    if (!data.timeDriven) return;
    if (data.per === 'hour' && scaled(data.timeDriven.minutesPerUnit, timePlaces) !== 60_000n) {
      throw new Refused('hour-takes-an-hour', 'An hour takes 60 minutes.', 'timeDriven.minutesPerUnit');
    }
    const follows = timeDrivenRate(data.timeDriven);
    if (decimalText(data.rate) !== follows) {
      throw new Refused('rate-not-time-driven', `From the time that it takes follows a rate of ${follows}.`, 'rate');
    }
  },
};

export const evolve: Evolve<typeof events, unknown> = { ActivityRateSet: always };

const digits = /^\d{1,12}(\.\d{1,6})?$/;

export const decide: Decide<Commands, unknown, typeof events> = {
  SetActivityRates(_, { rates, validFrom }, { occurredAt, localDay, currency: reporting }) {
    mustDiffer(
      rates.map(({ activity }) => activity),
      'rates',
    );
    return rates.map((told, index) => {
      const given = told.timeDriven && {
        capacityCost: decimalText(told.timeDriven.capacityCost),
        practicalHours: decimalText(told.timeDriven.practicalHours),
        minutesPerUnit: decimalText(told.timeDriven.minutesPerUnit),
      };
      if ((told.rate === undefined) === (given === undefined)) {
        throw new Refused('rate-or-time', 'Say either a rate or the time that it takes.', `rates.${index}.rate`);
      }
      // What is no number is for the schema to refuse.
      const follows = given && Object.values(given).every((text) => digits.test(text)) && given.practicalHours !== '0';
      return {
        type: 'ActivityRateSet',
        occurredAt,
        data: {
          activity: told.activity,
          rate: optionalDecimal(told.rate) ?? (follows && given ? timeDrivenRate(given) : '0'),
          currency: told.currency ?? reporting,
          per: told.per,
          timeDriven: given,
          validFrom: validFrom ?? localDay(occurredAt),
          validTo: told.validTo,
        },
      };
    });
  },
};
