import type { BgNbdParameters } from '../../domain/lifetime/bg-nbd.js';
import type { BgNbdFit } from '../../domain/lifetime/bg-nbd-fit.js';
import type { GammaGammaParameters } from '../../domain/lifetime/gamma-gamma.js';
import type { GammaGammaFit } from '../../domain/lifetime/gamma-gamma-fit.js';
import type { Horizon, Prospects } from '../../domain/lifetime/lifetime-value.js';
import type { SpendSummaries, Summaries } from '../../domain/lifetime/summaries.js';

export interface FitOptions {
  /** Customers with repeat orders below which nothing is fitted; 1 when left out. */
  readonly minimumRepeaters?: number;
}

/**
 * The models of what customers will still bring, worked out without holding up the requests.
 *
 * A key says everything that an answer depends on: who asks for a key that is being worked on gets the same answer, and
 * its own rows are not looked at. Answers are not kept; the rows stay with who handed them over.
 */
export abstract class ValueModels {
  /** @throws RangeError for rows that can't be customers; ModelCancelled; ModelsClosed */
  abstract fitBgNbd(key: string, customers: Summaries, options?: FitOptions): Promise<BgNbdFit>;

  /** @throws RangeError for rows that can't be customers; ModelCancelled; ModelsClosed */
  abstract fitGammaGamma(key: string, customers: SpendSummaries, options?: FitOptions): Promise<GammaGammaFit>;

  /** What each customer will still bring. @throws RangeError; ModelCancelled; ModelsClosed */
  abstract prospects(
    key: string,
    models: { readonly orders: BgNbdParameters; readonly spend: GammaGammaParameters },
    customers: Summaries & SpendSummaries,
    horizon: Horizon,
  ): Promise<Prospects>;

  /** Ends what is being worked out under a key, if anything is: those who wait for it get ModelCancelled. */
  abstract cancel(key: string): void;

  /** Ends everything at once: those who wait get ModelsClosed. */
  abstract close(): Promise<void>;
}

export class ModelCancelled extends Error {
  constructor(readonly key: string) {
    super(`What was worked out as ${key} was cancelled.`);
    this.name = 'ModelCancelled';
  }
}

export class ModelsClosed extends Error {
  constructor() {
    super('The service is stopping: no model is worked out any more.');
    this.name = 'ModelsClosed';
  }
}
