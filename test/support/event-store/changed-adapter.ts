import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TextChange {
  /** In the adapter's folder. */
  readonly file: string;
  /** Stands in the file once. */
  readonly from: string;
  readonly to: string;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ADAPTER = 'src/infrastructure/esdb';

/** A copy of the EventStoreDB adapter with changes in its text; all that it imports is the original. */
export function changedAdapter(changes: readonly TextChange[]): { readonly path: string; dispose(): void } {
  const copy = mkdtempSync(join(tmpdir(), 'klantwaarde-'));
  mkdirSync(join(copy, 'src/infrastructure'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  for (const folder of ['src', 'src/infrastructure']) {
    for (const { name } of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      if (!ADAPTER.startsWith(`${folder}/${name}`)) symlinkSync(join(ROOT, folder, name), join(copy, folder, name));
    }
  }
  const path = join(copy, ADAPTER);
  cpSync(join(ROOT, ADAPTER), path, { recursive: true });
  for (const { file, from, to } of changes) {
    const text = readFileSync(join(path, file), 'utf8');
    if (text.split(from).length !== 2)
      throw new Error(`${file} does not hold this text once, change the mutant: ${from}`);
    writeFileSync(
      join(path, file),
      text.replace(from, () => to),
    );
  }
  return { path, dispose: () => rmSync(copy, { recursive: true, force: true }) };
}
