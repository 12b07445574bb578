import type { KeyRing, SubjectKey } from '../../application/ports/key-ring.js';
import { untilAvailable } from './patience.js';

const KEYS_PER_PAGE = 1_000;

/**
 * Gives the target what the source's key ring holds. A subject that was erased gets no key in the target either, also
 * when an earlier part of the copying brought its key over.
 * @returns how many keys the source holds
 */
export async function copyKeys(source: KeyRing, target: KeyRing, signal?: AbortSignal): Promise<number> {
  let keys = 0;
  const counted = async function* (): AsyncIterable<SubjectKey> {
    keys = 0;
    for await (const key of source.keys()) {
      signal?.throwIfAborted();
      keys++;
      yield key;
    }
  };
  await untilAvailable(() => target.adopt({ requestKey: source.requestKey(), keys: counted() }), signal);
  await untilAvailable(async () => {
    const destroyed = new Set<string>();
    for await (const subject of target.destroyed()) destroyed.add(subject);
    for await (const subject of source.destroyed()) {
      signal?.throwIfAborted();
      if (!destroyed.has(subject)) await target.destroy(subject);
    }
  }, signal);
  return keys;
}

/** The first difference between two key rings, as a sentence that tells no key. */
export async function compareKeys(source: KeyRing, target: KeyRing): Promise<string | undefined> {
  if (!source.requestKey().equals(target.requestKey())) {
    return 'The target recognises repeated requests by another key than the source.';
  }
  let held = 0;
  let page: SubjectKey[] = [];
  const differing = async (): Promise<string | undefined> => {
    const found = await target.find(page.map(({ subject }) => subject));
    const wrong = page.find(({ subject, key }) => !found.get(subject)?.equals(key));
    held += page.length;
    page = [];
    return wrong && `The key of ${wrong.subject} is not in the target as it is in the source.`;
  };
  for await (const key of source.keys()) {
    page.push(key);
    const difference = page.length === KEYS_PER_PAGE ? await differing() : undefined;
    if (difference) return difference;
  }
  const difference = await differing();
  if (difference) return difference;
  let inTarget = 0;
  for await (const _key of target.keys()) inTarget++;
  if (inTarget > held) return `The target holds ${inTarget} keys, and the source only ${held} of them.`;
  const erased = new Set<string>();
  for await (const subject of target.destroyed()) erased.add(subject);
  for await (const subject of source.destroyed()) {
    if (!erased.has(subject)) return `${subject} was erased in the source, and could get a new key in the target.`;
  }
  return undefined;
}
