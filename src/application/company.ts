import { hash } from 'node:crypto';
import { events } from '../domain/company.js';
import type { Metadata } from '../domain/metadata.js';
import { companyStream } from '../domain/streams.js';
import { eventIdFor } from './event-id.js';
import type { Clock } from './ports/clock.js';
import { type EventLog, StreamNotFound, WrongExpectedRevision } from './ports/event-log.js';
import { canonicalJson } from './request.js';
import { readStored } from './stored-event.js';

/** What a business day and an amount mean in this log, for ever. */
export interface CompanySettings {
  /** IANA zone. */
  readonly timeZone: string;
  /** ISO 4217; the currency that views are in. */
  readonly currency: string;
}

/** Undefined before the first start. */
export async function companySettings(log: EventLog): Promise<CompanySettings | undefined> {
  try {
    for await (const recorded of log.read(companyStream, { limit: 1 })) {
      return readStored(recorded).data as CompanySettings;
    }
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
  return undefined;
}

/**
 * Fixes the settings at the first start.
 * @throws Error, one sentence, when the log was made with others.
 */
export async function fixCompanySettings(
  log: EventLog,
  settings: CompanySettings,
  clock: Clock,
): Promise<CompanySettings> {
  for (;;) {
    const fixed = await companySettings(log);
    if (fixed) return sameOrThrow(fixed, settings);
    const data = events.CompanySettingsFixed.schema.parse(settings);
    const id = eventIdFor(companyStream, companyStream, 0);
    const metadata: Metadata = {
      schemaVersion: events.CompanySettingsFixed.version,
      occurredAt: new Date(clock.now()).toISOString(),
      actor: 'local',
      source: 'system',
      requestId: id,
      requestHash: hash('sha256', canonicalJson(data), 'base64url'),
    };
    try {
      await log.append(
        companyStream,
        [{ id, type: 'CompanySettingsFixed', data: JSON.stringify(data), metadata: JSON.stringify(metadata) }],
        'none',
      );
    } catch (error) {
      // Another process started first: its settings count.
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }
}

function sameOrThrow(fixed: CompanySettings, wanted: CompanySettings): CompanySettings {
  if (fixed.timeZone !== wanted.timeZone) {
    throw new Error(
      `This log counts its days in ${fixed.timeZone}, not in ${wanted.timeZone}: a log keeps its time zone (KLANTWAARDE_TIMEZONE).`,
    );
  }
  if (fixed.currency !== wanted.currency) {
    throw new Error(
      `This log reports in ${fixed.currency}, not in ${wanted.currency}: a log keeps its currency (KLANTWAARDE_CURRENCY).`,
    );
  }
  return fixed;
}
