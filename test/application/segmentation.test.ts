import { assignmentIdFor, digestOf, inParts, partSize } from '../../src/domain/segmentation.js';
import { customerStream, segmentationStream } from '../../src/domain/streams.js';
import { uuid } from '../support/given.js';
import { Recorder } from '../support/recorder.js';

const run = uuid(5);
const stream = segmentationStream(run);
const assignments = Array.from({ length: 2 * partSize + 10 }, (_, index) => ({
  customerId: uuid(index + 1_000),
  segment: 'D' as const,
  // As long as figures get.
  figure: '-123456789012345678.123456',
  rank: index + 1,
}));
const parts = inParts(assignments);
const proposal = {
  asOf: '2026-05-31T21:59:59.999Z',
  knownAt: '4f9c2a7be1-1043',
  policy: { thresholds: { a: '0.01', b: '0.05', c: '0.2' } },
  parts: parts.length,
  customers: assignments.length,
  digest: digestOf(parts) as string,
};

let recorder: Recorder;
beforeEach(async () => {
  recorder = await Recorder.open();
});
afterEach(() => recorder.close());

const propose = () => recorder.tell(stream, 'ProposeSegmentation', { id: run, ...proposal });
const tellParts = (...numbers: number[]) =>
  recorder.tellAll(
    stream,
    numbers.map((part) => ({
      name: 'AssignSegments',
      payload: { id: assignmentIdFor(run, part), part, assignments: parts[part - 1] ?? [] },
    })),
  );
const finalise = () => recorder.tell(stream, 'FinaliseSegmentation', { effectiveFrom: '2026-07-01', approver: 'anna' });

describe('a segmentation that is recorded', () => {
  it('goes on where it was broken off', async () => {
    expect((await propose()).status).toBe('recorded');
    expect((await tellParts(1)).map(({ status }) => status)).toEqual(['recorded']);
    recorder.forget();

    expect((await propose()).status).toBe('repeated');
    expect((await tellParts(1, 2, 3)).map(({ status }) => status)).toEqual(['repeated', 'recorded', 'recorded']);
    expect((await tellParts(3)).map(({ status }) => status)).toEqual(['repeated']);
    expect((await finalise()).status).toBe('recorded');

    const events = await recorder.events(stream);
    expect(events.map(({ type }) => type)).toEqual([
      'SegmentationProposed',
      ...parts.map(() => 'SegmentationAssigned'),
      'SegmentationFinalised',
    ]);
    expect(events.slice(1, -1).map(({ data }) => (data as { assignments: unknown }).assignments)).toEqual(parts);
  });

  it('is not finalised before its last part', async () => {
    await propose();
    await tellParts(1, 2);
    expect(await finalise()).toMatchObject({ status: 'refused', rule: 'segmentation-incomplete' });
  });

  it('is finalised once by two who do so at the same time', async () => {
    await propose();
    await tellParts(1, 2, 3);
    const other = recorder.another();
    const { handler } = recorder;
    const outcomes = await Promise.all(
      [handler, other].map((each) => {
        recorder.handler = each;
        return finalise();
      }),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['recorded', 'refused']);
    expect(await finalise()).toMatchObject({ status: 'refused', rule: 'segmentation-finalised' });
  });

  it('is adjusted only for customers that there are, with a reason under that customer’s key', async () => {
    const [customer, stranger] = [uuid(1), uuid(2)];
    await recorder.customer(customer);
    await propose();
    await tellParts(1, 2, 3);
    const adjust = (customerId: string) =>
      recorder.tell(stream, 'AdjustSegment', { customerId, from: 'none', to: 'A', reason: 'Her brother buys, too.' });

    expect(await adjust(stranger)).toMatchObject({
      status: 'refused',
      rule: 'unknown-other-customer',
      path: 'customerId',
    });
    expect((await adjust(customer)).status).toBe('recorded');

    const adjusted = (await recorder.events(stream)).at(-1);
    expect(adjusted?.data).toMatchObject({ reason: { sealedFor: customerStream(customer) } });
    const stored = await recorder.stored(stream);
    expect(stored.some(({ data }) => data.includes('brother'))).toBe(false);
  });
});
