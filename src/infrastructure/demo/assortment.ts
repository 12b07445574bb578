/** What the made-up wholesaler sells. */
export interface Product {
  readonly sku: string;
  readonly description: string;
  readonly group: string;
  /** List price of the first year, thousandths of a euro per unit. */
  readonly price: number;
  /** Cost of goods as a share of the list price. */
  readonly costShare: number;
  /** Sold by so many. */
  readonly pack: number;
}

type Row = readonly [sku: string, description: string, price: number, pack: number];

const GROUPS: readonly { readonly group: string; readonly costShare: number; readonly rows: readonly Row[] }[] = [
  {
    group: 'pens',
    costShare: 0.42,
    rows: [
      ['PEN-101', 'Balpen Jip, wit', 395, 250],
      ['PEN-114', 'Balpen Loep, metaal', 1_280, 100],
      ['PEN-120', 'Balpen Kurk', 845, 100],
      ['PEN-207', 'Potloodset Vier', 1_950, 50],
      ['PEN-310', 'Geschenkset Dubbel', 11_900, 10],
    ],
  },
  {
    group: 'textiles',
    costShare: 0.56,
    rows: [
      ['TXT-012', 'T-shirt Katoen 160', 4_350, 25],
      ['TXT-018', 'Polo Werkdag', 10_900, 10],
      ['TXT-033', 'Softshell Noordwest', 34_500, 5],
      ['TXT-040', 'Pet Zes Panelen', 3_700, 50],
      ['TXT-071', 'Badlaken Duin', 9_650, 10],
      ['TXT-085', 'Draagtas Katoen', 1_540, 100],
    ],
  },
  {
    group: 'drinkware',
    costShare: 0.48,
    rows: [
      ['DRK-201', 'Mok Ochtend', 3_150, 36],
      ['DRK-208', 'Thermosfles Halve Liter', 11_250, 24],
      ['DRK-215', 'Waterfles Tritan', 5_400, 24],
      ['DRK-230', 'Koffiebeker Mee', 6_850, 24],
    ],
  },
  {
    group: 'umbrellas',
    costShare: 0.5,
    rows: [
      ['PAR-010', 'Opvouwparaplu Bui', 6_900, 20],
      ['PAR-022', 'Golfparaplu Storm', 13_750, 12],
      ['PAR-030', 'Paraplu Houten Greep', 9_200, 12],
    ],
  },
  {
    group: 'notebooks',
    costShare: 0.45,
    rows: [
      ['NOT-105', 'Notitieboek A5 Gebonden', 4_600, 50],
      ['NOT-112', 'Notitieboek Steenpapier', 6_200, 50],
      ['NOT-140', 'Bureaukalender', 3_450, 100],
      ['NOT-166', 'Memoblok', 1_120, 100],
    ],
  },
  {
    group: 'tech gifts',
    costShare: 0.61,
    rows: [
      ['TEC-300', 'Powerbank 10.000', 16_900, 10],
      ['TEC-311', 'Draadloze Lader Bamboe', 14_200, 10],
      ['TEC-325', 'Luidspreker Zak', 18_800, 10],
      ['TEC-340', 'Kabel Drie-in-een', 4_950, 50],
    ],
  },
  {
    group: 'food gifts',
    costShare: 0.64,
    rows: [
      ['ETN-401', 'Chocoladeletter', 3_950, 24],
      ['ETN-410', 'Kerstpakket Haard', 32_500, 5],
      ['ETN-415', 'Kerstpakket Feest', 49_500, 5],
      ['ETN-422', 'Pepernoten Blik', 5_250, 24],
    ],
  },
  {
    group: 'eco gifts',
    costShare: 0.47,
    rows: [
      ['ECO-501', 'Zaadpapier Kaart', 1_350, 100],
      ['ECO-507', 'Plantje in Pot', 4_800, 24],
      ['ECO-512', 'Lunchbox Bamboevezel', 8_300, 20],
    ],
  },
];

export const PRODUCTS: readonly Product[] = GROUPS.flatMap(({ group, costShare, rows }) =>
  rows.map(([sku, description, price, pack]) => ({ sku, description, group, price, costShare, pack })),
);

export const PRODUCT_GROUPS: readonly string[] = GROUPS.map(({ group }) => group);

/** The printing of an order: charged once, not by the piece. */
export const PRINTING: Product = {
  sku: 'DRU-001',
  description: 'Instelkosten bedrukking',
  group: 'printing',
  price: 47_500,
  costShare: 0.35,
  pack: 1,
};

/** How a group sells in a month beside its average; 1 for the ones that are left out. */
const MONTHS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  umbrellas: { 1: 0.8, 5: 0.5, 6: 0.4, 7: 0.5, 9: 1.8, 10: 2, 11: 1.4 },
  textiles: { 3: 1.4, 4: 1.6, 5: 1.6, 6: 1.3, 11: 0.7, 12: 0.5 },
  'food gifts': { 1: 0.1, 2: 0.1, 3: 0.2, 4: 0.3, 5: 0.2, 6: 0.1, 7: 0.1, 8: 0.2, 9: 0.8, 10: 3, 11: 5, 12: 3 },
  notebooks: { 8: 1.3, 9: 1.3, 11: 1.6, 12: 1.4 },
  drinkware: { 5: 1.2, 6: 1.3, 11: 1.2 },
};

export function demand(group: string, month: number): number {
  return MONTHS[group]?.[month] ?? 1;
}

/** Prices and costs go up on 1 January; list price in thousandths of a euro. */
export function listPrice(product: Product, year: number): number {
  const raised = product.price * 1.032 ** (year - 2023);
  return Math.round(raised / 5) * 5;
}
