import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openDeep } from '../../../src/application/sealing.js';
import { readStored } from '../../../src/application/stored-event.js';
import { type CopyProgress, copyLog, type Store, verifyCopy } from '../../../src/infrastructure/moving/copy-log.js';
import { openStores, type Stores } from '../../../src/infrastructure/stores.js';
import { customers, instantOf, reps, span } from '../../laws/history.js';
import { type EventStoreUnderTest, eventStore, hasRealServer } from '../../support/event-store/any.js';
import { type TestService, testService } from '../../support/service.js';
import { contents, type Folders, folders, put, tellHistory } from './stores.js';

const masterKey = randomBytes(32);
let data: Folders;
let server: EventStoreUnderTest;
const opened: Stores[] = [];

beforeEach(async () => {
  data = folders();
  server = await eventStore();
});
afterEach(async () => {
  for (const stores of opened.splice(0)) await stores.close();
  await data.remove();
  await server.close();
});

/** A log of its own on the server. */
const onServer = async (name = ''): Promise<Stores> => {
  const place = { kind: 'esdb', connectionString: server.url, prefix: `${server.prefix}${name}`, masterKey } as const;
  const stores = await openStores(place, { clock: { now: () => Date.now() } });
  opened.push(stores);
  return stores;
};

const givenHistory = async (steps: number, seed: number) => {
  const store = await data.open();
  await tellHistory(store, { seed, steps });
  return store;
};

const openedTexts = async ({ log, keyRing }: Store) => {
  const texts: unknown[] = [];
  for await (const event of log.readAll()) texts.push(await openDeep(readStored(event).data, keyRing));
  return texts;
};

/** Every view, at an instant and as known at another. */
const paths = (at: string) => [
  `/customers?${at}`,
  `/value?${at}`,
  `/value?by=segment&${at}`,
  `/value/history?from=${instantOf(0).slice(0, 10)}&to=${instantOf(span).slice(0, 10)}&step=quarter&${at}`,
  `/pyramid?${at}`,
  `/pyramid/customers?${at}`,
  `/retention?period=quarter&by=accountManager&${at}`,
  `/agreements?${at}`,
  `/discounts?${at}`,
  `/contacts/next?${at}`,
  `/contacts/next?reps=${reps[0]}&${at}`,
  `/events?limit=20&${at}`,
  ...customers
    .slice(0, 1)
    .flatMap((id) => [
      `/customers/${id}?${at}`,
      `/customers/${id}/timeline?${at}`,
      `/customers/${id}/changes?since=${instantOf(span / 3).slice(0, 10)}&${at}`,
      `/customers/${id}/value?${at}`,
      `/customers/${id}/contact-scheme?${at}`,
      `/contacts/why?customer=${id}&${at}`,
    ]),
];

/** What a service answers, with each position told by its place in the log: those of two logs differ, as their names do. */
const answersOf = async (service: TestService, at: readonly string[]) => {
  const places = new Map<string, string>();
  const { log } = service.engine;
  for await (const { position } of log.readAll()) places.set(`${log.id}-${position}`, `event ${places.size}`);
  const answers = new Map<string, unknown>();
  for (const path of at.flatMap(paths)) {
    const { status, body } = await service.get(path);
    const text = JSON.stringify(body)
      .replaceAll(new RegExp(`${log.id}-\\d+`, 'g'), (found) => places.get(found) ?? found)
      .replaceAll(log.id, 'the log');
    // A cursor hides a position.
    answers.set(path, { status, body: JSON.parse(text.replaceAll(/"(cursor|next)":"[^"]*"/g, '"$1":"…"')) });
  }
  return answers;
};

describe('A log that moves from SQLite to EventStoreDB and back', () => {
  it('is the same log, keys and erasures included', async () => {
    const source = await givenHistory(80, 3);
    await source.keyRing.keyFor('person-erased');
    await source.keyRing.destroy('person-erased');
    const there = await onServer();
    const back = await data.open();

    await copyLog(source, there);
    await copyLog(there, back);

    const events = await contents(source.log);
    expect(await contents(there.log)).toEqual(events);
    expect(await contents(back.log)).toEqual(events);
    expect(await openedTexts(there)).toEqual(await openedTexts(source));
    expect(await openedTexts(back)).toEqual(await openedTexts(source));
    for (const { keyRing } of [there, back]) {
      await expect(keyRing.keyFor('person-erased')).rejects.toThrow('was erased');
      expect(keyRing.requestKey()).toEqual(source.keyRing.requestKey());
    }
  });

  it('answers every question as before, as of any date and as known on any', async () => {
    const source = await givenHistory(40, 5);
    const recorded = (await contents(source.log)).map((event) => event.recorded);
    const known = [recorded[Math.floor(recorded.length / 2)]!, recorded.at(-1)!].map((ms) =>
      new Date(ms).toISOString(),
    );
    const at = [`asOf=${instantOf(span / 2)}&knownAt=${known[1]}`, `asOf=${instantOf(span)}&knownAt=${known[0]}`];
    await copyLog(source, await onServer());
    await source.close();
    const env = { KLANTWAARDE_MASTER_KEY: masterKey.toString('base64') };
    const before = await testService({
      folder: source.folder.replace(/\/data$/, ''),
      env: { KLANTWAARDE_DATA: source.folder },
    });
    const after = await testService({
      env: { ...env, KLANTWAARDE_LOG: server.url, KLANTWAARDE_LOG_PREFIX: server.prefix },
    });
    try {
      const answers = await answersOf(before, at);
      expect(await answersOf(after, at)).toEqual(answers);
      const statuses = [...answers.values()].map((answer) => (answer as { status: number }).status);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(statuses.length * 0.8);
    } finally {
      await before.close();
      await after.close();
    }
  });

  it('takes long streams and appends of nearly a megabyte', async () => {
    const source = await data.open();
    await put(source.log, 'customer-1', ...Array.from({ length: 1_100 }, () => ({})));
    const large = JSON.stringify({ notes: '"ĳ'.repeat(100_000) });
    await put(source.log, 'customer-2', ...Array.from({ length: 4 }, () => ({ data: large })));
    const there = await onServer();
    await copyLog(source, there);
    expect(await contents(there.log)).toEqual(await contents(source.log));
  });

  it('is named by the verification where the copy holds something else', async () => {
    const source = await givenHistory(10, 7);
    const there = await onServer();
    await copyLog(source, there);
    await put(there.log, 'rep-new', {});
    await expect(verifyCopy(source, there)).rejects.toThrow(/Event 0 of rep-new .* is in the target only/);
    await expect(copyLog(source, there)).rejects.toThrow(/^The target holds something else than this log/);
  });

  if (!hasRealServer) {
    it('gets there in spite of lost connections and a server that is restarted', async () => {
      const source = await givenHistory(150, 9);
      const there = await onServer();
      let faults = 0;
      const trouble = async ({ step, events }: CopyProgress) => {
        if (step !== 'copying' || events < (faults + 1) * 40) return;
        faults++;
        if (faults % 2 === 1) server.double!.dropConnections();
        else {
          await server.double!.stop();
          await pause(200);
          await server.double!.start();
        }
      };
      const { copied } = await copyLog(source, there, { onProgress: (progress) => void trouble(progress) });
      expect(faults).toBeGreaterThan(1);
      const events = await contents(source.log);
      expect(copied).toBe(events.length);
      expect(await contents(there.log)).toEqual(events);
    });
  }
});
