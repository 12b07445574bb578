import { type Assignment, assignmentIdFor, digestOf, inParts, type Placing } from '../../domain/segmentation.js';
import type { Segment } from '../../domain/shapes.js';
import { segmentationStream } from '../../domain/streams.js';
import type { ToldValuePolicy } from '../../domain/value-policy.js';
import type { Book } from './book.js';
import { at, dayOf, instant } from './calendar.js';
import { LOSS_MAKER } from './costing.js';
import { type Customer, segmentOf } from './customer.js';
import type { Ledger } from './ledger.js';
import { VALUE_FROM_2025 } from './policy.js';
import { Random } from './random.js';
import { TEAM } from './team.js';

const MANAGER = TEAM.femke.repId;
/** The year whose revenue it goes by. */
const YEAR = 2025;
const PROPOSED = dayOf('2026-01-07');
const DECIDED = dayOf('2026-01-09');
/** Grew from nothing, and is told to go on so. */
const PROMISING = 31;

/** The last moment of the year. */
const AS_OF = instant(at(dayOf(`${YEAR + 1}-01-01`), 0) - 1);

/** Where the run is kept; `segments` is empty until it holds. */
export interface SegmentsInForce {
  readonly segments: ReadonlyMap<string, Placing>;
}

/**
 * In January the segments of the year are proposed from what was bought in the year before, looked through and finalised;
 * from then on contacts follow them.
 */
export function prepareSegmentation(book: Book, customers: readonly Customer[], ledger: Ledger): SegmentsInForce {
  const random = new Random(`segmentation ${YEAR}`);
  const runId = random.uuid();
  const stream = segmentationStream(runId);
  const segments = new Map<string, Placing>();
  const proposed = new Map<string, Placing>();
  const adjust = (number: number, minute: number, to: Segment, reason: string) => {
    const { id: customerId } = (customers[number] as Customer).character;
    const from = proposed.get(customerId) ?? 'none';
    if (from === to) return;
    proposed.set(customerId, to);
    book.tell(at(PROPOSED + 1, 10, minute), stream, MANAGER, {
      name: 'AdjustSegment',
      id: random.uuid(),
      payload: { customerId, from, to, reason },
    });
  };
  book.plan(PROPOSED, () => {
    const ranking = ledger.ranking(YEAR);
    const assignments = ranking.map(
      ({ customerId, revenue }, index): Assignment => ({
        customerId,
        segment: segmentOf(index, ranking.length),
        figure: String(revenue),
        rank: index + 1,
      }),
    );
    for (const { customerId, segment } of assignments) proposed.set(customerId, segment);
    propose(book, runId, assignments);
  });
  book.plan(PROPOSED + 1, () => {
    adjust(PROMISING, 5, 'B', 'Opent dit jaar drie vestigingen en wil alles bij één leverancier');
    adjust(LOSS_MAKER, 15, 'D', 'Kost meer dan hij opbrengt; eerst nieuwe voorwaarden, dan weer bezoeken');
  });
  book.plan(DECIDED, () => {
    for (const [customerId, segment] of proposed) segments.set(customerId, segment);
    book.tell(at(DECIDED, 9, 0), stream, MANAGER, {
      name: 'FinaliseSegmentation',
      id: random.uuid(),
      payload: { effectiveFrom: `${YEAR + 1}-01-01`, approver: MANAGER },
    });
  });
  return { segments };
}

function propose(book: Book, runId: string, assignments: readonly Assignment[]): void {
  const parts = inParts(assignments);
  const moment = at(PROPOSED, 7, 30);
  const stream = segmentationStream(runId);
  book.tell(moment, stream, MANAGER, {
    name: 'ProposeSegmentation',
    id: runId,
    payload: {
      asOf: AS_OF,
      // Only the log that it is told to can say.
      knownAt: 'log-0',
      policy: { pyramidBy: 'revenue', thresholdsOf: 'customers', ...VALUE_FROM_2025 } satisfies ToldValuePolicy,
      parts: parts.length,
      customers: assignments.length,
      digest: digestOf(parts) as string,
    },
  });
  for (const [index, part] of parts.entries()) {
    book.tell(moment, stream, MANAGER, {
      name: 'AssignSegments',
      id: assignmentIdFor(runId, index + 1),
      payload: { part: index + 1, assignments: part },
    });
  }
}
