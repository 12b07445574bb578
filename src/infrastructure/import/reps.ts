import { requestIdFor } from '../../domain/ids.js';
import { repStream } from '../../domain/streams.js';
import type { PlannedStream } from './plan.js';
import { LABEL_LENGTH } from './texts.js';

/** A short code as people have in their systems: `jdv`, `JDV`, `7`, `j.devries`. A capitalised word is a name. */
const CODE = /^(?:[a-z0-9][a-z0-9._@-]{0,31}|[A-Z0-9][A-Z0-9._-]{0,7})$/;

interface NamedRep {
  readonly id: string;
  readonly name: string;
  since: number;
  readonly lines: number[];
}

/**
 * Our people as a file names them. A code is the id itself. A name is personal data: it gets an id derived from it,
 * and is registered, and so sealed, under that id.
 */
export class ImportedReps {
  private readonly ids = new Map<string, string | undefined>();
  private readonly named = new Map<string, NamedRep>();

  constructor(private readonly source: string) {}

  /**
   * The id of whom the file calls so; undefined for what can't be one.
   * @param at milliseconds since 1970: when the rep did something, so that a named one is registered by then
   */
  idOf(text: string, at: number, line: number): string | undefined {
    if (!this.ids.has(text)) this.ids.set(text, this.identify(text, at, line));
    const id = this.ids.get(text);
    const named = id === undefined ? undefined : this.named.get(id);
    if (named && at < named.since) named.since = at;
    return id;
  }

  streams(): PlannedStream[] {
    return [...this.named.values()].map((rep) => ({
      stream: repStream(rep.id),
      commands: [
        {
          command: {
            name: 'RegisterRep',
            id: requestIdFor('import', this.source, 'rep', rep.name),
            payload: { repId: rep.id, name: rep.name, occurredAt: new Date(rep.since).toISOString() },
          },
          lines: rep.lines,
          label: `one of our people, first named on line ${rep.lines[0]}`,
          implied: true,
        },
      ],
    }));
  }

  private identify(text: string, at: number, line: number): string | undefined {
    if (CODE.test(text)) return text;
    if (text.length > LABEL_LENGTH) return undefined;
    const id = `r${requestIdFor('import', this.source, 'rep', text).replaceAll('-', '').slice(0, 12)}`;
    this.named.set(id, { id, name: text, since: at, lines: [line] });
    return id;
  }
}
