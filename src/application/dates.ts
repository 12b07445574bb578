import { DateTime } from 'luxon';

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A date or instant that can't be understood; the message says what is expected. */
export class BadDate extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadDate';
  }
}

/** Whether the text has the form of a day, `2026-03-01`. */
export function isDay(text: string): boolean {
  return day.test(text);
}

/** The day itself, when there is such a day. @throws BadDate */
export function parseDay(text: string): string {
  if (!isDay(text)) throw new BadDate(`"${text}" is not a date like 2026-03-01.`);
  if (!DateTime.fromISO(text, { zone: 'utc' }).isValid) throw new BadDate(`There is no day ${text}.`);
  return text;
}

/** First millisecond of a day in a zone. @throws BadDate */
export function startOfDay(text: string, timeZone: string): number {
  return DateTime.fromISO(parseDay(text), { zone: timeZone }).startOf('day').toMillis();
}

/** Last millisecond before the day after. @throws BadDate */
export function endOfDay(text: string, timeZone: string): number {
  return DateTime.fromISO(parseDay(text), { zone: timeZone }).plus({ days: 1 }).startOf('day').toMillis() - 1;
}

/** Milliseconds since 1970 of an instant with its offset. @throws BadDate */
export function parseInstant(text: string): number {
  if (!instant.test(text)) {
    throw new BadDate(
      `"${text}" is neither a date (2026-03-01) nor an instant with its offset (2026-03-01T09:30:00Z).`,
    );
  }
  const parsed = DateTime.fromISO(text, { setZone: true });
  if (!parsed.isValid) throw new BadDate(`There is no instant ${text}.`);
  return parsed.toMillis();
}

/** An instant as it is; a day as its last millisecond in the zone. @throws BadDate */
export function upTo(text: string, timeZone: string): number {
  return isDay(text) ? endOfDay(text, timeZone) : parseInstant(text);
}

/** The calendar day of an instant in a zone. */
export function localDay(ms: number, timeZone: string): string {
  return DateTime.fromMillis(ms, { zone: timeZone }).toISODate() as string;
}
