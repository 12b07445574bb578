import { dateOf, dayOf, LAST_DAY } from './calendar.js';
import type { Cast } from './story.js';
import { COMPANY } from './team.js';

/** The answers of the service, as far as the tour shows them. */
interface Answer<Data> {
  readonly data: Data;
}

interface Contact {
  readonly customer: { readonly id: string; readonly name: string | null; readonly segment: string | null };
  readonly value: number;
  readonly line: { readonly channel: string };
  readonly state: 'notDue' | 'dueNow' | 'overdue';
  readonly text: string;
  readonly lastContact: { readonly at: string; readonly by: readonly { readonly repId: string }[] } | null;
}

interface Pyramid {
  readonly segments: readonly {
    readonly segment: string;
    readonly customers: number;
    readonly revenue: number;
    readonly revenueShare: number | null;
  }[];
}

interface Value {
  readonly value: {
    readonly revenue: number;
    readonly orders: number;
    readonly averageOrder: number | null;
    readonly margin: number;
    readonly discountGiven: number;
    readonly lastOrder: string | null;
  };
}

interface Contribution {
  readonly contribution: {
    readonly grossMargin: number;
    readonly activityCosts: number;
    readonly directCosts: number;
    readonly contribution: number;
  };
}

interface Moved {
  readonly items: readonly { readonly customerId: string; readonly name: string | null }[];
}

interface Bridge {
  readonly difference: number;
  readonly parts: readonly { readonly cause: string; readonly amount: number }[];
}

const LAST = dateOf(LAST_DAY);
const A_YEAR_BEFORE = '2025-10-31';
const TWO_YEARS_BEFORE = '2024-10-31';
const SEGMENTS = ['A', 'B', 'C', 'D', 'inactive'];
const STATES = { notDue: 'not due', dueNow: 'due now', overdue: 'overdue' } as const;

const wholeEuros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });
const numbers = new Intl.NumberFormat('en');

function euros(cents: number): string {
  return wholeEuros.format(cents / 100);
}

/** Rows in columns; those with a number are set to the right. */
function table(rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    `  ${row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')}`.trimEnd(),
  );
}

function dayBefore(date: string): string {
  return dateOf(dayOf(date) - 1);
}

function dayAfter(date: string): string {
  return dateOf(dayOf(date) + 1);
}

/**
 * What there is to see in the demo: real answers of the running service, each with the call that gave it.
 * @param url of the service, such as `http://127.0.0.1:3000`
 */
export async function tour(url: string, cast: Cast, counts: ReadonlyMap<string, number>): Promise<string> {
  const guide = new Guide(`${url}/api/v1`);
  const stops = [
    await nextContacts(guide, cast),
    await pyramids(guide),
    await thenAndNow(guide, cast),
    await asWasKnown(guide, cast),
    await worth(guide, cast),
  ];
  return [...welcome(counts), ...stops.flat(), ...whereNext(url, cast)].join('\n');
}

/** Asks, and remembers how to ask. */
class Guide {
  constructor(private readonly base: string) {}

  async ask<Data>(path: string): Promise<Data> {
    const response = await fetch(this.base + path);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as Answer<Data>).data;
  }

  call(path: string): string {
    return `  curl '${this.base}${path}'`;
  }
}

function heading(number: number, title: string): string[] {
  return ['', `${number}. ${title}`, ''];
}

function welcome(counts: ReadonlyMap<string, number>): string[] {
  const count = (...names: string[]) => numbers.format(names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0));
  const rows = [
    [count('RegisterCustomer'), 'customers', count('PlaceOrder'), 'orders'],
    [count('AddContactPerson'), 'contact persons', count('LogVisit'), 'visits'],
    [count('RegisterRep'), 'colleagues', count('LogInteraction'), 'calls and mails'],
    [count('AgreeDiscount'), 'discounts agreed', count('CorrectEvent', 'RetractEvent'), 'corrections'],
  ];
  return [
    '',
    `${COMPANY}: a made-up wholesaler in promotional gifts, three years of it.`,
    'Recorded as it went on from 1 November 2023 to 31 October 2026, mistakes and corrections included.',
    '',
    ...table(rows, [0, 2]),
  ];
}

async function nextContacts(guide: Guide, { rep, repName, overdue }: Cast): Promise<string[]> {
  const of = (segment: string) => `/contacts/next?reps=${rep}&segment=${segment}&asOf=${LAST}&limit=4`;
  const [a, b, c] = await Promise.all(
    ['A', 'B', 'C'].map((segment) => guide.ask<{ items: readonly Contact[] }>(of(segment))),
  );
  const items = [a, b, c].flatMap((answer) => answer?.items ?? []);
  const rows = items.map(({ customer, text, state, lastContact, value }) => [
    customer.segment ?? '',
    customer.name ?? '',
    text,
    STATES[state],
    lastContact ? `${lastContact.at.slice(0, 10)} by ${lastContact.by.map(({ repId }) => repId).join(', ')}` : 'never',
    euros(value),
  ]);
  return [
    ...heading(1, `Whom should ${repName} go and see? (${LAST})`),
    ...table([['', 'customer', 'days', 'state', 'last visit', 'a year'], ...rows], [5]),
    '',
    guide.call(of('A')),
    '  and why one of them is on the list:',
    guide.call(`/contacts/why?customer=${overdue.id}&on=${LAST}`),
  ];
}

async function pyramids(guide: Guide): Promise<string[]> {
  const at = (date: string) => `/pyramid?asOf=${date}`;
  const [then, now] = await Promise.all([guide.ask<Pyramid>(at(TWO_YEARS_BEFORE)), guide.ask<Pyramid>(at(LAST))]);
  const cells = (pyramid: Pyramid, segment: string) => {
    const found = pyramid.segments.find((one) => one.segment === segment);
    const share = found?.revenueShare ? `${Math.round(found.revenueShare * 100)}%` : '';
    return found ? [numbers.format(found.customers), euros(found.revenue), share] : ['0', '', ''];
  };
  const rows = SEGMENTS.map((segment) => [segment, ...cells(then, segment), ...cells(now, segment)]);
  return [
    ...heading(2, 'The customer pyramid, then and now'),
    ...table([['', TWO_YEARS_BEFORE, 'revenue', '', LAST, 'revenue', ''], ...rows], [1, 2, 3, 4, 5, 6]),
    '',
    guide.call(at(TWO_YEARS_BEFORE)),
    guide.call(at(LAST)),
  ];
}

async function thenAndNow(guide: Guide, { declining }: Cast): Promise<string[]> {
  const year = (from: string, to: string) => `/customers/${declining.id}/value?from=${from}&to=${to}&asOf=${LAST}`;
  const years = [
    ['2023-11-01', '2024-11-01'],
    ['2024-11-01', '2025-11-01'],
    ['2025-11-01', '2026-11-01'],
  ] as const;
  const values = await Promise.all(years.map(([from, to]) => guide.ask<Value>(year(from, to))));
  const rows = values.map(({ value }, index) => [
    `${years[index]?.[0]} to ${dayBefore(years[index]?.[1] as string)}`,
    euros(value.revenue),
    euros(value.margin),
    euros(value.discountGiven),
    numbers.format(value.orders),
    value.averageOrder === null ? '' : euros(value.averageOrder),
  ]);
  return [
    ...heading(3, `What has ${declining.name} been worth, and why is it less each year?`),
    ...table([['', 'revenue', 'margin', 'discount', 'orders', 'average'], ...rows], [1, 2, 3, 4, 5]),
    '',
    guide.call(`/customers/${declining.id}/value/history?from=2023-11-01&step=quarter&asOf=${LAST}`),
    '  the events behind a figure:',
    guide.call(`${year(...years[2])}&explain=true&limit=5`),
    '  and what people wrote down meanwhile:',
    guide.call(`/customers/${declining.id}/timeline?asOf=${LAST}&limit=10`),
  ];
}

async function asWasKnown(guide: Guide, { corrected }: Cast): Promise<string[]> {
  const { id, name, orderedOn, correctedOn } = corrected;
  const month = `${orderedOn.slice(0, 8)}01`;
  const on = `/customers/${id}/value?from=${month}&to=${dayAfter(orderedOn)}&asOf=${orderedOn}`;
  const before = `${on}&knownAt=${dayBefore(correctedOn)}`;
  const [known, now] = await Promise.all([guide.ask<Value>(before), guide.ask<Value>(on)]);
  const rows = [
    [`as known on ${dayBefore(correctedOn)}`, euros(known.value.revenue), euros(known.value.margin)],
    ['as we know it now', euros(now.value.revenue), euros(now.value.margin)],
  ];
  return [
    ...heading(4, `What did ${name} buy from ${month} to ${orderedOn}? It depends on when you ask.`),
    ...table([['', 'revenue', 'margin'], ...rows], [1, 2]),
    '',
    `  On ${correctedOn} it turned out that an order had been typed with a nought too many. What was believed`,
    '  until then is still there to be asked for:',
    guide.call(before),
    guide.call(on),
    '  the correction itself, with who and why:',
    guide.call(`/events?customer=${id}&types=EventCorrected`),
  ];
}

async function worth(guide: Guide, { lossMaker }: Cast): Promise<string[]> {
  const account = `/customers/${lossMaker.id}/contribution?from=2025-11-01&to=2026-11-01&asOf=${LAST}`;
  const between = `from=${A_YEAR_BEFORE}&to=${LAST}`;
  const moved = `/pyramid/migration?${between}&cell=A:B`;
  const [{ contribution: is }, { items }] = await Promise.all([
    guide.ask<Contribution>(account),
    guide.ask<Moved>(moved),
  ]);
  const lines = [
    `  ${lossMaker.name} leaves ${euros(is.grossMargin)} of margin in a year. Doing things for it costs`,
    `  ${euros(is.activityCosts)}, what is spent on it alone ${euros(is.directCosts)}: it contributes ${euros(is.contribution)}.`,
    guide.call(account),
  ];
  const [one] = items;
  if (one) {
    const bridge = `/value/bridge?${between}&customer=${one.customerId}`;
    const { difference, parts } = await guide.ask<Bridge>(bridge);
    const why = parts.filter(({ amount }) => amount !== 0).map(({ cause, amount }) => `${cause} ${euros(amount)}`);
    lines.push(
      `  ${one.name} was A a year ago, and is B now: its contribution changed by ${euros(difference)},`,
      `  of which ${why.join(', ')}.`,
      guide.call(moved),
      guide.call(bridge),
    );
  }
  return [...heading(5, 'Who brings what, and who was A a year ago?'), ...lines];
}

function whereNext(url: string, { declining }: Cast): string[] {
  const api = `${url}/api/v1`;
  return [
    '',
    'And then?',
    '',
    ...table(
      [
        ['everything that can be called', `${url}/docs`],
        ['who stays and who goes', `curl '${api}/retention?period=year&by=segment&asOf=${LAST}'`],
        ['what customers will still bring', `curl '${api}/value/expected?asOf=${LAST}&limit=5'`],
        ['discounts agreed and given', `curl '${api}/agreements?asOf=${LAST}'`],
        ['a customer at a glance', `curl '${api}/customers/${declining.id}?asOf=${LAST}'`],
        [
          'what changed since the summer',
          `curl '${api}/customers/${declining.id}/changes?since=2026-07-01&asOf=${LAST}'`,
        ],
        ['what is recorded from now on, live', `curl -N '${api}/feed'`],
      ],
      [],
    ),
    '',
    'Ctrl-C stops the service; the same command starts it again on the same data.',
    '',
  ];
}
