import type { EsdbEventLog } from '../../../src/infrastructure/esdb/esdb-event-log.js';
import { BUGS, type Bug } from './bugs.js';
import { changedAdapter, type TextChange } from './changed-adapter.js';
import { startEventStore } from './event-store.js';
import { liveThrough } from './log-scenario.js';

type Adapter = { EsdbEventLog: typeof EsdbEventLog };

const PATIENCE = { open: 5_000, attempt: 1_500, total: 6_000, quiet: 1_000 };

/** What the adapter doesn't leave to the server alone: it looks itself, so no harm comes of these. */
const ENDURED: readonly Bug[] = ['inclusive-subscription', 'forgets-filter', 'never-goes-live'];

/** One mistake each in a copy of the adapter, with the mistake of the server against which it protects if there is one. */
const ADAPTER_MUTANTS: readonly (TextChange & { readonly mistake: string; readonly bug?: Bug })[] = [
  {
    mistake: 'appends wherever the stream ends',
    file: 'appender.ts',
    from: "at === NOTHING ? ('no_stream' as const) : at",
    to: "'any' as const",
  },
  {
    mistake: 'takes any events in the way for its own',
    file: 'appender.ts',
    from: 'if (id !== events[count]?.id) throw conflict();',
    to: '',
  },
  {
    mistake: 'tries again with new ids',
    file: 'appender.ts',
    from: 'client.appendToStream(streamInServer, forms,',
    to: 'client.appendToStream(streamInServer, storedForms(stream, batch.events),',
  },
  {
    mistake: 'gives up when the server could not finish in time',
    file: 'errors.ts',
    from: "case 'timeout':\n      return { kind: 'timed-out' };",
    to: "case 'timeout':\n      return { kind: 'defect' };",
  },
  {
    mistake: 'gives up when the connection falls',
    file: 'errors.ts',
    from: "return ['disconnected', ",
    to: 'return [',
  },
  {
    mistake: 'does not end streams',
    file: 'esdb-event-log.ts',
    from: 'await this.appender.tombstone(stream, streamInServer);',
    to: '',
  },
  {
    mistake: 'reads on from the event itself',
    file: 'esdb-event-log.ts',
    from: 'start === undefined || position > start',
    to: 'start === undefined || position >= start',
  },
  {
    mistake: 'shows what others and the server write',
    file: 'own-streams.ts',
    from: "if (type.startsWith('$') || !streamInServer.startsWith(this.prefix)) return undefined;",
    to: '',
  },
  {
    mistake: 'stores metadata as JSON and not as text',
    file: 'stored-form.ts',
    from: 'JSON.stringify(metadata)',
    to: 'metadata',
  },
  {
    mistake: 'forgets when an event that was moved had been recorded',
    file: 'stored-form.ts',
    from: 'originalRecordedAt: envelope.originalRecordedAt,',
    to: '',
  },
  {
    mistake: 'follows on from where it began',
    file: 'follower.ts',
    from: 'this.place = place;\n    if (!event',
    to: 'if (!event',
  },
  {
    mistake: 'follows until the server ends it, and no further',
    file: 'follower.ts',
    from: 'const error = await this.subscribe();\n      if (this.isStopped) return;',
    to: 'await this.subscribe();\n      return;',
  },
  {
    mistake: 'hands out the event that it follows on from',
    file: 'subscription.ts',
    from: 'position.commit > this.last',
    to: 'position.commit >= 0n',
    bug: 'inclusive-subscription',
  },
  {
    mistake: 'believes a server that it is caught up',
    file: 'subscription.ts',
    from: 'if (hasMissed)',
    to: 'if (false)',
    bug: 'never-goes-live',
  },
];

describe('what a log lives through on the double', () => {
  const unchanged = changedAdapter([]);
  let adapter: Adapter;

  beforeAll(async () => {
    adapter = await load(unchanged.path);
  });

  afterAll(() => unchanged.dispose());

  it('is right when both the server and the log are', () => live(adapter));

  it.each(ENDURED)('is right as well when the server makes a mistake that the log corrects: %s', (bug) =>
    live(adapter, bug),
  );

  it.each(BUGS.filter((bug) => !ENDURED.includes(bug)))('shows a server that makes the mistake: %s', (bug) =>
    expect(live(adapter, bug)).rejects.toThrow(),
  );

  it.each(ADAPTER_MUTANTS)('shows a log that $mistake', async ({ bug, ...change }) => {
    const changed = changedAdapter([change]);
    const mutant = await load(changed.path);
    await expect(live(mutant, bug)).rejects.toThrow();
    changed.dispose();
  });
});

function load(path: string): Promise<Adapter> {
  return import(`${path}/esdb-event-log.ts`);
}

async function live({ EsdbEventLog }: Adapter, bug?: Bug): Promise<void> {
  const double = await startEventStore({ bug });
  try {
    await liveThrough(
      () => EsdbEventLog.open({ connectionString: double.url, prefix: 'mutants-', patience: PATIENCE }),
      double,
    );
  } finally {
    await double.close();
  }
}
