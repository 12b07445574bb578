/** Where the present comes from. Only the edge asks it: rules, folds and SQL are handed the time. */
export abstract class Clock {
  /** Milliseconds since 1970. */
  abstract now(): number;
}
