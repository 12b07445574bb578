import { resolve } from 'node:path';
import type { Config } from '../config.js';
import type { SnapshotTaken } from '../status.js';
import { askServiceOrEngine } from './asking.js';

/** Has the read side written into a file, by the running service where there is one. Progress is in bytes. */
export async function takeSnapshot(
  config: Config,
  file: string,
  onProgress: (done: number, total: number) => void,
): Promise<SnapshotTaken> {
  const show = (value: unknown) => {
    const { done, total } = value as { done: number; total: number };
    onProgress(done, total);
  };
  // The service has another working directory.
  const target = resolve(file);
  const { answer: taken } = await askServiceOrEngine<SnapshotTaken>(
    config,
    'snapshot',
    show,
    async ({ log, readSide }) => {
      if (!readSide) throw new Error('The engine was opened without a read side.');
      await readSide.ready();
      const { snapshotTaken } = await import('../status.js');
      return snapshotTaken(log.id, await readSide.snapshot(target, onProgress));
    },
    target,
  );
  return taken;
}
