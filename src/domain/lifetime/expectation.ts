/**
 * What expected value rests on where the value policy in force doesn't say: money loses a tenth of its worth a year,
 * five years count, and a model of orders takes a thousand customers who ordered again.
 */
export const EXPECTATION_DEFAULTS = {
  /** A year, as a fraction. */
  discountRate: 0.1,
  /** 0 is without end. */
  horizonYears: 5,
  /** Customers with repeat orders from which on BG/NBD and Gamma-Gamma are fitted. */
  minimumRepeaters: 1_000,
};

/** Years with an order from which on a customer's own retention can be told; below it, that of its segment counts. */
export const YEARS_OF_OWN_RETENTION = 3;

/** Unit of time of the models: that of the publications, so that parameters can be compared. */
export const DAYS_A_WEEK = 7;

/** Weeks of a year in the models, leap years included. */
export const WEEKS_A_YEAR = 365.25 / DAYS_A_WEEK;
