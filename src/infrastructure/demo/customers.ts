import type { Layer, Segment } from '../../domain/shapes.js';
import { PRODUCT_GROUPS } from './assortment.js';
import { dayOf, LAST_DAY } from './calendar.js';
import * as names from './names.js';
import { Random } from './random.js';
import { managerOf, type RepId } from './team.js';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly role: string;
  readonly layer: Layer;
  newsletter: boolean;
}

export interface Agreement {
  readonly id: string;
  readonly group: string | undefined;
  readonly rate: number;
  /** From a quantity on, the highest first. */
  readonly tiers: readonly { readonly from: number; readonly rate: number }[];
  readonly from: number;
  until: number;
  /** Whether prices go on as if it had been renewed. */
  readonly lingers: boolean;
}

/** A customer of the story: how it is, and how it will behave. */
export interface Character {
  readonly number: number;
  readonly id: string;
  readonly random: Random;
  readonly name: string;
  readonly domain: string;
  readonly industry: string;
  readonly place: names.Place;
  readonly postcode: string;
  /** Its place in the pyramid, if nothing happens. */
  readonly size: Segment;
  /** Net revenue of the last year of the story, cents. */
  readonly revenue: number;
  /** Yearly growth of what it spends; 0.07 is 7%. */
  readonly growth: number;
  readonly ordersPerYear: number;
  /** Buys for Sinterklaas and Christmas only. */
  readonly isSeasonal: boolean;
  readonly favourites: readonly string[];
  /** First day in the books; not above 0 for those that were there at the start. */
  readonly from: number;
  /** Day of the last order, when it goes. */
  until: number;
  readonly paymentDays: number;
  /** Days it pays after the due date; early ones pay before. */
  readonly payingLate: number;
  manager: RepId;
  readonly persons: Person[];
  readonly agreements: Agreement[];
}

/** Customers that are there at the end, of the largest first; these numbers make the pyramid of 1, 4, 15 and 80%. */
export const STAYING = 392;
const LEAVING = 34;
const LARGEST_CENTS = [31_800_000, 24_600_000, 19_700_000, 15_900_000];

function sizeOf(rank: number): Segment {
  if (rank < 4) return 'A';
  if (rank < 20) return 'B';
  return rank < 79 ? 'C' : 'D';
}

/** Falls off geometrically from the largest to the smallest of its class. */
function revenueOf(rank: number): number {
  const within = (first: number, last: number, from: number, to: number) =>
    Math.round(from * (to / from) ** ((rank - first) / (last - first)));
  switch (sizeOf(rank)) {
    case 'A':
      return LARGEST_CENTS[rank] as number;
    case 'B':
      return within(4, 19, 11_200_000, 4_700_000);
    case 'C':
      return within(20, 78, 3_900_000, 1_050_000);
    default:
      return within(79, STAYING - 1, 880_000, 42_000);
  }
}

const PEOPLE: Readonly<Record<Segment, readonly (readonly [Layer, readonly string[]])[]>> = {
  A: [
    ['strategic', ['algemeen directeur', 'commercieel directeur']],
    ['tactical', ['hoofd marketing']],
    ['tactical', ['inkoper']],
    ['operational', ['marketingmedewerker']],
    ['operational', ['magazijnchef']],
  ],
  B: [
    ['strategic', ['directeur']],
    ['tactical', ['marketingmanager', 'hoofd communicatie']],
    ['operational', ['office manager', 'medewerker inkoop']],
  ],
  C: [
    ['tactical', ['directeur', 'marketingmanager', 'HR-adviseur']],
    ['operational', ['office manager', 'secretaris']],
  ],
  D: [['tactical', ['eigenaar', 'office manager', 'vestigingsmanager']]],
};

export function newPerson(
  character: Pick<Character, 'random' | 'domain' | 'place'>,
  role: string,
  layer: Layer,
): Person {
  const { random, domain, place } = character;
  const name = names.person(random);
  return {
    id: random.uuid(),
    name: `${name.first} ${name.last}`,
    email: names.mailAddress(name, domain),
    phone: names.phoneNumber(random, place.country),
    role,
    layer,
    newsletter: random.chance(0.66),
  };
}

const ORDERS_PER_YEAR: Readonly<Record<Segment, readonly [number, number]>> = {
  A: [44, 60],
  B: [20, 32],
  C: [8, 15],
  D: [1.35, 4.2],
};

interface Draft {
  readonly size: Segment;
  readonly revenue: number;
  readonly isLeaving: boolean;
}

function character(number: number, { size, revenue, isLeaving }: Draft, taken: Set<string>): Character {
  const random = new Random(`customer ${number}`);
  const isLarge = size === 'A' || size === 'B';
  const place = random.weighted(names.PLACES, ({ weight, country }) => (size === 'A' && country !== 'NL' ? 0 : weight));
  const { name, industry, domain } = names.company(random, place.country, isLarge, taken);
  const isSeasonal = size === 'D' && random.chance(0.22);
  const [fewest, most] = ORDERS_PER_YEAR[size];
  const isLate = !isLarge && random.chance(0.22);
  const made: Character = {
    number,
    id: random.uuid(),
    random,
    name,
    domain,
    industry,
    place,
    postcode: names.postcode(random, place),
    size,
    revenue: Math.round(revenue * random.between(0.94, 1.06)),
    growth: growthOf(random),
    ordersPerYear: isSeasonal ? random.pick([1, 1, 2]) : random.between(fewest, most),
    isSeasonal,
    favourites: random.some(PRODUCT_GROUPS, random.int(2, 4)),
    from: isLate ? random.int(25, LAST_DAY - 200) : 0,
    until: isLeaving ? random.int(90, LAST_DAY - 400) : Number.POSITIVE_INFINITY,
    paymentDays: random.pick([14, 30, 30, 30, 45, 60]),
    payingLate: random.pick([-4, -1, 0, 2, 3, 6, 12, 24]),
    manager: managerOf(place.region),
    persons: [],
    agreements: [],
  };
  for (const [layer, roles] of PEOPLE[size]) made.persons.push(newPerson(made, random.pick(roles), layer));
  return isLeaving ? { ...made, from: 0 } : made;
}

function growthOf(random: Random): number {
  const kind = random.next();
  if (kind < 0.1) return random.between(0.3, 0.6);
  if (kind < 0.19) return random.between(-0.34, -0.15);
  return random.between(0.01, 0.19);
}

/** Everybody of the story, the same each time. */
export function characters(): Character[] {
  const taken = new Set<string>();
  const made: Character[] = [];
  for (let rank = 0; rank < STAYING; rank++) {
    made.push(character(rank, { size: sizeOf(rank), revenue: revenueOf(rank), isLeaving: false }, taken));
  }
  const random = new Random('leaving');
  for (let index = 0; index < LEAVING; index++) {
    const size = index < 2 ? 'B' : index < 8 ? 'C' : 'D';
    const likeRank = { B: random.int(8, 18), C: random.int(30, 75), D: random.int(90, 360) }[size];
    made.push(character(STAYING + index, { size, revenue: revenueOf(likeRank), isLeaving: true }, taken));
  }
  return made.map((one) => ({ ...one, ...FIXED[one.number] }));
}

/** What the tour tells about must be so, whatever is drawn. */
const FIXED: Readonly<Record<number, Partial<Character>>> = {
  0: { growth: 0.14 },
  1: { growth: 0.12, manager: 'ruben' },
  2: { growth: -0.04, manager: 'lotte' },
  3: { growth: 0.34 },
  // Was one of the largest, and has been going elsewhere.
  6: { growth: -0.36 },
  // Grew from nothing.
  9: { growth: 0.3, from: dayOf('2024-03-12') },
};
