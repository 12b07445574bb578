import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Handled, ProcessCheckpoint } from '../application/ports/process-checkpoint.js';
import { writeDurably } from './data-folder.js';

const content = z.object({
  logId: z.string(),
  position: z
    .string()
    .regex(/^\d{1,20}$/)
    .transform(BigInt),
  recordedAt: z.number(),
});

/** The process managers' checkpoint as a small file, whole or not there. */
export class ProcessCheckpointFile extends ProcessCheckpoint {
  constructor(private readonly path: string) {
    super();
  }

  async load(): Promise<Handled | undefined> {
    try {
      return content.parse(JSON.parse(await readFile(this.path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  async save({ position, ...handled }: Handled): Promise<void> {
    const text = `${JSON.stringify({ ...handled, position: String(position) })}\n`;
    await writeDurably(dirname(this.path), this.path, text);
  }
}
