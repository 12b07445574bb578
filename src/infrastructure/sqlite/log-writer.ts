import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { LogUnavailable, type NewEvent } from '../../application/ports/event-log.js';
import { portError, retryAfterSeconds } from './database-file.js';
import { LOG_FORMAT } from './log-format.js';
import type {
  OutcomeKind,
  WriterExpectation,
  WriterMessage,
  WriterOptions,
  WriterOutcomes,
  WriterReply,
  WriterRequest,
} from './writer-worker.js';

/** Compiled, the worker is JavaScript; where the sources run, Node strips the types of the TypeScript file itself. */
const WORKER_FILE = fileURLToPath(
  new URL(`./writer-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
);
const PER_OUTCOME = 3;

export interface WriterOutcome {
  readonly kind: Exclude<OutcomeKind, 'failed'>;
  /** Of the last event; for a conflict the actual revision, null when the stream does not exist. */
  readonly revision: bigint | null;
  readonly position: bigint | null;
}

interface Waiting {
  readonly resolve: (outcome: WriterOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's end of the writing thread. Outcomes come in the order of the requests. */
export class LogWriter {
  private worker: Worker | undefined;
  private waiting: Waiting[] = [];
  private request: WriterRequest | undefined;
  private isClosing = false;

  private constructor(
    private readonly options: WriterOptions,
    private readonly onWritten: () => void,
  ) {}

  /** @param onWritten called after each transaction that is on the disk */
  static async start(options: WriterOptions, onWritten: () => void): Promise<LogWriter> {
    const writer = new LogWriter(options, onWritten);
    await writer.startWorker();
    return writer;
  }

  write(
    stream: string,
    expected: WriterExpectation,
    recordedAt: number,
    events: readonly NewEvent[],
  ): Promise<WriterOutcome> {
    if (this.isClosing) return Promise.reject(new LogUnavailable('The event log is closed.', retryAfterSeconds()));
    if (!this.request) {
      this.request = { appends: [], events: [] };
      // What is asked for in the same turn of the event loop travels in one message.
      setImmediate(() => this.post());
    }
    const request = this.request;
    request.appends.push(stream, expected, recordedAt, events.length);
    for (const event of events) {
      request.events.push(event.id, event.type, event.data, event.metadata ?? null, event.originalRecordedAt ?? null);
    }
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Writes what is waiting, then ends the thread. */
  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    this.post();
    const { worker } = this;
    if (!worker) return;
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      worker.postMessage('close' satisfies WriterMessage);
    });
  }

  private post(): void {
    const { request } = this;
    if (!request) return;
    this.request = undefined;
    // A thread that died is replaced, and says itself when that is no use.
    if (!this.worker) this.startWorker().catch(() => undefined);
    this.worker?.postMessage(request satisfies WriterMessage);
  }

  private startWorker(): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(WORKER_FILE, { workerData: this.options, name: 'event log' });
      let reason: Error | undefined;
      this.worker = worker;
      worker.on('message', (reply: WriterReply) => {
        if ('outcomes' in reply) return this.settle(reply.outcomes);
        if ('ready' in reply) return resolve();
        reason = portError(reply.refused, this.options.file, LOG_FORMAT);
      });
      worker.on('error', (error) => {
        reason = new LogUnavailable('The thread that writes the event log has died.', retryAfterSeconds(), {
          cause: error,
        });
      });
      worker.on('exit', () => {
        if (this.worker === worker) this.worker = undefined;
        const error =
          reason ?? new LogUnavailable('The thread that writes the event log has ended.', retryAfterSeconds());
        this.failAll(error);
        reject(error);
      });
    });
  }

  private settle(outcomes: WriterOutcomes): void {
    const settled = this.waiting.splice(0, outcomes.length / PER_OUTCOME);
    for (const [index, { resolve, reject }] of settled.entries()) {
      const at = index * PER_OUTCOME;
      const kind = outcomes[at] as OutcomeKind;
      const first = outcomes[at + 1] as bigint | null;
      const second = outcomes[at + 2] as bigint | null;
      if (kind !== 'failed') resolve({ kind, revision: first, position: second });
      else reject(portError({ errcode: Number(first), message: String(second) }, this.options.file, LOG_FORMAT));
    }
    this.onWritten();
  }

  /** Whether these appends were written is not known; a retry with the same ids and revision tells. */
  private failAll(error: Error): void {
    const { waiting } = this;
    this.waiting = [];
    this.request = undefined;
    for (const { reject } of waiting) reject(error);
  }
}
