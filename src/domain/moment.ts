import type { Told } from './command.js';
import type { Metadata } from './metadata.js';
import { Refused } from './refused.js';

/** What a decision knows beside the state and the command. All of it comes from outside. */
export interface Moment {
  /** The command's id; what it makes carries it. */
  readonly id: string;
  /** UTC instant in ISO 8601 with milliseconds. */
  readonly now: string;
  /** When it happened: as told, else now. */
  readonly occurredAt: string;
  readonly source: Metadata['source'];
  /** The reporting currency. */
  readonly currency: string;
  /** Calendar day of an instant in the log's time zone. */
  readonly localDay: (instant: string) => string;
}

/** How far clocks may differ before a time counts as being in the future. */
const toleranceMs = 5 * 60_000;

const shape = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** The instant in UTC with milliseconds; undefined for a text that isn't an instant with its offset, or a day that does not exist. */
export function toInstant(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const match = shape.exec(text);
  if (!match) return undefined;
  // A day up to the 28th exists in every month; the parser would take a 30th of February for the 2nd of March.
  if (Number(match[3]) > 28 && !dayExists(Number(match[1]), Number(match[2]), Number(match[3]))) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}

function dayExists(year: number, month: number, day: number): boolean {
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** What a command says of when it happened, and where it says it; an order book calls it `placedAt`. */
export function toldMoment(command: Told & { readonly placedAt?: string }): { path: string; text: string } | undefined {
  if (command.placedAt !== undefined) return { path: 'placedAt', text: command.placedAt };
  if (command.occurredAt !== undefined) return { path: 'occurredAt', text: command.occurredAt };
  return undefined;
}

/** @throws Refused when something that has happened is said to happen later. */
export function mustHaveHappened(occurredAt: string, now: string, path = 'occurredAt'): void {
  if (occurredAt > now && Date.parse(occurredAt) > Date.parse(now) + toleranceMs) {
    throw new Refused('in-the-future', `It can't have happened at ${occurredAt}: it is ${now} now.`, path);
  }
}

/**
 * When something happened of which only the day is told: at noon of that day, or now while that day lasts.
 * @throws Refused when the day has not come yet.
 */
export function duringDay(day: string, path: string, command: Told, moment: Moment): string {
  const latest = moment.localDay(new Date(Date.parse(moment.now) + toleranceMs).toISOString());
  if (day > latest)
    throw new Refused('in-the-future', `It can't have happened on ${day}: it is ${moment.now} now.`, path);
  if (command.occurredAt !== undefined || day >= moment.localDay(moment.now)) return moment.occurredAt;
  // East of +11:59 noon in UTC is the next day already.
  const noon = `${day}T12:00:00.000Z`;
  if (toInstant(noon) === undefined) return moment.occurredAt;
  return moment.localDay(noon) === day ? noon : `${day}T00:00:00.000Z`;
}

/** Calendar days of a time zone. @throws RangeError for a zone that does not exist. */
export function localDays(timeZone: string): (instant: string) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (instant) => format.format(new Date(instant));
}
