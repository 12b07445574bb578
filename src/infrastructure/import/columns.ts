import { ImportError } from './import-error.js';

export interface Columns<Name extends string> {
  /** Where each of our columns stands in a record; undefined for an optional one that the file lacks. */
  readonly at: Readonly<Record<Name, number | undefined>>;
  /** Columns of the file that are not used. */
  readonly ignored: readonly string[];
  readonly count: number;
}

export interface ColumnNames<Name extends string> {
  readonly required: readonly Name[];
  readonly optional: readonly Name[];
}

/** `theirs=ours,…` as pairs. @throws ImportError */
export function parseMapping(text: string | undefined): Map<string, string> {
  const mapping = new Map<string, string>();
  for (const pair of (text ?? '').split(',')) {
    if (pair.trim() === '') continue;
    const [theirs, ours, ...more] = pair.split('=').map((name) => name.trim());
    if (!theirs || !ours || more.length > 0) {
      throw new ImportError(`"${pair.trim()}" in the mapping is not of the form theirs=ours.`);
    }
    if (mapping.has(theirs)) throw new ImportError(`The mapping names the column ${theirs} twice.`);
    mapping.set(theirs, ours);
  }
  return mapping;
}

/**
 * Finds our columns in a file's header: first what the mapping says, then columns of the same name, whatever their case.
 * @throws ImportError when a required column is missing, or the mapping names a column that isn't there
 */
export function findColumns<Name extends string>(
  header: readonly string[],
  mapping: ReadonlyMap<string, string>,
  names: ColumnNames<Name>,
): Columns<Name> {
  const ours = [...names.required, ...names.optional];
  const at = Object.fromEntries(ours.map((name) => [name, undefined])) as Record<Name, number | undefined>;
  const isOurs = (name: string): name is Name => Object.hasOwn(at, name);
  const used = new Set<number>();
  for (const [theirs, name] of mapping) {
    if (!isOurs(name))
      throw new ImportError(`There is no column ${name} to map ${theirs} to: there are ${ours.join(', ')}.`);
    const index = header.indexOf(theirs);
    if (index < 0) throw new ImportError(`The file has no column ${theirs}: its header is ${header.join(', ')}.`);
    if (at[name] !== undefined) throw new ImportError(`The mapping gives two columns for ${name}.`);
    at[name] = index;
    used.add(index);
  }
  for (const [index, theirs] of header.entries()) {
    const name = theirs.toLowerCase();
    if (used.has(index) || !isOurs(name)) continue;
    if (at[name] === undefined) {
      at[name] = index;
      used.add(index);
    } else if (![...mapping.values()].includes(name)) {
      throw new ImportError(`The file has two columns named ${theirs}.`);
    }
  }
  const missing = names.required.filter((name) => at[name] === undefined);
  if (missing.length > 0) {
    const plural = missing.length > 1 ? 's' : '';
    throw new ImportError(
      `The file lacks the column${plural} ${missing.join(', ')} (a mapping theirs=ours can name them): its header is ${header.join(', ')}.`,
    );
  }
  return { at, ignored: header.filter((_, index) => !used.has(index)), count: header.length };
}
