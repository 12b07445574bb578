import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../../src/infrastructure/config.js';
import { askService } from '../../src/infrastructure/control-socket.js';
import { pathsOf, prepareDataFolder } from '../../src/infrastructure/data-folder.js';
import { type Engine, openEngine } from '../../src/infrastructure/engine.js';
import { remove, temporaryFolder } from '../support/service.js';

describe('A data folder', () => {
  let parent: string;
  let folder: string;
  const open: Engine[] = [];

  const opened = async (env: Record<string, string> = {}, options = {}): Promise<Engine> => {
    const engine = await openEngine(readConfig({ KLANTWAARDE_DATA: folder, ...env }), options);
    open.push(engine);
    return engine;
  };

  beforeEach(async () => {
    parent = await temporaryFolder();
    folder = join(parent, 'data');
  });
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close();
    await remove(parent);
  });

  it('is made when there is none, for its owner only', async () => {
    await opened();

    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readFile(pathsOf(folder).format, 'utf8')).toBe('klantwaarde data folder, format 1\n');
  });

  it('may be an empty folder that was there already', async () => {
    await mkdir(folder);

    await opened();
  });

  it('of another version is refused and left as it is', async () => {
    await mkdir(folder);
    await writeFile(pathsOf(folder).format, 'klantwaarde data folder, format 7\n');

    await expect(opened()).rejects.toThrow(
      `The data folder ${folder} is of another version ("klantwaarde data folder, format 7" instead of ` +
        '"klantwaarde data folder, format 1"); nothing in it was touched.',
    );
    expect(await readdir(folder)).toEqual(['format']);
  });

  it('with things of others in it is refused and left as it is', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'holiday.jpg'), '');

    await expect(opened()).rejects.toThrow(`${folder} holds other things and no data of klantwaarde`);
    expect(await readdir(folder)).toEqual(['holiday.jpg']);
  });

  it('that is a file is refused', async () => {
    await writeFile(folder, '');

    await expect(opened()).rejects.toThrow(`${folder} is not a folder, so it can't be the data folder.`);
  });

  it('that was being made when the power failed is made anew', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'format.0190b6f5'), 'klant');

    await prepareDataFolder(folder);

    expect(await readFile(pathsOf(folder).format, 'utf8')).toBe('klantwaarde data folder, format 1\n');
  });

  it('is served by one service at a time', async () => {
    const first = await opened();

    await expect(opened()).rejects.toThrow(`Another klantwaarde service is using the data folder ${folder}.`);

    await first.close();
    await opened();
  });

  it('can be recorded in by a second process that asks nothing, beside the service', async () => {
    const service = await opened();
    const beside = await opened({}, { readSide: false });

    expect(beside.readSide).toBeUndefined();
    expect(beside.log.id).toBe(service.log.id);
  });

  it('keeps the time zone and the currency it was made with', async () => {
    await (await opened({ KLANTWAARDE_CURRENCY: 'GBP' })).close();

    await expect(opened()).rejects.toThrow('This log reports in GBP, not in EUR');
    await expect(opened({ KLANTWAARDE_CURRENCY: 'GBP', KLANTWAARDE_TIMEZONE: 'Europe/London' })).rejects.toThrow(
      'This log counts its days in Europe/Amsterdam, not in Europe/London',
    );
  });

  describe('whose service is asked over the control socket', () => {
    it('tells its status', async () => {
      const engine = await opened();
      await engine.readSide!.ready();

      const answer = await askService(pathsOf(folder).controlSocket, 'status');

      expect(answer?.result).toMatchObject({
        timeZone: 'Europe/Amsterdam',
        currency: 'EUR',
        log: { id: engine.log.id, kind: 'sqlite', position: expect.stringMatching(`^${engine.log.id}-\\d+$`) },
        readSide: { state: 'live', lag: 0 },
      });
    });

    it('rebuilds its read side and ends with what was done', async () => {
      const engine = await opened();
      await engine.readSide!.ready();

      const answer = await askService(pathsOf(folder).controlSocket, 'rebuild');

      expect(answer?.result).toMatchObject({ events: 1, position: expect.stringMatching(`^${engine.log.id}-`) });
      expect((await engine.readSide!.status()).generation).toBe(2);
    });

    it('says so when it is asked for something it does not know', async () => {
      await opened();

      await expect(askService(pathsOf(folder).controlSocket, 'dance')).rejects.toThrow(
        'The service does not know "dance".',
      );
      await expect(askService(pathsOf(folder).controlSocket, 'toString')).rejects.toThrow('does not know "toString"');
    });

    it('is told from one that does not run', async () => {
      await (await opened()).close();

      expect(await askService(pathsOf(folder).controlSocket, 'status')).toBeUndefined();
    });

    it('takes the place of a socket that a killed service left', async () => {
      await prepareDataFolder(folder);
      const path = pathsOf(folder).controlSocket;
      // A file that nobody listens behind, as a killed process leaves it.
      await writeFile(path, '');

      await opened();

      expect((await askService(path, 'status'))?.result).toMatchObject({ currency: 'EUR' });
    });
  });
});
