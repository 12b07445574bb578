import { IANAZone } from 'luxon';

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?$/;
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** A file with more different times than this gets by without remembering them. */
const REMEMBERED = 200_000;

/**
 * Times of a file that names no zone, as instants: `2010-12-01 08:26[:00]`, `2010-12-01T08:26`, `2010-12-01` (the
 * beginning of that local day), or with a zone of their own (`Z`, `+01:00`). A time that the clocks skip in spring is
 * read as the one an hour later, one that they repeat in autumn as the first of the two.
 */
export class LocalTimes {
  private readonly seen = new Map<string, number | undefined>();
  private readonly offsets = new Map<number, number | undefined>();

  private readonly zone: IANAZone;

  /** @param zone IANA name, see `isZone` */
  constructor(zone: string) {
    this.zone = IANAZone.create(zone);
  }

  static isZone(name: string): boolean {
    return IANAZone.isValidZone(name);
  }

  /** Milliseconds since 1970, or undefined for what is not a time. */
  parse(text: string): number | undefined {
    const known = this.seen.get(text);
    if (known !== undefined || this.seen.has(text)) return known;
    const instant = this.read(text);
    if (this.seen.size >= REMEMBERED) this.seen.clear();
    this.seen.set(text, instant);
    return instant;
  }

  private read(text: string): number | undefined {
    const match = LOCAL.exec(text);
    if (!match) return undefined;
    const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '', zone] = match;
    const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
    const date = new Date(midnight);
    if (Number(year) < 1000 || date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) {
      return undefined;
    }
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
    const millis = Number(fraction.slice(0, 3).padEnd(3, '0'));
    const local = midnight + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + millis;
    if (zone) return match[4] === undefined ? undefined : local - zoneMinutes(zone) * MINUTE;
    const offset = this.offsetOfDay(midnight);
    return offset === undefined ? this.onADayOfChange(local) : local - offset * MINUTE;
  }

  private onADayOfChange(local: number): number {
    const before = this.zone.offset(local - DAY);
    const after = this.zone.offset(local + DAY);
    const first = local - before * MINUTE;
    const second = local - after * MINUTE;
    return this.zone.offset(first) !== before && this.zone.offset(second) === after ? second : first;
  }

  /** Minutes east of UTC during that whole local day; undefined on a day when the clocks change. */
  private offsetOfDay(midnight: number): number | undefined {
    if (!this.offsets.has(midnight)) {
      const before = this.zone.offset(midnight - DAY);
      this.offsets.set(midnight, before === this.zone.offset(midnight + 2 * DAY) ? before : undefined);
    }
    return this.offsets.get(midnight);
  }
}

function zoneMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
}
