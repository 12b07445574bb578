import {
  type ContactItem,
  nextContactOf,
  nextContacts,
  whyContact,
} from '../../../src/application/questions/contacts.js';
import { contactScheme } from '../../../src/application/questions/scheme.js';
import type { GivenEvent } from '../../support/read-side.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';

afterEach(closeAll);

const visit = (customer: number, id: number, at: string, more: object = {}, told = {}): GivenEvent =>
  tell.event(
    customer,
    'VisitLogged',
    at,
    { visitId: uuid(id), heldBy: ['r1'], contactPersons: [], orderIds: [], topics: [], ...more },
    told,
  );

const interaction = (customer: number, id: number, at: string, channel: string, more: object = {}): GivenEvent =>
  tell.event(customer, 'InteractionLogged', at, {
    interactionId: uuid(id),
    channel,
    direction: 'outbound',
    heldBy: ['r1'],
    contactPersons: [],
    orderIds: [],
    countsTowardScheme: true,
    ...more,
  });

const line = (more: object = {}) => ({
  ourRole: 'accountManager',
  channel: 'visit',
  timesPerYear: 10,
  earliestPct: 70,
  latestPct: 100,
  ...more,
});

const scheme = (customer: number, validFrom: string, lines: object[], at = validFrom): GivenEvent =>
  tell.event(customer, 'ContactSchemeDrawnUp', at, { lines, validFrom, reason: 'asked for' });

const frequency = (segment: string, validFrom: string, lines: object[], told = {}): GivenEvent => ({
  type: 'FrequencyPolicySet',
  at: validFrom,
  stream: 'policy-visit-frequency',
  data: { segment, lines, validFrom },
  ...told,
});

const person = (customer: number, id: number, layer: string, at = '2025-01-02'): GivenEvent =>
  tell.event(customer, 'ContactPersonAdded', at, { contactPersonId: uuid(id), name: `Persoon ${id}`, layer });

/** Five customers of r1, the best first, that order in January 2025: 1 is A, 2 B, 3 C, 4 and 5 D from February on. */
const company = [
  tell.thresholds('0.2', '0.4', '0.6', '2024-01-01'),
  ...[1, 2, 3, 4, 5].flatMap((customer) => [
    tell.registered(customer, '2024-12-01', { postcode: `100${customer} AB` }),
    tell.assigned(customer, 'r1', '2024-12-01'),
    tell.ordered(customer, 100 + customer, '2025-01-10', 100_000 - customer * 10_000),
  ]),
];

const brief = (item: ContactItem) => [item.customer.id, item.state, item.text];

describe('the next-contact list', () => {
  it('has what is due, the most overdue by its interval first, with days counted from the last visit', async () => {
    const { ask } = await givenEvents(
      ...company,
      visit(1, 201, '2025-02-01'),
      visit(2, 202, '2025-02-01'),
      visit(3, 203, '2025-01-15'),
      visit(4, 204, '2025-01-15'),
      visit(5, 205, '2024-12-20'),
    );
    const { items } = await ask(nextContacts, { reps: ['r1'] }, { asOf: '2025-03-25' });
    // A is 52 of 36.5 days, C 69 of 91.25, B 52 of 73; D has not passed 70% of 365.
    expect(items.map(brief)).toEqual([
      [uuid(1), 'overdue', '52 of 36 days'],
      [uuid(3), 'dueNow', '69 of 91 days'],
      [uuid(2), 'dueNow', '52 of 73 days'],
    ]);
    expect(items[0]).toMatchObject({
      customer: { id: uuid(1), name: 'Klant 1', postcode: '1001 AB', segment: 'A' },
      value: 90_000,
      rep: { id: 'r1' },
      line: { number: 1, ourRole: 'accountManager', channel: 'visit', timesPerYear: 10 },
      basis: 'default',
      lastContact: { at: '2025-02-01T12:00:00.000Z', kind: 'visit', contactId: uuid(201), by: [{ repId: 'r1' }] },
      countedFrom: '2025-02-01',
      days: 52,
      interval: 36.5,
      dueOn: '2025-03-09',
      window: { earliest: '2025-02-27', latest: '2025-03-09' },
    });
  });

  it('names the events behind the last contact', async () => {
    const held = visit(1, 201, '2025-02-01', {}, { id: uuid(999) });
    const { ask, log } = await givenEvents(...company, held);
    const { items } = await ask(nextContacts, { reps: ['r1'] }, { asOf: '2025-03-25' });
    const position = log.events.find(({ id }) => id === uuid(999))?.position;
    expect(items[0]?.lastContact).toMatchObject({ eventId: uuid(999), position: `test-${position}` });
    expect(items[0]?.why.find(({ rule }) => rule === 'lastContact')?.events).toEqual([
      { eventId: uuid(999), position: `test-${position}` },
    ]);
  });

  it('counts days from the month in which the segment was got when there was never a contact', async () => {
    const { ask } = await givenEvents(...company);
    const { items } = await ask(nextContacts, { reps: ['r1'] }, { asOf: '2025-03-08' });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      lastContact: null,
      countedFrom: '2025-02-01',
      text: '35 of 36 days',
      state: 'dueNow',
    });
    const [later] = (await ask(nextContacts, { reps: ['r1'] }, { asOf: '2025-03-11' })).items;
    expect(later).toMatchObject({ text: '38 of 36 days', state: 'overdue' });
    expect(later?.why.map(({ rule }) => rule)).toEqual(['segment', 'frequency', 'neverContacted', 'due']);
  });

  it('changes the frequency on the first of the month in which the segment changes, and forgets no contact', async () => {
    // In February 5 orders more than all others: A from March on, and 1 becomes B.
    const { ask } = await givenEvents(
      ...company,
      tell.ordered(5, 300, '2025-02-10', 900_000),
      visit(5, 205, '2025-01-20'),
    );
    const before = await ask(contactScheme, { customerId: uuid(5) }, { asOf: '2025-02-28' });
    expect(before).toMatchObject({ segment: 'D', lines: [{ text: '39 of 365 days', state: 'notDue' }] });
    const after = await ask(contactScheme, { customerId: uuid(5) }, { asOf: '2025-03-01' });
    expect(after).toMatchObject({ segment: 'A', lines: [{ text: '40 of 36 days', state: 'overdue' }] });
    const [first] = (await ask(contactScheme, { customerId: uuid(1) }, { asOf: '2025-03-01' })).lines;
    expect(first).toMatchObject({ countedFrom: '2025-03-01', text: '0 of 73 days' });
  });

  it('has the days planned for: what becomes due up to the last of them, as it stands on the first', async () => {
    const { ask } = await givenEvents(...company, visit(1, 201, '2025-02-01'));
    const when = { asOf: '2025-02-10' };
    expect((await ask(nextContacts, { reps: ['r1'] }, when)).items).toEqual([]);
    const week = await ask(nextContacts, { reps: ['r1'], from: '2025-02-24', to: '2025-02-28' }, when);
    expect(week).toMatchObject({ from: '2025-02-24', to: '2025-02-28' });
    expect(week.items.map(brief)).toEqual([[uuid(1), 'notDue', '23 of 36 days']]);
    expect((await ask(nextContacts, { from: '2025-02-24', to: '2025-02-26' }, when)).items).toEqual([]);
    await expect(ask(nextContacts, { from: '2025-02-24', to: '2025-02-23' }, when)).rejects.toThrow(
      'must not be earlier',
    );
  });

  it('keeps to the reps, segment, channel and postcode asked for', async () => {
    const { ask } = await givenEvents(...company, tell.assigned(2, 'r2', '2025-01-01'));
    const ids = async (params: Parameters<typeof ask>[1] & object) =>
      (await ask(nextContacts, params, { asOf: '2026-01-20' })).items.map(({ customer }) => customer.id).toSorted();
    expect(await ids({})).toEqual([1, 2, 3, 4, 5].map(uuid));
    expect(await ids({ reps: ['r2'] })).toEqual([uuid(2)]);
    expect(await ids({ reps: ['r1', 'r2'] })).toEqual([1, 2, 3, 4, 5].map(uuid));
    expect(await ids({ reps: ['nobody'] })).toEqual([]);
    expect(await ids({ segment: 'D' })).toEqual([uuid(4), uuid(5)]);
    expect(await ids({ channel: 'call' })).toEqual([]);
    expect(await ids({ postcode: '1003a' })).toEqual([uuid(3)]);
  });

  it('pages through without leaving anything out', async () => {
    const { ask } = await givenEvents(...company);
    const when = { asOf: '2026-01-20' };
    const all = (await ask(nextContacts, {}, when)).items;
    expect(all).toHaveLength(5);
    const paged: ContactItem[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask(nextContacts, { limit: 2, ...(cursor && { cursor }) }, when);
      paged.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual(all);
  });

  it('leaves out customers whose relationship ended, until it begins again', async () => {
    const ended = tell.event(1, 'CustomerEnded', '2025-03-01', { initiator: 'them' });
    const { ask } = await givenEvents(...company, ended, tell.event(1, 'CustomerReactivated', '2025-06-01', {}));
    const count = async (asOf: string) =>
      (await ask(nextContacts, { segment: 'A' }, { asOf })).items.filter(({ customer }) => customer.id === uuid(1))
        .length;
    expect(await count('2025-02-28')).toBe(1);
    expect(await count('2025-03-20')).toBe(0);
    expect(await count('2025-06-02')).toBe(1);
  });

  it('proposes whom to meet of the layer that the line names, but nobody who left', async () => {
    const { ask } = await givenEvents(
      ...company,
      person(1, 401, 'strategic'),
      person(1, 402, 'tactical'),
      person(1, 403, 'tactical'),
      tell.event(1, 'ContactPersonLeft', '2025-02-01', { contactPersonId: uuid(403) }),
      scheme(1, '2025-01-15', [line({ theirLayer: 'tactical' })]),
    );
    const [first] = (await ask(nextContacts, { reps: ['r1'] }, { asOf: '2025-04-01' })).items;
    expect(first?.persons).toEqual([
      { contactPersonId: uuid(402), name: 'Persoon 402', role: null, layer: 'tactical' },
    ]);
  });
});

describe('a contact counts for a line of the scheme', () => {
  /** Per case a customer of its own: the contact that counts for each of its lines. */
  const counting = async (...cases: ((customer: number) => GivenEvent[])[]) => {
    const customers = cases.map((_, index) => 11 + index);
    const { ask } = await givenEvents(
      ...customers.flatMap((customer, index) => [
        tell.registered(customer),
        tell.assigned(customer, 'r1', '2024-12-01'),
        ...(cases[index]?.(customer) ?? []),
      ]),
    );
    const found: (string | null)[][] = [];
    for (const customer of customers) {
      const { lines } = await ask(contactScheme, { customerId: uuid(customer) }, { asOf: '2025-06-01' });
      found.push(lines.map(({ lastContact }) => lastContact?.contactId ?? null));
    }
    return found;
  };

  it('when its channel is that of the line: a call is by phone or video, and was said to count', async () => {
    const onChannel = (channel: string, ...contacts: ((customer: number) => GivenEvent)[]) => {
      return (customer: number) => [
        scheme(customer, '2025-01-15', [line({ channel })]),
        ...contacts.map((contact) => contact(customer)),
      ];
    };
    expect(
      await counting(
        onChannel(
          'call',
          (id) => visit(id, 201, '2025-02-01'),
          (id) => interaction(id, 202, '2025-02-02', 'email'),
        ),
        onChannel('call', (id) => interaction(id, 203, '2025-02-03', 'phone')),
        onChannel('call', (id) => interaction(id, 204, '2025-02-03', 'video')),
        onChannel('call', (id) => interaction(id, 205, '2025-02-03', 'phone', { countsTowardScheme: false })),
        onChannel('processReview', (id) => interaction(id, 206, '2025-02-03', 'processReview')),
      ),
    ).toEqual([[null], [uuid(203)], [uuid(204)], [null], [uuid(206)]]);
  });

  it('when somebody of the layer that the line names was there, or nobody knows who was', async () => {
    const met = (id: number, layer?: string) => ({ contactPersons: [{ id: uuid(id), ...(layer && { layer }) }] });
    const tactical = (contact: (customer: number) => GivenEvent) => (customer: number) => [
      scheme(customer, '2025-01-15', [line({ theirLayer: 'tactical' })]),
      person(customer, customer * 100 + 1, 'tactical'),
      person(customer, customer * 100 + 2, 'operational'),
      contact(customer),
    ];
    expect(
      await counting(
        tactical((id) => visit(id, 201, '2025-02-01', met(id * 100 + 2))),
        tactical((id) => visit(id, 202, '2025-02-01', met(id * 100 + 1))),
        tactical((id) => visit(id, 203, '2025-02-01', met(id * 100 + 2, 'tactical'))),
        tactical((id) => visit(id, 204, '2025-02-01', met(499))),
        tactical((id) => visit(id, 205, '2025-02-01')),
      ),
    ).toEqual([[null], [uuid(202)], [uuid(203)], [uuid(204)], [uuid(205)]]);
  });

  it('when the persons that the line names on both sides were there', async () => {
    const met = { contactPersons: [{ id: uuid(401) }] };
    const named = (contact: (customer: number) => GivenEvent) => (customer: number) => [
      scheme(customer, '2025-01-15', [line({ ourPerson: 'boss', ourRole: 'management', theirPerson: uuid(401) })]),
      contact(customer),
    ];
    expect(
      await counting(
        named((id) => visit(id, 201, '2025-02-01', met)),
        named((id) => visit(id, 202, '2025-02-01', { heldBy: ['boss'] })),
        named((id) => visit(id, 203, '2025-02-01', { heldBy: ['r1', 'boss'], ...met })),
      ),
    ).toEqual([[null], [null], [uuid(203)]]);
  });

  it('when who was there of us has the role of the line, or one that has no line of its own', async () => {
    const both = (id: number, heldBy: string[]) => (customer: number) => [
      tell.assigned(customer, 'boss', '2025-01-01', 'management'),
      tell.assigned(customer, 'inside', '2025-01-01', 'insideSales'),
      scheme(customer, '2025-01-15', [line(), line({ ourRole: 'management', timesPerYear: 1 })]),
      visit(customer, id, '2025-02-01', { heldBy }),
    ];
    expect(
      await counting(
        both(201, ['boss']),
        both(202, ['r1']),
        both(203, ['r1', 'boss']),
        both(204, ['inside']),
        both(205, []),
      ),
    ).toEqual([
      [null, uuid(201)],
      [uuid(202), null],
      [uuid(203), uuid(203)],
      [uuid(204), uuid(204)],
      [uuid(205), uuid(205)],
    ]);
  });

  it('the last of two at the same instant being the one recorded last', async () => {
    const twice = (customer: number) => [
      scheme(customer, '2025-01-15', [line()]),
      visit(customer, 201, '2025-02-01'),
      visit(customer, 202, '2025-02-01'),
    ];
    expect(await counting(twice)).toEqual([[uuid(202)]]);
  });
});

describe('the contact scheme', () => {
  it('is that of the policy in force on the day, from its first day on, as it was known', async () => {
    const { ask } = await givenEvents(
      ...company,
      visit(1, 201, '2025-02-01'),
      frequency('A', '2025-04-01', [line({ timesPerYear: 12 }), line({ channel: 'call', timesPerYear: 4 })], {
        at: '2025-03-15',
      }),
      frequency('A', '2025-06-01', [], { at: '2025-05-15' }),
    );
    const timesOn = async (asOf: string, knownAt?: string) =>
      (await ask(contactScheme, { customerId: uuid(1) }, { asOf, ...(knownAt && { knownAt }) })).lines.map(
        ({ line: { channel, timesPerYear } }) => [channel, timesPerYear],
      );
    expect(await timesOn('2025-03-31')).toEqual([['visit', 10]]);
    expect(await timesOn('2025-04-01')).toEqual([
      ['visit', 12],
      ['call', 4],
    ]);
    expect(await timesOn('2025-04-01', '2025-03-14')).toEqual([['visit', 10]]);
    expect(await timesOn('2025-06-01')).toEqual([]);
  });

  it('is the customer’s own from its first day on, also for one without revenue', async () => {
    const { ask } = await givenEvents(
      ...company,
      tell.registered(6, '2025-01-01', { lifecycle: 'prospect' }),
      tell.assigned(6, 'r1', '2025-01-01'),
      scheme(6, '2025-02-10', [line({ timesPerYear: 5 })], '2025-02-01'),
      scheme(6, '2025-05-01', [line({ timesPerYear: 1 })], '2025-04-01'),
    );
    expect(await ask(contactScheme, { customerId: uuid(6) }, { asOf: '2025-02-09' })).toMatchObject({ lines: [] });
    expect(await ask(contactScheme, { customerId: uuid(6) }, { asOf: '2025-04-30' })).toMatchObject({
      segment: null,
      basis: 'own',
      lines: [{ countedFrom: '2025-02-10', text: '79 of 73 days', state: 'overdue' }],
    });
    const [later] = (await ask(contactScheme, { customerId: uuid(6) }, { asOf: '2025-05-01' })).lines;
    expect(later).toMatchObject({ countedFrom: '2025-05-01', interval: 365 });
  });

  it('changes with a correction only from when that was known', async () => {
    const wrong = visit(1, 201, '2025-02-20', {}, { id: uuid(901) });
    const mistaken = visit(1, 203, '2025-03-01', {}, { id: uuid(902), recordedAt: '2025-03-22' });
    const { ask } = await givenEvents(
      ...company,
      visit(1, 202, '2025-02-05'),
      wrong,
      tell.corrected(wrong, {}, '2025-03-20', '2025-02-10'),
      mistaken,
      tell.retracted(mistaken, '2025-03-25'),
    );
    const countedFrom = async (knownAt: string) =>
      (await ask(contactScheme, { customerId: uuid(1) }, { asOf: '2025-04-01', knownAt })).lines[0]?.countedFrom;
    expect(await countedFrom('2025-02-19')).toBe('2025-02-05');
    expect(await countedFrom('2025-02-28')).toBe('2025-02-20');
    expect(await countedFrom('2025-03-19')).toBe('2025-02-20');
    expect(await countedFrom('2025-03-20')).toBe('2025-02-10');
    expect(await countedFrom('2025-03-24')).toBe('2025-03-01');
    expect(await countedFrom('2025-03-25')).toBe('2025-02-10');
  });

  it('of a merged customer counts the contacts of both', async () => {
    const { ask } = await givenEvents(
      ...company,
      visit(1, 201, '2025-02-01'),
      visit(2, 202, '2025-03-01'),
      tell.merged(1, [2], '2025-03-10'),
    );
    const countedFrom = async (knownAt: string, id = 1) =>
      (await ask(contactScheme, { customerId: uuid(id) }, { asOf: '2025-03-20', knownAt })).lines[0]?.countedFrom;
    expect(await countedFrom('2025-03-09')).toBe('2025-02-01');
    expect(await countedFrom('2025-03-10')).toBe('2025-03-01');
    expect(await countedFrom('2025-03-10', 2)).toBe('2025-03-01');
    const { items } = await ask(nextContacts, {}, { asOf: '2026-01-10' });
    expect(items.map(({ customer }) => customer.id).toSorted()).toEqual([1, 3, 4, 5].map(uuid));
  });

  it('gives the next contact of a customer, due or not', async () => {
    const { ask } = await givenEvents(
      ...company,
      scheme(1, '2025-01-15', [line({ timesPerYear: 1 }), line({ channel: 'call', timesPerYear: 2 })]),
    );
    const next = await ask(nextContactOf, { customerId: uuid(1) }, { asOf: '2025-02-01' });
    expect(next).toMatchObject({ line: { channel: 'call' }, state: 'notDue', window: { earliest: '2025-05-23' } });
    expect(await ask(nextContactOf, { customerId: uuid(1) }, { asOf: '2025-01-14' })).toBeNull();
  });
});

describe('why a customer is on the list, or not', () => {
  it('says for each line since when it is due', async () => {
    const { ask } = await givenEvents(...company, visit(1, 201, '2025-02-01'));
    const why = await ask(whyContact, { customerId: uuid(1), on: '2025-03-20' }, { asOf: '2025-02-10' });
    expect(why).toMatchObject({ onList: true, because: [], lines: [{ onList: true, state: 'overdue', days: 47 }] });
    expect(why.lines[0]?.why.map(({ text }) => text)).toEqual([
      'Segment A since 2025-02-01, by net revenue over the twelve months before 2025-02-01.',
      '10 visits a year by the account manager: every 36 days, the default.',
      'The last contact that counts was on 2025-02-01.',
      '47 of 36 days. Overdue since 2025-03-10.',
    ]);
    const notYet = await ask(whyContact, { customerId: uuid(1) }, { asOf: '2025-02-10' });
    expect(notYet).toMatchObject({ onList: false, lines: [{ onList: false, state: 'notDue' }] });
    expect(notYet.lines[0]?.why.at(-1)?.text).toBe('9 of 36 days. Not due until 2025-02-27.');
  });

  it('names the rule that keeps it off: ended, no scheme, no lines, nobody who looks after it', async () => {
    const { ask } = await givenEvents(
      ...company,
      tell.event(1, 'CustomerEnded', '2025-03-01', { initiator: 'them' }, { id: uuid(901) }),
      tell.registered(6, '2025-01-01', { lifecycle: 'prospect' }),
      frequency('B', '2025-03-01', []),
    );
    const rules = async (id: number) => {
      const { onList, because } = await ask(whyContact, { customerId: uuid(id) }, { asOf: '2025-03-10' });
      return [onList, ...because.map(({ rule }) => rule)];
    };
    expect(await rules(1)).toEqual([false, 'ended']);
    expect(await rules(2)).toEqual([false, 'noLines']);
    expect(await rules(6)).toEqual([false, 'noScheme', 'noAccountManager']);
    const [ended] = (await ask(whyContact, { customerId: uuid(1) }, { asOf: '2025-03-10' })).because;
    expect(ended?.events.map(({ eventId }) => eventId)).toEqual([uuid(901)]);
    await expect(ask(whyContact, { customerId: uuid(77) }, { asOf: '2025-03-10' })).rejects.toThrow('no customer');
  });
});
