import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LogDamaged, LogUnavailable, type RecordedEvent } from '../../../src/application/ports/event-log.js';
import { KEYS_FILE, LOG_FILE, MANIFEST_FILE } from '../../../src/infrastructure/sqlite/files.js';
import {
  type BackupProgress,
  BackupRefused,
  backupKeyRing,
  backupLog,
  digestOfLog,
  restoreKeyRing,
  restoreLog,
} from '../../../src/infrastructure/sqlite/log-backup.js';
import { SqliteEventLog } from '../../../src/infrastructure/sqlite/sqlite-event-log.js';
import { SqliteKeyRing } from '../../../src/infrastructure/sqlite/sqlite-key-ring.js';
import { systemClock, temporaryFolder, withDatabase } from './log-setup.js';

const clock = systemClock;

describe('A backup', () => {
  let folder: string;
  let file: string;
  let log: SqliteEventLog;
  let backup: string;
  let restored: string;

  beforeEach(async () => {
    folder = temporaryFolder();
    file = join(folder, 'data', LOG_FILE);
    backup = join(folder, 'backups', 'monday');
    restored = join(folder, 'restored');
    log = await SqliteEventLog.open(file, { clock });
    for (let index = 0; index < 40; index++) await log.append(`customer-${index % 7}`, events(100), 'any');
  });

  afterEach(async () => {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds the log as it was at one moment while others go on writing, and is restored to the same events', async () => {
    const progress: BackupProgress[] = [];
    let isDone = false;
    const writers = [1, 2, 3].map(async (writer) => {
      while (!isDone) await log.append(`customer-${writer}`, events(20), 'any');
    });
    const before = (await log.head()).position as bigint;

    const manifest = await backupLog(file, backup, { onProgress: (step) => progress.push(step) });
    isDone = true;
    await Promise.all(writers);

    expect(readdirSync(backup).sort()).toEqual([LOG_FILE, MANIFEST_FILE]);
    expect(JSON.parse(readFileSync(join(backup, MANIFEST_FILE), 'utf8'))).toEqual(manifest);
    expect(manifest.logId).toBe(log.id);
    const everything = await all(log.readAll());
    const head = BigInt(manifest.head);
    expect(head).toBeGreaterThanOrEqual(before);
    expect(everything.length).toBeGreaterThan(manifest.events);

    expect(await restoreLog(backup, restored, { onProgress: (step) => progress.push(step) })).toEqual(manifest);
    const copy = await SqliteEventLog.open(join(restored, LOG_FILE), { clock });
    expect(copy.id).toBe(log.id);
    const copied = await all(copy.readAll());
    expect(copied).toHaveLength(manifest.events);
    expect(copied).toEqual(everything.filter(({ position }) => position <= head));
    expect(await copy.append('customer-1', events(1), 'exists')).toMatchObject({ position: head + 1n });
    await copy.close();

    for (const step of ['copying', 'checking']) {
      const told = progress.filter((one) => one.step === step);
      expect(told.length).toBeGreaterThanOrEqual(2);
      expect(told.at(-1)?.done).toBe(told.at(-1)?.total);
    }
  });

  it('has the same digest as the log it was made of, and another after any change', async () => {
    const manifest = await backupLog(file, backup);
    await log.close();

    await withDatabase(file, async (database) => expect((await digestOfLog(database)).digest).toBe(manifest.digest));
    const changes = [
      "UPDATE events SET data = '{}' WHERE position = 2000",
      'UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 4000',
      "UPDATE streams SET name = 'customer-x' WHERE id = 3",
      "UPDATE events SET metadata = '' WHERE position = 1",
      'DELETE FROM events WHERE position = 4000',
    ];
    const digests = new Set([manifest.digest]);
    for (const change of changes) {
      await withDatabase(file, async (database) => {
        database.exec(change);
        digests.add((await digestOfLog(database)).digest);
      });
    }
    expect(digests.size).toBe(changes.length + 1);
  });

  it('leaves the log and its backup readable by their owner only', async () => {
    await backupLog(file, backup);
    await restoreLog(backup, restored);

    for (const path of [join(backup, LOG_FILE), join(backup, MANIFEST_FILE), join(restored, LOG_FILE)]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  it('is not made over something that is there, nor of something that is not a log', async () => {
    mkdirSync(backup, { recursive: true });
    await expect(backupLog(file, backup)).rejects.toThrow(BackupRefused);
    expect(readdirSync(backup)).toEqual([]);

    const other = join(folder, 'backups', 'tuesday');
    const text = join(folder, 'text.db');
    writeFileSync(text, 'not a log'.repeat(100));
    await expect(backupLog(text, other)).rejects.toThrow(LogDamaged);
    await expect(backupLog(join(folder, 'missing.db'), other)).rejects.toThrow(LogUnavailable);
    expect(readdirSync(join(folder, 'backups'))).toEqual(['monday']);
  });

  it('that was interrupted leaves no folder of its name', async () => {
    const interruption = new Error('interrupted');
    const onProgress = ({ step }: BackupProgress) => {
      if (step === 'checking') throw interruption;
    };

    await expect(backupLog(file, backup, { onProgress })).rejects.toThrow();

    expect(readdirSync(join(folder, 'backups'))).toEqual([]);
  });

  it('is not restored where there is a log already, nor beside what is left of one', async () => {
    await backupLog(file, backup);
    const before = await all(log.readAll());

    await expect(restoreLog(backup, join(folder, 'data'))).rejects.toThrow(/already/);
    expect(await all(log.readAll())).toEqual(before);

    mkdirSync(restored);
    writeFileSync(join(restored, `${LOG_FILE}-wal`), 'left over');
    await expect(restoreLog(backup, restored)).rejects.toThrow(BackupRefused);
    expect(readdirSync(restored)).toEqual([`${LOG_FILE}-wal`]);
  });

  const damage: [string, (backup: string) => void][] = [
    ['has no manifest', (path) => rmSync(join(path, MANIFEST_FILE))],
    ['has half a manifest', (path) => writeFileSync(join(path, MANIFEST_FILE), '{"format":')],
    ['has the manifest of something else', (path) => writeFileSync(join(path, MANIFEST_FILE), '{"format":"zip"}')],
    ['has no log', (path) => rmSync(join(path, LOG_FILE))],
    [
      'was cut off',
      (path) => writeFileSync(join(path, LOG_FILE), readFileSync(join(path, LOG_FILE)).subarray(0, 50_000)),
    ],
    [
      'holds an event more',
      (path) => change(path, "INSERT INTO events VALUES (4001, 1, 900, 'x', 'X', '{}', NULL, 0, NULL)"),
    ],
    ['holds an event less', (path) => change(path, 'DELETE FROM events WHERE position = 17')],
    ['holds another text', (path) => change(path, "UPDATE events SET data = replace(data, 'filling', 'fulling')")],
    ['is of another log', (path) => change(path, "UPDATE log SET id = 'another'")],
  ];

  it.each(damage)('that %s is not restored', async (_, damageIt) => {
    await backupLog(file, backup);
    damageIt(backup);

    await expect(restoreLog(backup, restored)).rejects.toThrow(BackupRefused);

    await expect(SqliteEventLog.open(join(restored, LOG_FILE), { clock, readOnly: true })).rejects.toThrow(
      LogUnavailable,
    );
  });

  it('of the log holds no keys; the key ring has its own, which is restored likewise', async () => {
    const keyFile = join(folder, 'data', KEYS_FILE);
    const ring = await SqliteKeyRing.open(keyFile);
    const subjects = Array.from({ length: 1_500 }, (_, index) => `person-${index}`);
    const keys = await Promise.all(subjects.map((subject) => ring.keyFor(subject)));
    await ring.destroy('person-3');

    await backupLog(file, backup);
    const manifest = await backupKeyRing(keyFile, join(folder, 'backups', 'keys'));

    expect(readdirSync(backup).sort()).toEqual([LOG_FILE, MANIFEST_FILE]);
    expect(keys.some((key) => readFileSync(join(backup, LOG_FILE)).includes(key))).toBe(false);
    expect(statSync(join(folder, 'backups', 'keys', KEYS_FILE)).mode & 0o777).toBe(0o600);
    await expect(restoreKeyRing(backup, restored)).rejects.toThrow(BackupRefused);
    expect(await restoreKeyRing(join(folder, 'backups', 'keys'), restored)).toEqual(manifest);
    await expect(restoreKeyRing(join(folder, 'backups', 'keys'), restored)).rejects.toThrow(/already/);
    const again = await SqliteKeyRing.open(join(restored, KEYS_FILE));
    expect(again.requestKey()).toEqual(ring.requestKey());
    const found = await again.find(['person-1499', 'person-3']);
    expect([...found]).toEqual([['person-1499', keys[1499]]]);
    await Promise.all([again.close(), ring.close()]);
  });
});

function change(backup: string, sql: string): void {
  const database = new DatabaseSync(join(backup, LOG_FILE));
  database.exec(sql);
  database.close();
}

function events(count: number) {
  return Array.from({ length: count }, () => ({
    id: randomUUID(),
    type: 'SomethingHappened',
    data: JSON.stringify({ filling: 'é'.repeat(40) }),
  }));
}

async function all(items: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> {
  const found: RecordedEvent[] = [];
  for await (const item of items) found.push(item);
  return found;
}
