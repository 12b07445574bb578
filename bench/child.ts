import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A part of a measurement in a process of its own: so that its memory is its own, and the load doesn't share a thread
 * with what bears it. A child answers each message with `{ answer }` or `{ error }`.
 */
export class Child {
  private readonly process: ChildProcess;
  private readonly exited: Promise<void>;

  constructor(script: string, environment: Readonly<Record<string, string>> = {}) {
    this.process = fork(new URL(script, import.meta.url), {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.exited = new Promise((resolve) => this.process.once('exit', () => resolve()));
  }

  ask<Answer>(message: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`A measuring process ended with ${code}.`));
      this.process.once('exit', onExit);
      this.process.once('message', (reply: { answer?: Answer; error?: string }) => {
        this.process.off('exit', onExit);
        if (reply.error === undefined) resolve(reply.answer as Answer);
        else reject(new Error(reply.error));
      });
      this.process.send(message as object);
    });
  }

  /** Most memory it has ever had resident, MiB; undefined where the system doesn't say. */
  peakMemory(): number | undefined {
    return peakMemory(this.process.pid as number);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGTERM');
    await this.exited;
  }
}

export function peakMemory(pid: number): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
}

/** In the child: answers what it is asked, one after the other. */
export function answerQuestions<Message>(answer: (message: Message) => Promise<unknown>): void {
  let last = Promise.resolve();
  process.on('message', (message: Message) => {
    last = last.then(async () => {
      try {
        process.send?.({ answer: (await answer(message)) ?? null });
      } catch (error) {
        process.send?.({ error: (error as Error).stack ?? String(error) });
      }
    });
  });
  // Nobody is left to answer.
  process.on('disconnect', () => process.exit(0));
}
