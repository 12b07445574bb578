/**
 * Deliberate mistakes of a server. The double makes one of them when it is told to, so that tests can show that what
 * follows the log would notice: a double that can't be caught lying proves nothing by being honest.
 */
export const BUGS = [
  'ignores-expected-revision',
  'no-wrong-version',
  'wrong-actual-version',
  'duplicates-on-retry',
  'forgets-a-part-of-an-append',
  'skips-an-event',
  'reads-unordered',
  'ignores-limit',
  'changes-data',
  'revives-tombstoned-streams',
  'inclusive-subscription',
  'forgets-filter',
  'loses-events-while-going-live',
  'never-goes-live',
  'caught-up-too-early',
  'never-caught-up',
] as const;

export type Bug = (typeof BUGS)[number];
