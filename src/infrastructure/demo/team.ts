import type { OurRole } from '../../domain/shapes.js';

/** The made-up wholesaler. */
export const COMPANY = 'Wimpel & Vaandel Relatiegeschenken';
export const TIME_ZONE = 'Europe/Amsterdam';
export const CURRENCY = 'EUR';

export interface Colleague {
  readonly repId: string;
  readonly name: string;
  readonly role: OurRole;
  readonly from: string;
  /** Last working day. */
  readonly leftOn?: string;
  /** How much of an interval goes by before this one goes and sees a customer: below 1 is in time. */
  readonly pace: number;
}

export const TEAM = {
  femke: { repId: 'femke', name: 'Femke Waterlander', role: 'management', from: '2023-11-01', pace: 1 },
  daan: {
    repId: 'daan',
    name: 'Daan Roelofs',
    role: 'accountManager',
    from: '2023-11-01',
    leftOn: '2025-08-29',
    pace: 0.98,
  },
  lotte: { repId: 'lotte', name: 'Lotte Goossens', role: 'accountManager', from: '2023-11-01', pace: 0.9 },
  ruben: { repId: 'ruben', name: 'Ruben Terpstra', role: 'accountManager', from: '2023-11-01', pace: 1.06 },
  iris: { repId: 'iris', name: 'Iris Kuipers', role: 'insideSales', from: '2023-11-01', pace: 0.95 },
  bram: { repId: 'bram', name: 'Bram Oosting', role: 'accountManager', from: '2025-08-18', pace: 0.94 },
} as const satisfies Record<string, Colleague>;

export type RepId = keyof typeof TEAM;

/** Who hands over to whom, and from which day on. */
export const HANDOVER = { from: 'daan', to: 'bram', on: '2025-09-01' } as const;

const REGIONS: Readonly<Record<string, RepId>> = {
  'Zuid-Holland': 'daan',
  Zeeland: 'daan',
  Utrecht: 'daan',
  'Noord-Brabant': 'lotte',
  Limburg: 'lotte',
  Antwerpen: 'lotte',
  'Oost-Vlaanderen': 'lotte',
  'Nordrhein-Westfalen': 'lotte',
};

/** The account manager of a region at the start; the north and the east are Ruben's. */
export function managerOf(region: string): RepId {
  return REGIONS[region] ?? 'ruben';
}
