import { Ask } from '../application/ask.js';
import { nextContacts } from '../application/questions/contacts.js';
import type { Engine } from './engine.js';

/**
 * Asks for the next contacts once, so that the segments of each month and everybody's last contacts are kept before the
 * first rep asks. On a large base that first list takes seconds, the following ones a fraction of one.
 */
export async function warmUp({ readSide, queryBus }: Engine): Promise<void> {
  try {
    await readSide?.ready();
    await queryBus.execute(new Ask(nextContacts, { limit: 1 }));
  } catch {
    // Nothing depends on it: a read side in trouble says so in its status, and a service may be stopping already.
  }
}
