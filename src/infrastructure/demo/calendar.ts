/**
 * The days of the made-up company, numbered from 0. Its time zone is Europe/Amsterdam; the offset is worked out from
 * the European rule, so that filling doesn't depend on the machine's zone data.
 */
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = Date.UTC(2023, 10, 1);

/** The last day of the story: 31 October 2026. */
export const LAST_DAY = (Date.UTC(2026, 9, 31) - FIRST_DAY_MS) / DAY_MS;

function utcDate(day: number): Date {
  return new Date(FIRST_DAY_MS + day * DAY_MS);
}

/** Day number of a date such as `2025-08-31`. */
export function dayOf(date: string): number {
  return (Date.parse(`${date}T00:00:00Z`) - FIRST_DAY_MS) / DAY_MS;
}

/** `2025-08-31` */
export function dateOf(day: number): string {
  return utcDate(day).toISOString().slice(0, 10);
}

export function yearOf(day: number): number {
  return utcDate(day).getUTCFullYear();
}

/** 1 for January. */
export function monthOf(day: number): number {
  return utcDate(day).getUTCMonth() + 1;
}

export function isFirstOfMonth(day: number): boolean {
  return utcDate(day).getUTCDate() === 1;
}

function weekday(day: number): number {
  return utcDate(day).getUTCDay();
}

function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 0));
  return last.getTime() - last.getUTCDay() * DAY_MS;
}

/** Instant of a local time of the day, milliseconds since 1970. Not for the small hours, in which the clock changes. */
export function at(day: number, hour: number, minute = 0, second = 0): number {
  const midnight = FIRST_DAY_MS + day * DAY_MS;
  const year = yearOf(day);
  const isSummer = midnight >= lastSunday(year, 3) && midnight < lastSunday(year, 10);
  return midnight + ((hour - (isSummer ? 2 : 1)) * 3600 + minute * 60 + second) * 1000;
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** Easter Sunday, by the method of Meeus, Jones and Butcher; milliseconds. */
function easter(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return Date.UTC(year, Math.floor(sum / 31) - 1, (sum % 31) + 1);
}

const EASTER_MONDAY = 1;
const ASCENSION = 39;
const WHIT_MONDAY = 50;

function isHoliday(day: number): boolean {
  const date = utcDate(day);
  const monthDay = dateOf(day).slice(5);
  // King's Day moves to the Saturday when it would be on a Sunday; the house is closed between Christmas and New Year.
  if (monthDay === '04-27' || monthDay >= '12-24' || monthDay === '01-01') return true;
  const fromEaster = (date.getTime() - easter(date.getUTCFullYear())) / DAY_MS;
  return fromEaster === EASTER_MONDAY || fromEaster === ASCENSION || fromEaster === WHIT_MONDAY;
}

export function isWorkday(day: number): boolean {
  const dayOfWeek = weekday(day);
  return dayOfWeek !== 0 && dayOfWeek !== 6 && !isHoliday(day);
}

/** The day itself when it is a working day, else the first one after it. */
export function workdayFrom(day: number): number {
  let found = day;
  while (!isWorkday(found)) found++;
  return found;
}

export function workdaysAfter(day: number, count: number): number {
  let found = day;
  for (let step = 0; step < count; step++) found = workdayFrom(found + 1);
  return found;
}

const SEASON = [0.62, 0.78, 0.92, 0.95, 1.05, 1.0, 0.62, 0.7, 1.05, 1.38, 1.78, 1.15];

/** How busy a month is beside the average: gifts are ordered in the weeks before Sinterklaas and Christmas. */
export function season(day: number): number {
  return SEASON[monthOf(day) - 1] as number;
}
