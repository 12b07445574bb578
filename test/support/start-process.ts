import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a program of the tests, from its source, in a process of its own. */
export function startFromSource(program: URL, ...args: string[]): ChildProcess {
  return spawn(
    process.execPath,
    [
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      '--import',
      new URL('../infrastructure/sqlite/from-source.mjs', import.meta.url).href,
      fileURLToPath(program),
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
}
