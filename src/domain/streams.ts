import { externalIdFor } from './ids.js';

export const policyKinds = ['visit-frequency', 'exchange-rates', 'value', 'activity-rates'] as const;
export type PolicyKind = (typeof policyKinds)[number];

export const companyStream = 'company';

export function customerStream(customerId: string): string {
  return `customer-${customerId}`;
}

export function repStream(repId: string): string {
  return `rep-${repId}`;
}

export function policyStream(kind: PolicyKind): string {
  return `policy-${kind}`;
}

export function supplierStream(supplierId: string): string {
  return `supplier-${supplierId}`;
}

export function segmentationStream(runId: string): string {
  return `segmentation-${runId}`;
}

/** Where an outside key is claimed. */
export function externalIdStream(source: string, key: string): string {
  return `externalid-${externalIdFor(source, key)}`;
}

/** The customer whose stream it is; undefined for a stream of another kind. */
export function customerOf(stream: string): string | undefined {
  return stream.startsWith('customer-') ? stream.slice('customer-'.length) : undefined;
}
