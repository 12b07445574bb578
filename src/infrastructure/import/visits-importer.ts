import { customerIdFor, visitIdFor } from '../../domain/ids.js';
import { customerStream } from '../../domain/streams.js';
import type { LocalTimes } from './local-times.js';
import type { Importer, ImportPlan, PlannedCommand } from './plan.js';
import { ImportedReps } from './reps.js';
import { RowReader } from './row-reader.js';
import { asLabel, LABEL_LENGTH } from './texts.js';

export interface VisitImportOptions {
  readonly source: string;
  readonly mapping: ReadonlyMap<string, string>;
  readonly times: LocalTimes;
}

const columnNames = {
  required: ['customer_id', 'occurred_at', 'held_by'],
  optional: ['visit_id', 'topics', 'outcome', 'notes', 'duration_minutes'],
} as const;
type ColumnName = (typeof columnNames.required)[number] | (typeof columnNames.optional)[number];

/** Longest text that an event holds. */
const TEXT_LENGTH = 10_000;
const MINUTES_A_WEEK = 10_080;

/** Visits that another system kept, a row each. Without an id of its own a visit is told by what its row says. */
export class VisitsImporter implements Importer {
  private readonly row = new RowReader<ColumnName>(columnNames);
  private readonly reps: ImportedReps;
  private readonly visits = new Map<string, { at: number; planned: PlannedCommand }[]>();

  constructor(private readonly options: VisitImportOptions) {
    this.reps = new ImportedReps(options.source);
  }

  header(names: readonly string[]): { readonly ignored: readonly string[] } {
    return this.row.header(names, this.options.mapping);
  }

  add(fields: readonly string[], line: number): string | undefined {
    const { row } = this;
    if (!row.open(fields)) return 'wrong-number-of-columns';
    const key = row.text('customer_id');
    if (key === '') return 'customer-missing';
    if (key.length > LABEL_LENGTH) return 'text-too-long';
    const at = this.options.times.parse(row.text('occurred_at'));
    if (at === undefined) return 'time-not-understood';
    const minutes = row.text('duration_minutes');
    if (minutes !== '' && (!/^\d{1,5}$/.test(minutes) || Number(minutes) < 1 || Number(minutes) > MINUTES_A_WEEK)) {
      return 'minutes-not-a-number';
    }
    const outcome = row.text('outcome');
    const notes = row.text('notes');
    const topics = row.texts('topics').map(asLabel);
    if (outcome.length > TEXT_LENGTH || notes.length > TEXT_LENGTH) return 'text-too-long';
    const heldBy: string[] = [];
    for (const person of row.texts('held_by')) {
      const id = this.reps.idOf(person, at, line);
      if (id === undefined) return 'rep-not-usable';
      if (!heldBy.includes(id)) heldBy.push(id);
    }
    const payload = {
      occurredAt: new Date(at).toISOString(),
      heldBy,
      ...(topics.length > 0 && { topics }),
      ...(outcome !== '' && { outcome }),
      ...(notes !== '' && { notes }),
      ...(minutes !== '' && { durationMinutes: Number(minutes) }),
    };
    const own = row.text('visit_id');
    const id = visitIdFor(this.options.source, own === '' ? JSON.stringify([key, payload]) : own);
    const planned: PlannedCommand = {
      command: { name: 'LogVisit', id, payload },
      lines: [line],
      label: own === '' ? `the visit on line ${line}` : `visit ${own}`,
    };
    const ofCustomer = this.visits.get(key);
    if (ofCustomer) ofCustomer.push({ at, planned });
    else this.visits.set(key, [{ at, planned }]);
    return undefined;
  }

  plan(): ImportPlan {
    let visits = 0;
    const streams = [...this.visits].map(([key, ofCustomer]) => {
      visits += ofCustomer.length;
      return {
        stream: customerStream(customerIdFor(this.options.source, key)),
        customerKey: key,
        commands: ofCustomer.sort((one, other) => one.at - other.at).map(({ planned }) => planned),
      };
    });
    return {
      first: this.reps.streams(),
      streams,
      refused: new Map(),
      counts: { customers: streams.length, orders: 0, returns: 0, visits },
      net: {},
    };
  }
}
