import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { StoredEvent } from './store.js';

export interface Filter {
  matches(event: StoredEvent): boolean;
  /** Events looked at per page while catching up. */
  readonly window: number;
  /** Events looked at between two checkpoints. */
  readonly checkpointInterval: number;
}

/** What the real server looks at when the client names no window. */
const DEFAULT_WINDOW = 32;

/** A regular expression counts before prefixes; one of .NET's there, close enough to ours for what we write. */
export function toFilter(options: ReadReq.Options.FilterOptions): Filter {
  const byType = options.hasEventType();
  const expression = byType ? options.getEventType() : options.getStreamIdentifier();
  const regex = expression?.getRegex() ? new RegExp(expression.getRegex(), 'u') : undefined;
  const prefixes = expression?.getPrefixList() ?? [];
  const window = options.hasMax() ? options.getMax() : DEFAULT_WINDOW;
  return {
    matches: (event) => {
      const text = byType ? event.type : event.stream;
      return regex ? regex.test(text) : prefixes.some((prefix) => text.startsWith(prefix));
    },
    window,
    checkpointInterval: options.getCheckpointintervalmultiplier() * window,
  };
}
