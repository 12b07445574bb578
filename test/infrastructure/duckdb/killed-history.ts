import type { RecordedEvent } from '../../../src/application/ports/event-log.js';
import { type GivenEvent, recorded } from '../../support/read-side.js';

const id = (number: number) => `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** The same events in every process: orders and visits of 40 customers, every tenth event a correction. */
export function killedHistory(count: number): RecordedEvent[] {
  return recorded(Array.from({ length: count }, (_, index) => told(index)));
}

function told(index: number): GivenEvent {
  const isCorrection = index % 10 === 9;
  const customer = (isCorrection ? index - 1 : index) % 40;
  const visit = { visitId: id(index), heldBy: [], contactPersons: [], orderIds: [], topics: [] };
  const at = new Date(Date.parse('2025-01-01T00:00:00Z') + index * 60_000).toISOString();
  const common = {
    id: id(index),
    stream: `customer-cccccccc-0000-4000-8000-${String(customer).padStart(12, '0')}`,
    at,
  };
  if (isCorrection) {
    const replacement = { type: 'VisitLogged', schemaVersion: 1, occurredAt: at, data: visit };
    return { ...common, type: 'EventCorrected', data: { targetEventId: id(index - 1), replacement, reason: 'wrong' } };
  }
  if (index % 2 === 0) return { ...common, type: 'VisitLogged', data: visit };
  const lines = [{ sku: 'pen', quantity: '1', net: index }];
  return { ...common, type: 'OrderPlaced', data: { orderId: id(index), currency: 'EUR', lines } };
}
