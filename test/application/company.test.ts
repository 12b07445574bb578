import { v5 } from 'uuid';
import { chainHash } from '../../src/application/chain.js';
import { companySettings, fixCompanySettings } from '../../src/application/company.js';
import { eventIdFor } from '../../src/application/event-id.js';
import { canonicalJson, requestHash } from '../../src/application/request.js';
import { readStored } from '../../src/application/stored-event.js';
import { Recorder } from '../support/recorder.js';

let recorder: Recorder;
beforeEach(async () => {
  recorder = await Recorder.open();
});
afterEach(async () => {
  await recorder.close();
});

const settings = { timeZone: 'Europe/Amsterdam', currency: 'EUR' };

describe('the company’s settings', () => {
  it('are fixed at the first start and stay', async () => {
    expect(await companySettings(recorder.log)).toEqual(settings);
    expect(await fixCompanySettings(recorder.log, settings, recorder.clock)).toEqual(settings);
    expect(await recorder.stored('company')).toHaveLength(1);
  });

  it('that differ later stop the start with a sentence', async () => {
    await expect(fixCompanySettings(recorder.log, { ...settings, currency: 'GBP' }, recorder.clock)).rejects.toThrow(
      'reports in EUR, not in GBP',
    );
    await expect(fixCompanySettings(recorder.log, { ...settings, timeZone: 'UTC' }, recorder.clock)).rejects.toThrow(
      'Europe/Amsterdam, not in UTC',
    );
  });
});

describe('a stored event', () => {
  const recorded = {
    id: 'e',
    stream: 'customer-1',
    revision: 0n,
    position: 1n,
    recordedAt: 0,
    type: 'LifecycleChanged',
    data: '{"lifecycle":"customer"}',
    metadata: '{"schemaVersion":1,"occurredAt":"2026-01-01T00:00:00.000Z"}',
  };

  it('of a type or version of a newer program is refused with a sentence', () => {
    expect(readStored(recorded)).toMatchObject({
      data: { lifecycle: 'customer' },
      occurredAt: '2026-01-01T00:00:00.000Z',
    });
    expect(() => readStored({ ...recorded, type: 'SomethingNew' })).toThrow('written by a newer one');
    expect(() => readStored({ ...recorded, metadata: '{"schemaVersion":2}' })).toThrow('has version 2');
    expect(() => readStored({ ...recorded, data: '{' })).toThrow('not readable');
  });

  it('changes its hash with every part that is chained', () => {
    const parts = [
      {},
      { stream: 'x' },
      { revision: 1n },
      { id: 'f' },
      { type: 'T' },
      { data: '{}' },
      { metadata: '{}' },
    ];
    expect(new Set(parts.map((part) => chainHash({ ...recorded, ...part }))).size).toBe(parts.length);
    expect(chainHash({ ...recorded, data: 'ab', metadata: 'c' })).not.toBe(
      chainHash({ ...recorded, data: 'a', metadata: 'bc' }),
    );
  });
});

describe('an event’s id', () => {
  it('is the UUIDv5 of its stream, request and place', () => {
    const name = 'customer-1/00000000-0000-4000-8000-000000000001/2';
    for (let n = 0; n < 50; n++) {
      expect(eventIdFor(`customer-${n}`, 'r', n)).toBe(
        v5(`customer-${n}/r/${n}`, '6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a06'),
      );
    }
    expect(eventIdFor('customer-1', '00000000-0000-4000-8000-000000000001', 2)).toBe(
      v5(name, '6b9d0f6c-3a5e-5d0b-9b44-0c3c0f6f8a06'),
    );
  });
});

describe('a request', () => {
  it('has one canonical text, whatever the order of its fields', () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: null })).toBe('{"a":null,"b":[{"d":1}]}');
  });

  it('is told apart by stream, command and content, not by its id', () => {
    const key = Buffer.alloc(32);
    const hash = requestHash(key, 's', 'LogVisit', { id: '1', heldBy: ['anna'] });
    expect(requestHash(key, 's', 'LogVisit', { heldBy: ['anna'], id: '2' })).toBe(hash);
    expect(requestHash(key, 't', 'LogVisit', { heldBy: ['anna'] })).not.toBe(hash);
    expect(requestHash(key, 's', 'LogInteraction', { heldBy: ['anna'] })).not.toBe(hash);
    expect(requestHash(key, 's', 'LogVisit', { heldBy: [] })).not.toBe(hash);
    expect(requestHash(Buffer.alloc(32, 1), 's', 'LogVisit', { heldBy: ['anna'] })).not.toBe(hash);
  });
});
