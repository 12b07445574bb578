import fc from 'fast-check';
import { BadQuestion, NotFound, type Question, type Services } from '../../src/application/ask.js';
import type { RecordedEvent } from '../../src/application/ports/event-log.js';
import { ThreadedValueModels } from '../../src/infrastructure/lifetime/threaded-value-models.js';
import { ArrayEventLog } from '../support/array-event-log.js';
import { type GivenReadSide, givenReadSide } from '../support/read-side.js';
import { customers } from './history.js';
import { recordsOfOne, views, viewsOfOne } from './views.js';

/** How often each law is tried; `LAW_QUICK` looks for no simpler history that breaks it. */
export const runs = { numRuns: Number(process.env.LAW_RUNS ?? 1), endOnFailure: Boolean(process.env.LAW_QUICK) };

const models = new ThreadedValueModels();
afterAll(() => models.close());

/** A view to be asked: of whom, and at which of the moments of a history. */
export interface Ask {
  readonly name: string;
  readonly customer?: number;
  readonly moment: number;
}

export interface At {
  readonly asOf: string;
  readonly known: bigint;
}

/**
 * Every view, each at one of so many moments; those of one customer of any of the customers. Planning a question takes far
 * longer than answering it over so few events: more histories find more than asking each view often of one.
 */
export function everyView(moments: number): fc.Arbitrary<Ask[]> {
  return drawn(moments, Object.keys(views), Object.keys(viewsOfOne));
}

/** What the law of asOf says nothing about: each is asked of one of the customers. */
export function everyRecord(moments: number): fc.Arbitrary<Ask[]> {
  return drawn(moments, [], Object.keys(recordsOfOne));
}

function drawn(moments: number, ofAll: readonly string[], ofOne: readonly string[]): fc.Arbitrary<Ask[]> {
  const moment = fc.nat(moments - 1);
  const customer = fc.nat(customers.length - 1);
  return fc.tuple(
    ...ofAll.map((name): fc.Arbitrary<Ask> => fc.record({ name: fc.constant(name), moment })),
    ...ofOne.map((name): fc.Arbitrary<Ask> => fc.record({ name: fc.constant(name), customer, moment })),
  );
}

function questionOf({ name, customer }: Ask): readonly [Question<never, unknown>, object] {
  const ofAll = views[name];
  if (ofAll) return ofAll;
  const ofOne = viewsOfOne[name] ?? recordsOfOne[name];
  if (!ofOne) throw new Error(`There is no view named ${name}.`);
  return [ofOne[0], ofOne[1](customers[customer ?? 0] as string)];
}

/**
 * The answer, or that there is none: what there is no answer to has to have none on the other side either. Anything else that
 * goes wrong is no answer to compare with, and ends the test.
 */
export async function answerTo(ask: Ask, given: GivenReadSide, at: At): Promise<unknown> {
  const [question, params] = questionOf(ask);
  const services: Services = { log: given.log, readSide: given.readSide, models, leaveOut: () => {} };
  try {
    return await question(given.reading(at), params as never, services);
  } catch (error) {
    if (error instanceof NotFound || error instanceof BadQuestion) return { refused: error.name };
    throw new Error(`${ask.name} as of ${at.asOf}, known at ${at.known}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Answers by the name of the view: two of them are compared in one go, and a difference says which view it is in. */
export async function answersTo(
  asks: readonly Ask[],
  given: GivenReadSide,
  at: At | readonly At[],
): Promise<{ [name: string]: unknown }> {
  const answers: { [name: string]: unknown } = {};
  for (const ask of asks) {
    answers[ask.name] = await answerTo(ask, given, Array.isArray(at) ? at[ask.moment] : at);
  }
  return answers;
}

/** A read side that follows a log to which `put` adds events. */
export async function following<Result>(
  use: (given: GivenReadSide, put: (events: readonly RecordedEvent[]) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const log = new ArrayEventLog();
  const given = await givenReadSide([], { log } as never);
  try {
    return await use(given, async (events) => {
      log.put(...events);
      await given.readSide.ready();
    });
  } finally {
    await given.close();
  }
}

/** A read side that was built from these events. */
export async function reading<Result>(
  events: readonly RecordedEvent[],
  use: (given: GivenReadSide) => Promise<Result>,
): Promise<Result> {
  const log = new ArrayEventLog();
  log.put(...events);
  const given = await givenReadSide([], { log } as never);
  try {
    return await use(given);
  } finally {
    await given.close();
  }
}
