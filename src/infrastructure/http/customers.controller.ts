import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import { card } from '../../application/questions/card.js';
import { changes } from '../../application/questions/changes.js';
import { type CustomersParams, customerSorts, customers } from '../../application/questions/customers.js';
import { type EntryKind, entryKinds, timeline } from '../../application/questions/timeline.js';
import type { By } from '../../application/record.js';
import type {
  BroughtInBy,
  ChangeCustomerDetails,
  ChangeLifecycle,
  EndCustomer,
  Lifecycle,
  MergeCustomers,
  NoteProfile,
  ReactivateCustomer,
  RegisterCustomer,
  TakeOverCustomer,
} from '../../domain/profile.js';
import { customerStream } from '../../domain/streams.js';
import { Answers, AnswersTable, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, tableLike, tableOf } from './csv-answer.js';
import { Day, Each, Id, Ids, LongText, Nested, OneOf, QueryText, Text, Texts } from './fields.js';
import { UuidParam } from './params.js';
import { WhichFields } from './query-fields.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

const lifecycles = ['suspect', 'prospect', 'customer'] as const satisfies readonly Lifecycle[];

export class ExternalIdDto {
  @Text({ description: 'System that knows it by this key', example: 'erp' })
  source: string;
  @Text({ example: '14646' })
  key: string;
}

class BroughtInByDto {
  @OneOf(['customer', 'partner'])
  kind: 'customer' | 'partner';
  @Id({ optional: true, description: 'The customer, when it was one' })
  id?: string;
  @Text({ optional: true, description: 'The partner, when it was one' })
  name?: string;
}

class CustomerDto extends ToldDto implements RegisterCustomer {
  @Text({ example: 'Drukkerij De Gans' })
  name: string;
  @OneOf(lifecycles, { optional: true, description: '`customer` when absent', example: 'customer' })
  lifecycle?: Lifecycle;
  @Each(() => ExternalIdDto, { optional: true, max: 50 })
  externalIds?: ExternalIdDto[];
  @Id({ optional: true, description: 'Customer who brought this one in' })
  referredBy?: string;
  @Nested(() => BroughtInByDto, { optional: true, description: 'Likewise, or a partner; instead of `referredBy`' })
  broughtInBy?: BroughtInBy;
  @Text({ optional: true, example: '3511 LX' })
  postcode?: string;
  @Text({ optional: true, example: 'NL' })
  country?: string;
  @Text({ optional: true, example: 'Utrecht' })
  region?: string;
  @Text({ optional: true, example: 'printing' })
  industry?: string;
}

class CustomerDetailsDto extends ToldDto implements ChangeCustomerDetails {
  @Text({ optional: true, example: 'Drukkerij De Gans' })
  name?: string;
  @Text({ optional: true, example: '3511 LX' })
  postcode?: string;
  @Text({ optional: true, example: 'NL' })
  country?: string;
  @Text({ optional: true, example: 'Utrecht' })
  region?: string;
  @Text({ optional: true, example: 'printing' })
  industry?: string;
}

class LifecycleDto extends ToldDto implements ChangeLifecycle {
  @OneOf(lifecycles, { example: 'customer' })
  lifecycle: Lifecycle;
}

class NeedDto {
  @LongText({ example: 'Gifts for the open day' })
  need: string;
  @Day({ optional: true, description: 'When the need arises' })
  arisesOn?: string;
}

class ProfileNoteDto extends ToldDto implements NoteProfile {
  @Each(() => NeedDto, { optional: true, max: 100 })
  needs?: NeedDto[];
  @Texts({ optional: true, max: 100, itemMax: 10_000, example: ['Sustainable materials'] })
  interests?: string[];
  @Texts({ optional: true, max: 100, itemMax: 10_000, example: ['Open a second shop'] })
  goals?: string[];
  @Text({ optional: true, description: 'What ties the customer to us', example: 'short delivery times' })
  bindingFactor?: string;
  @Texts({ optional: true, max: 50, example: ['Gifts & Co'] })
  competitors?: string[];
}

class MergeDto extends ToldDto implements MergeCustomers {
  @Ids({ max: 100, min: 1, description: 'Customers that were this one all along' })
  mergedIds: string[];
}

class TakeOverDto extends ToldDto implements TakeOverCustomer {
  @Id({ description: 'Customer that this one becomes part of' })
  by: string;
  @Day()
  validFrom: string;
}

class EndDto extends ToldDto implements EndCustomer {
  @OneOf(['us', 'them'], { description: 'Who ended it' })
  initiator: 'us' | 'them';
  @LongText({ optional: true, example: 'Buys from one supplier only' })
  reason?: string;
  @Text({ optional: true, description: 'Who got the customer', example: 'Gifts & Co' })
  competitor?: string;
}

class ReactivationDto extends ToldDto implements ReactivateCustomer {
  @LongText({ optional: true, example: 'Came back after a year' })
  reason?: string;
}

class CustomersQuery extends IntersectionType(PageQuery, WhichFields) implements CustomersParams {
  @QueryText({ optional: true, description: 'Part of the name', example: 'gans' })
  search?: string;
  @QueryText({ optional: true, max: 401, description: 'Outside key: `<source>:<key>`', example: 'erp:14646' })
  externalId?: string;
  @OneOf(customerSorts, { optional: true, description: '`name` when absent', example: 'name' })
  sort?: string;
}

class CardQuery extends WhenQuery {}

class TimelineQuery extends PageQuery {
  @Id({ optional: true, description: 'Only what was about this order' })
  order?: string;
  @Id({ optional: true, description: 'Only what was with or about this contact person' })
  person?: string;
  @OneOf(entryKinds, { optional: true })
  kind?: EntryKind;
}

class ChangesQuery extends PageQuery {
  @QueryText({
    description: 'A day (its beginning), an instant, or `visit:<id of one of us>`: since that one’s last visit',
    example: 'visit:anna',
  })
  since: string;
}

const exampleId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';
const entryExample = {
  eventId: '3f1c5f0a-55a0-5f0e-8c1b-0f8f2b7c9d11',
  position: '4f9c2a7be1-1043',
  type: 'VisitLogged',
  kind: 'visit',
  occurredAt: '2026-03-02T09:30:00.000Z',
  recordedAt: '2026-03-02T09:41:12.345Z',
  actor: 'local',
  source: 'api',
  data: { visitId: exampleId, heldBy: ['anna'], notes: 'Good talk' },
  effective: true,
};

const entryFields = Object.keys(entryExample) as (keyof typeof entryExample)[];
const listed = {
  customerId: exampleId,
  name: 'Drukkerij De Gans',
  postcode: '3511 LX',
  country: 'NL',
  region: 'Utrecht',
  industry: 'printing',
  lifecycle: 'customer',
  ended: false,
  registeredAt: '2023-02-01T09:00:00.000Z',
  segment: 'A',
  revenue: 7_100_000,
  accountManager: 'anna',
};

@Controller('customers')
export class CustomersController {
  constructor(
    private readonly recorder: Recorder,
    private readonly asker: Asker,
  ) {}

  @Get()
  @AnswersTable('The customers, found by name, outside key, segment, account manager or country', {
    currency: 'EUR',
    total: 400,
    items: [listed],
    nextCursor: 'WyJuYW1lIiwiRHJ1a2tlcmlqIl0',
  })
  async list(@Query() query: CustomersQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(customers, paramsOf(query), query);
    return orCsv(answer, 'customers', ({ items }) => tableLike(items, listed), caller);
  }

  @Post()
  @Records('Register a customer', '`id` is the customer’s id from then on.')
  register(@Body() customer: CustomerDto, @Teller() by: By) {
    return this.recorder.register(customer, by);
  }

  @Get(':id')
  @Answers('The card of a customer: profile, people, segment, value, agreements, contacts and open actions', {
    customerId: exampleId,
    absorbed: [],
    currency: 'EUR',
    profile: { name: 'Drukkerij De Gans', postcode: '3511 LX', country: 'NL', lifecycle: 'customer', ended: false },
    knowledge: {
      completeness: 0.75,
      items: [{ item: 'needs', known: true, updatedAt: '2026-01-15T09:30:00.000Z', ageDays: 46 }],
    },
  })
  card(@UuidParam() id: string, @Query() query: CardQuery) {
    return this.asker.ask(card, { customerId: id }, query);
  }

  @Get(':id/timeline')
  @AnswersTable(
    'The relationship with a customer, newest first, as recorded and as corrected',
    { customerId: exampleId, items: [entryExample] },
    'By order, by contact person or by kind.',
  )
  async timeline(@UuidParam() id: string, @Query() query: TimelineQuery, @AskedBy() caller: Caller) {
    const { order, person, kind, limit, cursor } = query;
    const answer = await this.asker.ask(
      timeline,
      { customerId: id, orderId: order, contactPersonId: person, kind, limit, cursor },
      query,
    );
    return orCsv(answer, 'timeline', ({ items }) => tableOf(items, entryFields), caller);
  }

  @Get(':id/changes')
  @AnswersTable('What is different with a customer since a date, or since somebody’s last visit', {
    customerId: exampleId,
    currency: 'EUR',
    since: { at: '2026-01-15T09:30:00.000Z', position: '4f9c2a7be1-987', visitId: exampleId },
    entries: { items: [entryExample] },
    found: [entryExample],
    // biome-ignore lint/suspicious/noThenProperty: the two ends of the change are called then and now
    value: { then: { revenue: 1_200_000 }, now: { revenue: 1_250_000 }, revenueChange: 50_000, ordersChange: 1 },
    agreements: { begun: [], ended: [] },
  })
  async changes(@UuidParam() id: string, @Query() query: ChangesQuery, @AskedBy() caller: Caller) {
    const { since, limit, cursor } = query;
    const answer = await this.asker.ask(changes, { customerId: id, since, limit, cursor }, query);
    const table = ({ entries: { items, nextCursor } }: typeof answer.data) => ({
      ...tableOf(items, entryFields),
      nextCursor,
    });
    return orCsv(answer, 'changes', table, caller);
  }

  @Post(':id/details')
  @Records('Change name, address or industry', 'For a move or another name; a mistake is corrected instead.')
  changeDetails(@UuidParam() id: string, @Body() details: CustomerDetailsDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'ChangeCustomerDetails', details, by);
  }

  @Post(':id/lifecycle')
  @Records('Change from suspect to prospect to customer')
  changeLifecycle(@UuidParam() id: string, @Body() change: LifecycleDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'ChangeLifecycle', change, by);
  }

  @Post(':id/profile-notes')
  @Records('Note needs, interests, goals, what binds the customer, and competitors')
  noteProfile(@UuidParam() id: string, @Body() note: ProfileNoteDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'NoteProfile', note, by);
  }

  @Post(':id/merge')
  @Records('Merge duplicates into this customer', 'They were one all along: for every `asOf` once it is known.')
  merge(@UuidParam() id: string, @Body() merge: MergeDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'MergeCustomers', merge, by);
  }

  @Post(':id/take-over')
  @Records('Record that another customer takes this one over', 'From `validFrom` on it is part of the other.')
  takeOver(@UuidParam() id: string, @Body() takeOver: TakeOverDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'TakeOverCustomer', takeOver, by);
  }

  @Post(':id/end')
  @Records('End the relationship')
  end(@UuidParam() id: string, @Body() end: EndDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'EndCustomer', end, by);
  }

  @Post(':id/reactivation')
  @Records('Take up an ended relationship again')
  reactivate(@UuidParam() id: string, @Body() reactivation: ReactivationDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'ReactivateCustomer', reactivation, by);
  }
}
