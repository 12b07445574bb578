import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ArrayEventLog } from '../../support/array-event-log.js';
import { givenReadSide } from '../../support/read-side.js';
import { killedHistory } from './killed-history.js';
import { contents } from './table-contents.js';

const EVENTS = 2_000;
const ROUNDS = 4;

function startFollowing(folder: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      '--import',
      new URL('../sqlite/from-source.mjs', import.meta.url).href,
      fileURLToPath(new URL('following-process.ts', import.meta.url)),
      folder,
      String(EVENTS),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
}

async function followAndKill(folder: string, forMs: number): Promise<void> {
  const child = startFollowing(folder);
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout as NodeJS.EventEmitter, 'data'), closed]);
  await pause(forMs);
  child.kill('SIGKILL');
  const [, signal] = await closed;
  if (signal !== 'SIGKILL') throw new Error(`The following process ended by itself: ${complaint}`);
}

it('a read side killed at any moment counts every event exactly once when it is opened again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'read-side-'));
  const log = new ArrayEventLog();
  log.put(...killedHistory(EVENTS));
  const fresh = await givenReadSide([], { log, views: [] });
  const expected = await contents(fresh);
  await fresh.close();
  expect(expected.event).toHaveLength(EVENTS);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await followAndKill(folder, Math.random() * 1_200);
      const again = await givenReadSide([], { folder, log, views: [] });
      expect(await contents(again)).toEqual(expected);
      await again.close();
      // Every other round begins with what the killed one left, the next with nothing.
      if (round % 2 === 1) rmSync(folder, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
