import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the SQL is: beside the sources when they run as they are, beside the compiled files otherwise. */
export const projectionsFolder = fileURLToPath(new URL('../../projections/', import.meta.url));

/** A table of the read side and the SQL that turns events into its rows. */
export interface Fact {
  readonly name: string;
  /** Event types it is made from; `*` for all. */
  readonly from: ReadonlySet<string> | '*';
  /** Facts whose new rows it reads. */
  readonly after: readonly string[];
  readonly create: string;
  /** Each reads the temporary view `batch`. */
  readonly inserts: readonly string[];
  /** Each reads the temporary table `superseded`. */
  readonly whenSuperseded: readonly string[];
  /** Whether rows get a superseded_position. */
  readonly canBeSuperseded: boolean;
}

export interface SqlFile {
  readonly name: string;
  readonly text: string;
}

function sqlFiles(folder: string): SqlFile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ name: file.slice(0, -'.sql'.length), text: readFileSync(join(folder, file), 'utf8') }));
}

function statements(text: string): string[] {
  return text
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.replace(/^(?:\s*--[^\n]*\n)+/, '').trim())
    .filter((statement) => statement !== '');
}

function parseFact(file: SqlFile): Fact {
  const from = /^-- from: (.+)$/m.exec(file.text)?.[1]?.trim();
  if (!from) throw new Error(`facts/${file.name}.sql does not say which events it is made from.`);
  const [main = '', superseded = ''] = file.text.split(/^-- when superseded:$/m);
  const [create, ...inserts] = statements(main);
  if (!create?.startsWith(`CREATE TABLE IF NOT EXISTS ${file.name} (`)) {
    throw new Error(`facts/${file.name}.sql does not begin by creating the table ${file.name}.`);
  }
  return {
    name: file.name,
    from: from === '*' ? '*' : new Set(from.split(/,\s*/)),
    after: /^-- after: (.+)$/m.exec(file.text)?.[1]?.trim().split(/,\s*/) ?? [],
    create,
    inserts,
    whenSuperseded: statements(superseded),
    canBeSuperseded: create.includes('superseded_position'),
  };
}

export function loadFacts(folder = join(projectionsFolder, 'facts')): readonly Fact[] {
  return inOrder(sqlFiles(folder).map(parseFact));
}

/** Each fact after those that it reads, otherwise by name. */
function inOrder(facts: readonly Fact[]): Fact[] {
  const ordered: Fact[] = [];
  let remaining = facts;
  while (remaining.length > 0) {
    const isReady = (fact: Fact) => fact.after.every((name) => ordered.some((other) => other.name === name));
    const ready = remaining.filter(isReady);
    const [first] = remaining;
    if (ready.length === 0)
      throw new Error(`facts/${first?.name}.sql waits for facts that wait for it or don't exist.`);
    ordered.push(...ready);
    remaining = remaining.filter((fact) => !ready.includes(fact));
  }
  return ordered;
}

export function loadViews(folder = join(projectionsFolder, 'views')): readonly SqlFile[] {
  return sqlFiles(folder).map((file) => ({ name: file.name, text: file.text.trim() }));
}

export function digestOf(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('base64url').slice(0, 22);
}
