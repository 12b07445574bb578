import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EventStore, EventStoreOptions } from './event-store.js';

/** What can be asked of the double over a pipe: its methods whose arguments are JSON. */
type Remote = {
  [Name in keyof EventStore as EventStore[Name] extends (...args: never[]) => void | Promise<void>
    ? Name
    : never]: EventStore[Name] extends (...args: infer Arguments) => unknown ? Arguments : never;
};

export interface EventStoreProcess {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Has been done when it resolves. */
  call<Name extends keyof Remote>(name: Name, ...args: Remote[Name]): Promise<void>;
  close(): Promise<void>;
}

/** Those that can be given to another process. */
export type ProcessOptions = Omit<EventStoreOptions, 'clock' | 'firstPosition' | 'sharing'>;

/** Starts the double in a process of its own, from its sources; its events end with the process. */
export async function startEventStoreProcess(options: ProcessOptions = {}): Promise<EventStoreProcess> {
  const child = spawn(
    process.execPath,
    [
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      '--import',
      new URL('../../infrastructure/sqlite/from-source.mjs', import.meta.url).href,
      fileURLToPath(new URL('process.ts', import.meta.url)),
      JSON.stringify(options),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as { url: string; port: number };
  const { url, port } = await next();
  let previous: Promise<unknown> = Promise.resolve();
  return {
    url,
    port,
    process: child,
    call: async (name, ...args) => {
      child.stdin.write(`${JSON.stringify({ call: name, with: args })}\n`);
      previous = previous.then(next);
      await previous;
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
