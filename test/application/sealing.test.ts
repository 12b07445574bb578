import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSealed, open, openDeep, seal } from '../../src/application/sealing.js';
import { definitionOf } from '../../src/domain/catalogue.js';
import { repStream } from '../../src/domain/streams.js';
import { uuid } from '../support/given.js';
import { Recorder } from '../support/recorder.js';

let recorder: Recorder;
beforeEach(async () => {
  recorder = await Recorder.open();
});
afterEach(async () => {
  await recorder.close();
});

describe('a sealed text', () => {
  it('opens with its subject’s key, and is gone with it', async () => {
    const sealed = seal('Prefers coffee ☕', 'person-1', await recorder.keyRing.keyFor('person-1'));
    expect(sealed.text).not.toContain('coffee');
    expect(await openDeep(sealed, recorder.keyRing)).toBe('Prefers coffee ☕');
    await recorder.keyRing.destroy('person-1');
    expect(await openDeep(sealed, recorder.keyRing)).toBeNull();
  });

  it('looks different each time', async () => {
    const key = await recorder.keyRing.keyFor('person-1');
    const texts = Array.from({ length: 2_000 }, () => seal('same', 'person-1', key).text);
    expect(new Set(texts).size).toBe(2_000);
  });

  it('that was altered, or is passed off as another’s, does not open', async () => {
    const key = await recorder.keyRing.keyFor('person-1');
    const sealed = seal('secret', 'person-1', key);
    const altered = `${sealed.text.slice(0, -1)}${sealed.text.endsWith('A') ? 'Q' : 'A'}`;
    expect(() => open({ ...sealed, text: altered }, key)).toThrow('does not open');
    const other = await recorder.keyRing.keyFor('person-2');
    for (const used of [key, other]) {
      expect(() => open({ ...sealed, sealedFor: 'person-2' }, used)).toThrow('does not open');
    }
  });

  it('is opened wherever it is in an answer, and everything else stays as it is', async () => {
    const key = await recorder.keyRing.keyFor('person-1');
    const sealed = seal('Marie', 'person-1', key);
    const gone = { sealedFor: 'person-9', text: sealed.text };
    const at = new Date(0);
    expect(await openDeep({ rows: [{ name: sealed, old: gone, at, n: null, m: 1 }] }, recorder.keyRing)).toEqual({
      rows: [{ name: 'Marie', old: null, at, n: null, m: 1 }],
    });
  });
});

describe('personal texts', () => {
  const secrets = [
    'Zonneveld-name',
    'Zonneveld-mail',
    'Zonneveld-phone',
    'Zonneveld-notes',
    'Zonneveld-need',
    'Zonneveld-promise',
    'Zonneveld-reason',
    'Zonneveld-rep',
    'Zonneveld-replaced',
  ];

  async function tellSecrets(): Promise<string> {
    const stream = await recorder.customer(uuid(1));
    await recorder.tell(repStream('anna'), 'RegisterRep', { repId: 'anna', name: 'Zonneveld-rep' });
    await recorder.tell(stream, 'AddContactPerson', {
      id: uuid(20),
      name: 'Zonneveld-name',
      email: 'Zonneveld-mail',
      phone: 'Zonneveld-phone',
      layer: 'tactical',
    });
    const visit = await recorder.tell(stream, 'LogVisit', {
      id: uuid(30),
      notes: 'Zonneveld-notes',
      needs: ['Zonneveld-need'],
      promises: [{ what: 'Zonneveld-promise' }],
    });
    const data = {
      visitId: uuid(30),
      heldBy: [],
      contactPersons: [],
      orderIds: [],
      topics: [],
      notes: 'Zonneveld-replaced',
    };
    const targetEventId = (visit as { eventId: string }).eventId;
    const corrected = await recorder.tell(stream, 'CorrectEvent', {
      targetEventId,
      replacement: { data },
      reason: 'Zonneveld-reason',
    });
    expect(corrected.status).toBe('recorded');
    return stream;
  }

  it('are in no file of the data folder in plain text', async () => {
    await tellSecrets();
    const files = readdirSync(recorder.folder);
    expect(files.length).toBeGreaterThan(1);
    const texts = files.map((file) => readFileSync(join(recorder.folder, file), 'latin1'));
    // The search itself works: what is not personal is there to be found.
    expect(texts.some((text) => text.includes('ContactPersonAdded'))).toBe(true);
    for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });

  it('belong to the person, the rep or the customer whom they are about, in a correction as before', async () => {
    const stream = await tellSecrets();
    const [, added, visit, promise, corrected] = (await recorder.events(stream)).map(
      ({ data }) => data as Record<string, never>,
    );
    expect(added).toMatchObject({
      name: { sealedFor: `person-${uuid(20)}` },
      phone: { sealedFor: `person-${uuid(20)}` },
    });
    expect(visit).toMatchObject({ notes: { sealedFor: stream }, needs: [{ sealedFor: stream }] });
    expect(promise).toMatchObject({ what: { sealedFor: stream } });
    expect(corrected).toMatchObject({
      reason: { sealedFor: stream },
      replacement: { data: { notes: { sealedFor: stream } } },
    });
    const [rep] = await recorder.events(repStream('anna'));
    expect(rep?.data).toMatchObject({ name: { sealedFor: 'rep-anna' } });
  });

  it('are stored sealed at every path that the catalogue names', async () => {
    const stream = await tellSecrets();
    for (const { type, data } of await recorder.events(stream)) {
      for (const [field, ...deeper] of definitionOf(type)?.sealedPaths ?? []) {
        const value = (data as Record<string, unknown>)[field as string];
        if (value !== undefined && deeper.length === 0) expect(isSealed(value)).toBe(true);
      }
    }
  });

  it('can not be smuggled in as sealed already', async () => {
    const stream = await recorder.customer(uuid(1));
    const notes = { sealedFor: 'person-1', text: 'plain text' } as unknown as string;
    expect(await recorder.tell(stream, 'LogVisit', { notes })).toMatchObject({ status: 'invalid' });
  });

  it('of someone who was erased are refused', async () => {
    const stream = await tellSecrets();
    await recorder.keyRing.destroy(stream);
    expect(await recorder.tell(stream, 'LogVisit', { notes: 'More.' })).toMatchObject({
      status: 'refused',
      rule: 'data-erased',
    });
    expect(await recorder.tell(stream, 'LogVisit', {})).toMatchObject({ status: 'recorded' });
  });
});
