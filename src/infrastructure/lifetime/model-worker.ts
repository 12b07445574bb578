/** A thread of its own for the models: a fit of many customers takes seconds of pure arithmetic. */
import { parentPort } from 'node:worker_threads';
import { fitBgNbd } from '../../domain/lifetime/bg-nbd-fit.js';
import { fitGammaGamma } from '../../domain/lifetime/gamma-gamma-fit.js';
import { prospects } from '../../domain/lifetime/lifetime-value.js';

const tasks = { fitBgNbd, fitGammaGamma, prospects };

export type Tasks = typeof tasks;

export type ModelRequest = { [Name in keyof Tasks]: { name: Name; input: Parameters<Tasks[Name]> } }[keyof Tasks];

export type ModelReply =
  | { readonly answer: ReturnType<Tasks[keyof Tasks]> }
  /** The input can't be what it has to be. */
  | { readonly refused: string };

function answerTo({ name, input }: ModelRequest): ReturnType<Tasks[keyof Tasks]> {
  switch (name) {
    case 'fitBgNbd':
      return tasks.fitBgNbd(...input);
    case 'fitGammaGamma':
      return tasks.fitGammaGamma(...input);
    case 'prospects':
      return tasks.prospects(...input);
  }
}

parentPort?.on('message', (request: ModelRequest) => {
  try {
    parentPort?.postMessage({ answer: answerTo(request) } satisfies ModelReply);
  } catch (error) {
    // Anything else is a mistake of ours: it ends the thread, and the main thread tells.
    if (!(error instanceof RangeError)) throw error;
    parentPort?.postMessage({ refused: error.message } satisfies ModelReply);
  }
});
