import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { type FitOptions, ModelCancelled, ModelsClosed, ValueModels } from '../../application/ports/value-models.js';
import type { BgNbdParameters } from '../../domain/lifetime/bg-nbd.js';
import type { BgNbdFit } from '../../domain/lifetime/bg-nbd-fit.js';
import type { GammaGammaParameters } from '../../domain/lifetime/gamma-gamma.js';
import type { GammaGammaFit } from '../../domain/lifetime/gamma-gamma-fit.js';
import type { Horizon, Prospects } from '../../domain/lifetime/lifetime-value.js';
import type { SpendSummaries, Summaries } from '../../domain/lifetime/summaries.js';
import type { ModelReply, ModelRequest } from './model-worker.js';

const EXTENSION = extname(fileURLToPath(import.meta.url));
const WORKER_FILE = fileURLToPath(new URL(`./model-worker${EXTENSION}`, import.meta.url));

/** Where the sources run, Node strips their types, but they import each other by the names of the compiled files. */
const NAMES_OF_SOURCES = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve: (name, context, next) => next(name.startsWith('.') ? name.replace(/[.]js$/, '.ts') : name, context),
  });`;

const OPTIONS: WorkerOptions = {
  name: 'value models',
  ...(EXTENSION === '.ts'
    ? { execArgv: ['--import', `data:text/javascript,${encodeURIComponent(NAMES_OF_SOURCES)}`] }
    : {}),
};

type Answer = Extract<ModelReply, { answer: unknown }>['answer'];

interface Task {
  readonly key: string;
  readonly request: ModelRequest;
  readonly answer: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** One thread, started when it is first needed; it works on one thing at a time, in the order of asking. */
export class ThreadedValueModels extends ValueModels {
  private readonly tasks = new Map<string, Task>();
  private worker: Worker | undefined;
  private current: Task | undefined;
  private isClosed = false;

  fitBgNbd(key: string, customers: Summaries, options?: FitOptions): Promise<BgNbdFit> {
    return this.ask(key, { name: 'fitBgNbd', input: [columnsOf(customers), options] }) as Promise<BgNbdFit>;
  }

  fitGammaGamma(key: string, customers: SpendSummaries, options?: FitOptions): Promise<GammaGammaFit> {
    return this.ask(key, { name: 'fitGammaGamma', input: [columnsOf(customers), options] }) as Promise<GammaGammaFit>;
  }

  prospects(
    key: string,
    models: { readonly orders: BgNbdParameters; readonly spend: GammaGammaParameters },
    customers: Summaries & SpendSummaries,
    horizon: Horizon,
  ): Promise<Prospects> {
    return this.ask(key, { name: 'prospects', input: [models, columnsOf(customers), horizon] }) as Promise<Prospects>;
  }

  cancel(key: string): void {
    for (const [name, task] of this.tasks) {
      if (task.key !== key) continue;
      this.tasks.delete(name);
      task.reject(new ModelCancelled(key));
      if (this.current !== task) continue;
      // A thread that calculates listens to nobody: it is ended, and the next task gets another one.
      this.current = undefined;
      void this.endWorker();
    }
    this.next();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.current = undefined;
    for (const task of this.tasks.values()) task.reject(new ModelsClosed());
    this.tasks.clear();
    await this.endWorker();
  }

  private ask(key: string, request: ModelRequest): Promise<Answer> {
    if (this.isClosed) return Promise.reject(new ModelsClosed());
    const name = `${request.name} ${key}`;
    const same = this.tasks.get(name);
    if (same) return same.answer;
    const { promise: answer, resolve, reject } = Promise.withResolvers<Answer>();
    this.tasks.set(name, { key, request, answer, resolve, reject });
    this.next();
    return answer;
  }

  private next(): void {
    if (this.current) return;
    const [task] = this.tasks.values();
    this.worker?.[task ? 'ref' : 'unref']();
    if (!task) return;
    this.current = task;
    this.worker ??= this.startWorker();
    this.worker.postMessage(task.request);
  }

  private startWorker(): Worker {
    const worker = new Worker(WORKER_FILE, OPTIONS);
    let cause: unknown;
    worker.on('message', (reply: ModelReply) => {
      if (this.worker !== worker) return;
      if ('answer' in reply) this.settle((task) => task.resolve(reply.answer));
      else this.settle((task) => task.reject(new RangeError(reply.refused)));
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.settle((task) => task.reject(new Error('The thread that works out the models has died.', { cause })));
    });
    return worker;
  }

  private settle(settle: (task: Task) => void): void {
    const task = this.current;
    if (!task) return;
    this.current = undefined;
    this.tasks.delete(`${task.request.name} ${task.key}`);
    settle(task);
    this.next();
  }

  private async endWorker(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }
}

/** A copy for the other thread costs less than a lock; only what can be copied as a block is. */
function columnsOf<Columns extends object>(columns: Columns): Columns {
  const copied = Object.entries(columns).map(([name, column]) => [
    name,
    ArrayBuffer.isView(column) || column === undefined ? column : Float64Array.from(column as ArrayLike<number>),
  ]);
  return Object.fromEntries(copied) as Columns;
}
