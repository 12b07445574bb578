import type { Reading } from '../ports/read-side.js';

/** A discount or payment terms that hold on a day. */
export interface Agreement {
  readonly kind: 'discount' | 'paymentTerms';
  readonly agreementId: string;
  readonly scope?: { readonly kind: 'all' | 'productGroup' | 'sku'; readonly value: string | null };
  readonly rate?: number | null;
  readonly tiers?: readonly { readonly fromQuantity: string; readonly rate: string }[] | null;
  readonly days?: number;
  readonly settlementDiscount?: { readonly rate: string; readonly withinDays: number } | null;
  readonly validFrom: string;
  /** First day on which it no longer holds; null when that is open. */
  readonly validTo: string | null;
  /** Contact person of the customer. */
  readonly agreedWith: string | null;
  readonly agreedBy: string | null;
}

interface AgreementRow {
  readonly kind: 'discount' | 'paymentTerms';
  readonly agreementId: string;
  readonly scopeKind: 'all' | 'productGroup' | 'sku';
  readonly scopeValue: string | null;
  readonly rate: number | null;
  readonly tiers: Agreement['tiers'];
  readonly days: number;
  readonly settlement: Agreement['settlementDiscount'];
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly agreedWith: string | null;
  readonly agreedBy: string | null;
}

/** What these customers and we have agreed and holds on the day of the reading. */
export async function agreementsInForce(reading: Reading, members: readonly number[]): Promise<readonly Agreement[]> {
  const rows = await reading.rows<AgreementRow>(
    `SELECT * FROM agreement_in_force($as_of, $known, CAST($members AS INTEGER[]))
     ORDER BY kind, valid_from, agreement_id`,
    { members },
  );
  return rows.map(({ kind, agreementId, scopeKind, scopeValue, rate, tiers, days, settlement, ...term }) => ({
    kind,
    agreementId,
    ...(kind === 'discount'
      ? { scope: { kind: scopeKind, value: scopeValue }, rate, tiers }
      : { days, settlementDiscount: settlement }),
    validFrom: term.validFrom,
    validTo: term.validTo,
    agreedWith: term.agreedWith,
    agreedBy: term.agreedBy,
  }));
}
