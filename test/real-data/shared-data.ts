import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../../shared/data');

export const hasSharedData = existsSync(join(folder, 'expected_values.json'));

export function sharedFile(name: string): string {
  return join(folder, name);
}

/** Figures that were computed from the same files elsewhere. */
export function expectedValues<Values>(): Values {
  return JSON.parse(readFileSync(sharedFile('expected_values.json'), 'utf8')).recomputed as Values;
}

/** Figures that others published about the same files, by the first words of what they are. */
export function publishedValues<Values>(what: string): Values {
  const published = JSON.parse(readFileSync(sharedFile('expected_values.json'), 'utf8')).published as {
    what: string;
  }[];
  const found = published.find((one) => one.what.startsWith(what));
  if (!found) throw new Error(`Nothing is published as "${what}".`);
  return found as Values;
}

/** Skipped where the folder with real data is absent, and the report says so. */
export const describeWithSharedData = hasSharedData ? describe : describe.skip;
