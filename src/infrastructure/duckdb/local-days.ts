import { IANAZone } from 'luxon';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Business days of a zone. Clocks are set so seldom that the offset is looked up once per day, not once per event;
 * agrees with `local_day` in SQL, which takes a microsecond for each.
 */
export class LocalDays {
  private readonly zone: IANAZone;
  /** Per UTC day: the offset in milliseconds, or undefined on a day on which it changes. */
  private readonly offsets = new Map<number, number | undefined>();

  constructor(timeZone: string) {
    this.zone = IANAZone.create(timeZone);
    if (!this.zone.isValid) throw new RangeError(`"${timeZone}" is not a time zone.`);
  }

  /** Days since 1970-01-01 of the local day on which the instant (ms since 1970) falls. */
  dayOf(instantMs: number): number {
    const utcDay = Math.floor(instantMs / DAY_MS);
    let offset = this.offsets.get(utcDay);
    if (offset === undefined) {
      if (!this.offsets.has(utcDay)) this.offsets.set(utcDay, this.offsetOfWholeDay(utcDay));
      offset = this.offsets.get(utcDay) ?? this.offsetAt(instantMs);
    }
    return Math.floor((instantMs + offset) / DAY_MS);
  }

  private offsetOfWholeDay(utcDay: number): number | undefined {
    const atStart = this.offsetAt(utcDay * DAY_MS);
    return atStart === this.offsetAt((utcDay + 1) * DAY_MS) ? atStart : undefined;
  }

  private offsetAt(instantMs: number): number {
    return Math.round(this.zone.offset(instantMs) * MINUTE_MS);
  }
}
