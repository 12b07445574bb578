import type { Random } from './random.js';

/**
 * Names put together from parts. The companies' are three-part inventions, the people's are drawn from common first
 * and last names, mail addresses end in `.example` and no telephone number is in use.
 */
const STEMS = [
  'Amber',
  'Berken',
  'Bries',
  'Duin',
  'Eiken',
  'Elzen',
  'Gors',
  'Grutto',
  'Heide',
  'Iepen',
  'Kiezel',
  'Klaver',
  'Kobalt',
  'Koper',
  'Kwarts',
  'Linde',
  'Lisdodde',
  'Maan',
  'Meer',
  'Mist',
  'Noorder',
  'Olmen',
  'Ooster',
  'Plevier',
  'Populier',
  'Rijp',
  'Riet',
  'Schelp',
  'Smaragd',
  'Spaarne',
  'Stern',
  'Tij',
  'Uiter',
  'Varen',
  'Vlier',
  'Vuur',
  'Wester',
  'Wilgen',
  'Wolken',
  'Zand',
  'Zee',
  'Zilver',
  'Zonne',
  'Zuider',
  'Zwaluw',
] as const;
const ENDINGS = [
  'baken',
  'berg',
  'bocht',
  'borg',
  'brink',
  'dal',
  'donk',
  'drift',
  'gaard',
  'haag',
  'ham',
  'horst',
  'hoek',
  'hof',
  'kade',
  'kamp',
  'kroon',
  'kwartier',
  'laan',
  'lust',
  'mark',
  'oord',
  'poort',
  'rade',
  'schans',
  'sluis',
  'sprong',
  'stee',
  'stroom',
  'veen',
  'veld',
  'vliet',
  'voorde',
  'waard',
  'wacht',
  'wijk',
  'zicht',
] as const;

export const INDUSTRIES: readonly { readonly industry: string; readonly words: readonly string[] }[] = [
  { industry: 'construction', words: ['Bouw', 'Bouwgroep', 'Aannemers', 'Dakwerken', 'Betonbouw'] },
  { industry: 'installation', words: ['Installatietechniek', 'Klimaattechniek', 'Elektro', 'Watertechniek'] },
  { industry: 'logistics', words: ['Transport', 'Logistiek', 'Koeriers', 'Warehousing'] },
  { industry: 'healthcare', words: ['Zorggroep', 'Thuiszorg', 'Tandartsen', 'Fysiotherapie', 'Apotheken'] },
  { industry: 'finance', words: ['Verzekeringen', 'Accountants', 'Hypotheken', 'Administraties', 'Pensioen'] },
  { industry: 'technology', words: ['Software', 'Automatisering', 'Netwerken', 'Datadiensten', 'Robotica'] },
  { industry: 'agriculture', words: ['Tuinbouw', 'Zaden', 'Zuivel', 'Agro', 'Bloemen'] },
  { industry: 'food', words: ['Bakkerijen', 'Vers', 'Koffiebranders', 'Catering', 'Vleeswaren'] },
  { industry: 'education', words: ['Opleidingen', 'Scholengroep', 'Kinderopvang', 'Academie'] },
  { industry: 'leisure', words: ['Vakantieparken', 'Evenementen', 'Hotels', 'Sportcentra', 'Jachthavens'] },
  { industry: 'manufacturing', words: ['Metaal', 'Verpakkingen', 'Machinefabriek', 'Kunststoffen', 'Meubelen'] },
  {
    industry: 'services',
    words: ['Uitzendgroep', 'Schoonmaak', 'Beveiliging', 'Makelaars', 'Notarissen', 'Advocaten'],
  },
  { industry: 'automotive', words: ['Autobedrijven', 'Lease', 'Bandenservice', 'Tweewielers'] },
  { industry: 'government', words: ['Waterbeheer', 'Woningstichting', 'Omgevingsdienst', 'Bibliotheken'] },
];

/** Companies of the neighbours are put together from parts of their own language. */
const GERMAN = {
  stems: ['Birken', 'Falken', 'Linden', 'Nord', 'Silber', 'Tannen', 'Ufer'],
  endings: ['brück', 'felder', 'hain', 'hofer', 'kamper', 'rieder', 'tal'],
  words: ['Maschinenbau', 'Spedition', 'Gebäudetechnik', 'Messebau', 'Energie'],
} as const;
const BELGIAN_FORMS = ['BV', 'NV'] as const;

export interface Company {
  readonly name: string;
  readonly industry: string;
  /** Mail domain, without its ending. */
  readonly domain: string;
}

/** No two of one made-up company base share the first, invented word. */
export function company(random: Random, country: string, isLarge: boolean, taken: Set<string>): Company {
  for (;;) {
    const german = country === 'DE';
    const stem = german ? random.pick(GERMAN.stems) : random.pick(STEMS);
    const first = `${stem}${german ? random.pick(GERMAN.endings) : random.pick(ENDINGS)}`;
    if (taken.has(first)) continue;
    taken.add(first);
    const domain = first.toLowerCase().replaceAll('ü', 'ue');
    if (german) return { name: `${first} ${random.pick(GERMAN.words)} GmbH`, industry: 'manufacturing', domain };
    const { industry, words } = random.pick(INDUSTRIES);
    const form = country === 'BE' ? random.pick(BELGIAN_FORMS) : isLarge && random.chance(0.4) ? 'N.V.' : 'B.V.';
    return { name: `${first} ${random.pick(words)} ${form}`, industry, domain };
  }
}

const FIRST_NAMES = [
  'Aafke',
  'Anouk',
  'Arjen',
  'Bas',
  'Bente',
  'Boris',
  'Carlijn',
  'Casper',
  'Coen',
  'Dewi',
  'Dirk',
  'Eline',
  'Emre',
  'Esra',
  'Eva',
  'Fatima',
  'Fenna',
  'Floor',
  'Gerrit',
  'Gijs',
  'Hanneke',
  'Hugo',
  'Ilse',
  'Jasmijn',
  'Jelle',
  'Joost',
  'Karim',
  'Kees',
  'Leonie',
  'Lieke',
  'Lucas',
  'Maaike',
  'Marieke',
  'Mehmet',
  'Mees',
  'Nadia',
  'Niels',
  'Noor',
  'Olaf',
  'Pieter',
  'Quinten',
  'Rens',
  'Rosa',
  'Sander',
  'Saskia',
  'Sem',
  'Simone',
  'Stijn',
  'Teun',
  'Thijs',
  'Tessa',
  'Vera',
  'Wessel',
  'Willemijn',
  'Yara',
  'Yusuf',
  'Zoë',
] as const;
const LAST_NAMES = [
  'Aalbers',
  'Bakhuis',
  'Beekman',
  'Bosgraaf',
  'Brinkhof',
  'Corstens',
  'Dekkers',
  'Demir',
  'Dijkgraaf',
  'Doornbos',
  'El Amrani',
  'Engelen',
  'Feenstra',
  'Geerlings',
  'Goossens',
  'Haverkamp',
  'Heijmink',
  'Hoogland',
  'Jorritsma',
  'Kaya',
  'Kerkhof',
  'Kloosterman',
  'Koster',
  'Kuipers',
  'Lammers',
  'Leenstra',
  'Lindeboom',
  'Meinders',
  'Molenkamp',
  'Nijenhuis',
  'Oosting',
  'Otten',
  'Pronk',
  'Reijnders',
  'Roelofs',
  'Sanders',
  'Schipper',
  'Slagter',
  'Spijkerman',
  'Steenbergen',
  'Terpstra',
  'Tichelaar',
  'Uittenbogaard',
  'Van Beusekom',
  'Van den Akker',
  'Van der Heul',
  'Van Leusden',
  'Veldkamp',
  'Verhulst',
  'Visscher',
  'Waterlander',
  'Wiersma',
  'Yildiz',
  'Zandbergen',
  'Zwiers',
] as const;

export interface PersonName {
  readonly first: string;
  readonly last: string;
}

export function person(random: Random): PersonName {
  return { first: random.pick(FIRST_NAMES), last: random.pick(LAST_NAMES) };
}

export function mailAddress({ first, last }: PersonName, domain: string): string {
  const plain = (text: string) => text.toLowerCase().replaceAll('ë', 'e').replaceAll(' ', '');
  return `${plain(first)}.${plain(last)}@${domain}.example`;
}

/** Numbers of blocks that are not given out: a demo must not make anybody's telephone ring. */
export function phoneNumber(random: Random, country: string): string {
  const digits = (count: number) => Array.from({ length: count }, () => random.int(0, 9)).join('');
  if (country === 'DE') return `+49 30 23125 ${digits(3)}`;
  if (country === 'BE') return `+32 2 000 ${digits(2)} ${digits(2)}`;
  return `+31 85 000 ${digits(4)}`;
}

export interface Place {
  readonly region: string;
  readonly country: string;
  /** First part of the postcode, both ends included. */
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

/** Regions with the first digits of their postcodes. */
export const PLACES: readonly Place[] = [
  { region: 'Noord-Holland', country: 'NL', from: 1011, to: 1999, weight: 16 },
  { region: 'Flevoland', country: 'NL', from: 1300, to: 1363, weight: 3 },
  { region: 'Zuid-Holland', country: 'NL', from: 2200, to: 3299, weight: 18 },
  { region: 'Utrecht', country: 'NL', from: 3402, to: 3769, weight: 10 },
  { region: 'Zeeland', country: 'NL', from: 4301, to: 4389, weight: 3 },
  { region: 'Noord-Brabant', country: 'NL', from: 4600, to: 5759, weight: 16 },
  { region: 'Limburg', country: 'NL', from: 5800, to: 6419, weight: 6 },
  { region: 'Gelderland', country: 'NL', from: 6500, to: 7399, weight: 11 },
  { region: 'Overijssel', country: 'NL', from: 7400, to: 8199, weight: 6 },
  { region: 'Friesland', country: 'NL', from: 8400, to: 9299, weight: 3 },
  { region: 'Groningen', country: 'NL', from: 9400, to: 9999, weight: 3 },
  { region: 'Antwerpen', country: 'BE', from: 2000, to: 2970, weight: 3 },
  { region: 'Oost-Vlaanderen', country: 'BE', from: 9000, to: 9990, weight: 1 },
  { region: 'Nordrhein-Westfalen', country: 'DE', from: 40210, to: 47929, weight: 2 },
];

const LETTERS = 'ABCDEGHJKLMNPRSTVWXZ';

export function postcode(random: Random, place: Place): string {
  const number = random.int(place.from, place.to);
  if (place.country !== 'NL') return String(number);
  for (;;) {
    const letters = `${LETTERS[random.int(0, LETTERS.length - 1)]}${LETTERS[random.int(0, LETTERS.length - 1)]}`;
    // These three are never given out.
    if (!['SA', 'SD', 'SS'].includes(letters)) return `${number} ${letters}`;
  }
}
