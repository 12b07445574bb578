import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backupLog } from '../../../src/infrastructure/sqlite/log-backup.js';
import { remove, type TestService, testService } from '../../support/service.js';

/** Texts that stand nowhere else; long enough not to turn up by chance. */
const secrets = {
  contactName: 'Quirijntje van Zonnebloemstralen',
  email: 'quirijntje.zonnebloemstralen@example.invalid',
  phone: '+31 6 98 76 54 32 10',
  repName: 'Wubbo Kwikstaartenburg',
  repEmail: 'wubbo.kwikstaartenburg@example.invalid',
  notes: 'Is verhuisd naar de Elzenlaan 17b en heeft een nieuwe heup.',
  outcome: 'Wil voor haar pensioen nog eenmaal korting.',
  need: 'Zoekt troost na het overlijden van haar hond.',
  promise: 'Stuur een kaartje naar het ziekenhuis.',
  reason: 'Had zich vergist in de naam van haar dochter.',
  corrected: 'Is verhuisd naar de Berkenlaan 23 en loopt weer.',
  end: 'Kan onze verkoper niet luchten.',
};

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function leaks(folder: string): string[] {
  const found: string[] = [];
  for (const file of filesBelow(folder)) {
    const bytes = readFileSync(file);
    for (const [name, text] of Object.entries(secrets)) {
      const words = [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)];
      const forms = [...words.map((word) => Buffer.from(word)), Buffer.from(text, 'utf16le')];
      if (forms.some((form) => bytes.includes(form))) found.push(`${name} in ${file}`);
    }
  }
  return found;
}

describe('Names, addresses and notes', () => {
  let service: TestService;
  let customer: string;
  let person: string;

  beforeAll(async () => {
    service = await testService();
    await service.record('/reps', { repId: 'wk', name: secrets.repName, email: secrets.repEmail });
    customer = await service.customer('Drukkerij De Gans');
    const { contactName: name, email, phone } = secrets;
    person = (await service.record(`/customers/${customer}/contact-persons`, { name, email, phone, layer: 'tactical' }))
      .id;
    const visit = await service.record(`/customers/${customer}/visits`, {
      heldBy: ['wk'],
      contactPersons: [{ id: person }],
      notes: secrets.notes,
      outcome: secrets.outcome,
      needs: [secrets.need],
      promises: [{ what: secrets.promise, owner: 'wk' }],
    });
    const stored = (await service.events(`&customer=${customer}`)).find(({ id }) => id === visit.eventId);
    await service.record(`/customers/${customer}/events/${visit.eventId}/correction`, {
      replacement: { data: { ...stored.data, notes: secrets.corrected } },
      reason: secrets.reason,
    });
    const ended = await service.record(`/customers/${customer}/end`, { initiator: 'them', reason: secrets.end });
    // What the read side has of it is on the disk, too.
    await service.get(`/customers/${customer}?atLeast=${ended.position}`);
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  it('are told to those who ask', async () => {
    const told = JSON.stringify([
      (await service.get(`/customers/${customer}`)).body,
      (await service.get(`/customers/${customer}/timeline`)).body,
    ]);
    for (const name of ['contactName', 'email', 'outcome', 'corrected', 'promise', 'reason'] as const) {
      expect(told).toContain(secrets[name]);
    }
  });

  it('stand in no file of the data folder while the service runs', () => {
    const files = filesBelow(service.folder);
    expect(files.some((file) => file.endsWith('log.db'))).toBe(true);
    expect(files.some((file) => file.endsWith('read.duckdb') || file.endsWith('.duckdb'))).toBe(true);
    expect(leaks(service.folder)).toEqual([]);
  });

  it('stand in no backup', async () => {
    const backup = join(service.folder, 'backup');
    await backupLog(join(service.folder, 'data', 'log.db'), backup, {});
    expect(leaks(backup)).toEqual([]);
  });

  it('stand in no file after it has stopped', async () => {
    await service.close();
    expect(leaks(service.folder)).toEqual([]);
    // The search finds what is not sealed.
    const log = filesBelow(service.folder).filter((file) => file.includes('log.db'));
    expect(log.some((file) => readFileSync(file).includes('Drukkerij De Gans'))).toBe(true);
  });
});
