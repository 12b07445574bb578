import { type Assignment, assignmentIdFor, digestOf, inParts, partSize } from '../../src/domain/segmentation.js';
import { given, happened, now, uuid } from '../support/given.js';

const run = uuid(5);
const stream = `segmentation-${run}`;
const reason = 'Will open three shops.';
const assigned = (rank: number, segment: Assignment['segment'], more: Partial<Assignment> = {}): Assignment => ({
  customerId: uuid(100 + rank),
  segment,
  figure: String(1_000 - rank),
  rank,
  ...more,
});
const parts = [[assigned(1, 'A'), assigned(2, 'B')], [assigned(3, 'D')]] as const;
const proposal = {
  asOf: '2025-12-31T22:59:59.999Z',
  knownAt: '4f9c2a7be1-1043',
  policy: { thresholds: { a: '0.01', b: '0.05', c: '0.2' } },
  parts: 2,
  customers: 3,
  digest: digestOf(parts) as string,
};
const proposed = happened('SegmentationProposed', { runId: run, ...proposal });
const part = (number: number, assignments: readonly Assignment[] = parts[number - 1] ?? []) =>
  happened('SegmentationAssigned', { runId: run, part: number, of: 2, assignments: [...assignments] });
const whole = [proposed, part(1), part(2)];
const adjustment = { customerId: uuid(102), from: 'B', to: 'A', reason } as const;
const adjusted = happened('SegmentAdjusted', { runId: run, ...adjustment });
const finalisation = { effectiveFrom: '2026-01-01', approver: 'anna' };
const finalised = happened('SegmentationFinalised', { runId: run, ...finalisation });
const discarded = happened('SegmentationDiscarded', { runId: run });

describe('a segmentation', () => {
  it('is proposed once, with what it rests on', () => {
    given([], stream)
      .when('ProposeSegmentation', { ...proposal, policy: { thresholds: { a: 0.01, b: 0.05, c: 0.2 } } })
      .thenEvents({ ...proposed, occurredAt: now });
    given([proposed], stream).when('ProposeSegmentation', proposal).thenRefused('segmentation-already-proposed');
    const told = given([], stream);
    told.when('ProposeSegmentation', { ...proposal, parts: 4 }).thenRefused('parts-do-not-fit', 'parts');
    told.when('ProposeSegmentation', { ...proposal, customers: 4_001 }).thenRefused('parts-do-not-fit', 'parts');
    told
      .when('ProposeSegmentation', { ...proposal, policy: { thresholds: { a: 0.1, b: 0.05, c: 0.2 } } })
      .thenRefused('thresholds-not-rising');
    told.when('ProposeSegmentation', { ...proposal, knownAt: 'yesterday' }).thenInvalid('knownAt');
  });

  it('is assigned in parts, in order', () => {
    given([proposed], stream)
      .when('AssignSegments', {
        part: 1,
        assignments: [...parts[0]].map((each) => ({ ...each, figure: Number(each.figure) })),
      })
      .thenEvents({ ...part(1), occurredAt: now });
    const assign = (events: Parameters<typeof given>[0], number: number, assignments: readonly Assignment[]) =>
      given(events, stream).when('AssignSegments', { part: number, assignments });
    assign([proposed], 2, parts[1]).thenRefused('part-out-of-order', 'part');
    assign([proposed, part(1)], 1, parts[0]).thenRefused('part-out-of-order', 'part');
    assign(whole, 3, [assigned(4, 'D')]).thenRefused('part-out-of-order', 'part');
    assign([], 1, parts[0]).thenUnknown();
    assign([proposed, discarded], 1, parts[0]).thenRefused('segmentation-discarded');
  });

  it('assigns each customer once, best first', () => {
    const assign = (events: Parameters<typeof given>[0], number: number, assignments: readonly Assignment[]) =>
      given(events, stream).when('AssignSegments', { part: number, assignments });
    assign([proposed], 1, [assigned(1, 'A'), assigned(1, 'A')]).thenRefused('assigned-twice', 'assignments.1');
    assign([proposed, part(1)], 2, [assigned(3, 'D', { customerId: uuid(101) })]).thenRefused('assigned-twice');
    assign([proposed], 1, [assigned(2, 'A'), assigned(1, 'A')]).thenRefused('ranks-not-rising', 'assignments.1.rank');
    assign([proposed, part(1)], 2, [assigned(3, 'D', { rank: 2 })]).thenRefused('ranks-not-rising');
    assign([proposed], 1, []).thenInvalid('assignments');
  });

  it('ends with a part that makes it what was proposed', () => {
    const assign = (assignments: readonly Assignment[]) =>
      given([proposed, part(1)], stream).when('AssignSegments', { part: 2, assignments });
    assign(parts[1]).thenRecorded();
    assign([assigned(3, 'C')]).thenRefused('digest-differs', 'assignments');
    assign([assigned(3, 'D', { figure: '1' })]).thenRefused('digest-differs', 'assignments');
    assign([...parts[1], assigned(4, 'D')]).thenRefused('customers-missing', 'assignments');
    // What came earlier counts, too.
    given([proposed, part(1, [assigned(1, 'B'), assigned(2, 'B')])], stream)
      .when('AssignSegments', { part: 2, assignments: parts[1] })
      .thenRefused('digest-differs');
  });

  it('is adjusted from where a customer is now', () => {
    given(whole, stream)
      .when('AdjustSegment', adjustment)
      .thenEvents({ ...adjusted, occurredAt: now });
    const adjust = (events: Parameters<typeof given>[0], more: object) =>
      given(events, stream).when('AdjustSegment', { ...adjustment, ...more });
    adjust([...whole, adjusted], {}).thenRefused('segment-has-changed', 'from');
    adjust([...whole, adjusted], { from: 'A', to: 'C' }).thenRecorded();
    adjust(whole, { to: 'B' }).thenRefused('nothing-changes', 'to');
    adjust(whole, { to: 'none' }).thenRecorded();
    adjust([proposed, part(1)], {}).thenRefused('segmentation-incomplete');
    adjust([...whole, finalised], {}).thenRefused('segmentation-finalised');
  });

  it('takes in a customer that it had not ranked', () => {
    const other = { customerId: uuid(7), to: 'C', reason } as const;
    given(whole, stream)
      .when('AdjustSegment', { ...other, from: 'none' })
      .thenRecorded();
    given(whole, stream)
      .when('AdjustSegment', { ...other, from: 'D' })
      .thenRefused('segment-has-changed', 'from');
  });

  it('is finalised after all of it happened, so that as of any date it is there whole', () => {
    const late = { ...adjusted, occurredAt: '2026-06-14T10:00:00.000Z' };
    given([...whole, late], stream)
      .when('FinaliseSegmentation', { ...finalisation, occurredAt: '2026-06-13T10:00:00.000Z' })
      .thenRefused('finalised-too-early', 'occurredAt');
  });

  it('is finalised when it is whole, from a day on that its figures reach', () => {
    given(whole, stream)
      .when('FinaliseSegmentation', finalisation)
      .thenEvents({ ...finalised, occurredAt: now });
    given([proposed, part(1)], stream)
      .when('FinaliseSegmentation', finalisation)
      .thenRefused('segmentation-incomplete');
    const from = (effectiveFrom: string) =>
      given(whole, stream).when('FinaliseSegmentation', { ...finalisation, effectiveFrom });
    // As of the last millisecond of the year in Amsterdam.
    from('2025-12-31').thenRecorded();
    from('2025-12-30').thenRefused('effective-too-early', 'effectiveFrom');
    from('2027-01-01').thenRecorded();
  });

  it('is discarded at any time before', () => {
    for (const events of [[proposed], [proposed, part(1)], [...whole, adjusted]]) {
      given(events, stream)
        .when('DiscardSegmentation', { reason: 'Left out a region' })
        .thenEvents(happened('SegmentationDiscarded', { runId: run, reason: 'Left out a region' }, now));
    }
    given([], stream).when('DiscardSegmentation', {}).thenUnknown();
  });

  it('that is settled never changes', () => {
    for (const [events, rule] of [
      [[...whole, adjusted, finalised], 'segmentation-finalised'],
      [[...whole, adjusted, discarded], 'segmentation-discarded'],
    ] as const) {
      const told = given(events, stream);
      told.when('FinaliseSegmentation', finalisation).thenRefused(rule);
      told.when('DiscardSegmentation', {}).thenRefused(rule);
      told.when('AssignSegments', { part: 3, assignments: [assigned(4, 'D')] }).thenRefused(rule);
      told.when('AdjustSegment', { customerId: uuid(101), from: 'A', to: 'B', reason }).thenRefused(rule);
    }
  });

  it('is never corrected: neither before nor after', () => {
    const told = given([...whole, adjusted, finalised], stream);
    [...whole, adjusted, finalised].forEach(({ data }, index) => {
      const targetEventId = told.idOf(index);
      told.when('RetractEvent', { targetEventId, reason }).thenRefused('not-correctable', 'targetEventId');
      told
        .when('CorrectEvent', { targetEventId, replacement: { data: { ...data } }, reason })
        .thenRefused('not-correctable', 'targetEventId');
    });
  });
});

describe('the parts of a segmentation', () => {
  const many = Array.from({ length: 2 * partSize + 1 }, (_, index) =>
    assigned(index + 1, 'D', { customerId: uuid(index), figure: '-123456789012345678.123456' }),
  );

  it('hold two thousand customers at most, and then fit an append', () => {
    const cut = inParts(many);
    expect(cut.map((each) => each.length)).toEqual([partSize, partSize, 1]);
    expect(cut.flat()).toEqual(many);
    expect(Buffer.byteLength(JSON.stringify(cut[0]))).toBeLessThan(450_000);
    given([proposed], stream)
      .when('AssignSegments', { part: 1, assignments: many.slice(0, partSize + 1) })
      .thenInvalid('assignments');
  });

  it('have the same digest whichever run they are of, and another one in another order', () => {
    expect(digestOf(inParts(many))).toBe(digestOf(inParts(structuredClone(many))));
    expect(digestOf([parts[1], parts[0]])).not.toBe(digestOf(parts));
    expect(digestOf([parts[0]])).not.toBe(digestOf(parts));
    expect(digestOf([])).toBeUndefined();
  });

  it('are told under ids that stay the same', () => {
    expect(assignmentIdFor(run, 1)).toBe(assignmentIdFor(run, 1));
    expect(new Set([assignmentIdFor(run, 1), assignmentIdFor(run, 2), assignmentIdFor(uuid(6), 1)]).size).toBe(3);
  });
});
