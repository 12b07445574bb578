import { Controller, Get, Query } from '@nestjs/common';
import {
  type ContactItem,
  type NextContactsParams,
  nextContacts,
  whyContact,
} from '../../application/questions/contacts.js';
import type { SchemeChannel, Segment } from '../../domain/shapes.js';
import { AnswersTable, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, tableLike } from './csv-answer.js';
import { Day, Id, OneOf, QueryList, QueryText } from './fields.js';
import { schemeChannels, segments } from './words.js';

class NextContactsQuery extends PageQuery implements NextContactsParams {
  @QueryList('rep', { optional: true, description: 'Only what these of us are to see to', example: ['anna'] })
  reps?: string[];
  @Day({ optional: true, description: 'First day planned for; the day of `asOf` when absent' })
  from?: string;
  @Day({ optional: true, description: 'Last day planned for', example: '2026-03-06' })
  to?: string;
  @OneOf(segments, { optional: true })
  segment?: Segment;
  @OneOf(schemeChannels, { optional: true, example: 'visit' })
  channel?: SchemeChannel;
  @QueryText({ optional: true, max: 20, description: 'Beginning of a postcode', example: '35' })
  postcode?: string;
}

class WhyQuery extends WhenQuery {
  @Id({ description: 'Customer' })
  customer: string;
  @Day({ optional: true, description: 'Day planned for; the day of `asOf` when absent' })
  on?: string;
}

const source = { position: '4f9c2a7be1-1043', eventId: '3f1c5f0a-55a0-5f0e-8c1b-0f8f2b7c9d11' };
const item = {
  customer: {
    id: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90',
    name: 'Drukkerij De Gans',
    postcode: '3511 LX',
    segment: 'A',
  },
  value: 7_100_000,
  persons: [
    {
      contactPersonId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a92',
      name: 'Sanne Visser',
      role: 'director',
      layer: 'tactical',
    },
  ],
  line: {
    number: 1,
    ourRole: 'accountManager',
    ourPerson: null,
    theirLayer: 'tactical',
    theirPerson: null,
    channel: 'visit',
    timesPerYear: 10,
    earliestPct: 70,
    latestPct: 100,
  },
  basis: 'policy',
  rep: { id: 'anna', name: 'Anna de Wit' },
  lastContact: {
    ...source,
    at: '2026-01-15T09:30:00.000Z',
    kind: 'visit',
    channel: 'visit',
    contactId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a93',
    by: [{ repId: 'anna', name: 'Anna de Wit' }],
    persons: [],
  },
  countedFrom: '2026-01-15',
  days: 46,
  interval: 36.5,
  state: 'overdue',
  text: '46 of 36 days',
  dueOn: '2026-02-20',
  window: { earliest: '2026-02-09', latest: '2026-02-20' },
  why: [{ rule: 'lastContact', text: 'Last visited on 2026-01-15 by Anna de Wit.', events: [source] }],
};

const columns = [
  'customer_id',
  'customer',
  'postcode',
  'segment',
  'value',
  'channel',
  'our_role',
  'rep_id',
  'rep',
  'their_layer',
  'persons',
  'last_contact_at',
  'last_contact_by',
  'days',
  'interval',
  'standing',
  'state',
  'due_on',
  'earliest',
  'latest',
  'why',
];

function row({ customer, line, ...item }: ContactItem): readonly unknown[] {
  return [
    customer.id,
    customer.name,
    customer.postcode,
    customer.segment,
    item.value,
    line.channel,
    line.ourRole,
    item.rep?.id,
    item.rep?.name,
    line.theirLayer,
    item.persons.map(({ name, contactPersonId }) => name ?? contactPersonId).join('; '),
    item.lastContact?.at,
    item.lastContact?.by.map(({ name, repId }) => name ?? repId).join('; '),
    item.days,
    item.interval,
    item.text,
    item.state,
    item.dueOn,
    item.window.earliest,
    item.window.latest,
    item.why.map(({ text }) => text).join(' '),
  ];
}

@Controller('contacts')
export class ContactsController {
  constructor(private readonly asker: Asker) {}

  @Get('next')
  @AnswersTable('Whom to contact next, and why', {
    from: '2026-03-02',
    to: '2026-03-06',
    currency: 'EUR',
    segmentsFrom: '2026-03-01',
    items: [item],
  })
  async next(@Query() query: NextContactsQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(nextContacts, paramsOf(query), query);
    return orCsv(answer, 'contacts', ({ items }) => ({ columns, rows: items.map(row) }), caller);
  }

  @Get('why')
  @AnswersTable('Why a customer is on the next-contact list of a day, or why not', {
    customerId: item.customer.id,
    on: '2026-03-02',
    onList: true,
    because: item.why,
    lines: [{ ...item, onList: true }],
  })
  async why(@Query() query: WhyQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(whyContact, { customerId: query.customer, on: query.on }, query);
    return orCsv(answer, 'why', ({ lines }) => tableLike(lines, { ...item, onList: true }), caller);
  }
}
