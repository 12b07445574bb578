import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../application/ask.js';
import { EventLog, type RecordedEvent } from '../../application/ports/event-log.js';
import { BadPosition, parsePosition } from '../../application/ports/position.js';
import { events } from '../../application/questions/events.js';
import { catalogue } from '../../domain/catalogue.js';
import { customerStream } from '../../domain/streams.js';
import { Answers, Asker, WhenQuery } from './asking.js';
import { cloudEvent } from './cloud-event.js';
import { Feed } from './feed.js';
import { Id, Position, QueryList, QueryWhole } from './fields.js';

const eventTypes = Object.keys(catalogue).sort();

class FeedQuery {
  @Position({ optional: true, description: 'Events after this position' })
  after?: string;
  @QueryList(eventTypes, { optional: true, description: 'Only events of these types', example: ['OrderPlaced'] })
  types?: string[];
  @Id({ optional: true, description: 'Only events of this customer' })
  customer?: string;
}

class EventsQuery extends WhenQuery {
  @Position({ optional: true, description: 'Events after this position; from the first when absent' })
  after?: string;
  @QueryList(eventTypes, { optional: true, description: 'Only events of these types', example: ['OrderPlaced'] })
  types?: string[];
  @Id({ optional: true, description: 'Only events of this customer, and of those that are part of it' })
  customer?: string;
  @QueryWhole({ optional: true, min: 1, max: 1_000, description: '100 when absent', example: 100 })
  limit?: number;
}

const eventExample = {
  specversion: '1.0',
  id: '3f1c5f0a-55a0-5f0e-8c1b-0f8f2b7c9d11',
  source: 'urn:klantwaarde:log:4f9c2a7be1',
  type: 'VisitLogged',
  subject: 'customer-0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90',
  time: '2026-03-02T09:30:00.000Z',
  datacontenttype: 'application/json',
  position: '4f9c2a7be1-1043',
  revision: '12',
  recordedat: '2026-03-02T09:41:12.345Z',
  schemaversion: 1,
  actor: 'local',
  origin: 'api',
  requestid: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a91',
  data: {
    visitId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a91',
    heldBy: ['anna'],
    contactPersons: [],
    orderIds: [],
    topics: [],
  },
};

function wantedBy({ types, customer }: FeedQuery): (event: RecordedEvent) => boolean {
  const ofTypes = types && new Set(types);
  const ofStream = customer && customerStream(customer);
  return ({ type, stream }) => (!ofTypes || ofTypes.has(type)) && (!ofStream || stream === ofStream);
}

@Controller()
export class EventsController {
  constructor(
    private readonly log: EventLog,
    private readonly asker: Asker,
    private readonly feed: Feed,
  ) {}

  @Get('events')
  @Answers(
    'The audit log: every event, in the order it was recorded',
    { events: [eventExample], next: eventExample.position },
    'Events are CloudEvents 1.0. Without `next` that was all as of the answer’s `position`: give that as `after` later on.',
  )
  async events(@Query() query: EventsQuery): Promise<Answer<{ events: object[]; next?: string }>> {
    const { after, types, customer, limit } = query;
    const answer = await this.asker.ask(events, { after, types, customerId: customer, limit }, query);
    return {
      ...answer,
      data: { ...answer.data, events: answer.data.events.map((event) => cloudEvent(this.log.id, event)) },
    };
  }

  @Get('feed')
  @ApiOperation({
    summary: 'The live feed: events as they are recorded, by any process (server-sent events)',
    description:
      'Each message is a CloudEvent with its position as id. `Last-Event-ID` (or `after`) resumes; without either the ' +
      'feed begins now.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Position of the last event that was handled' })
  @ApiProduces('text/event-stream')
  @ApiResponse({
    status: 200,
    content: {
      'text/event-stream': {
        schema: { type: 'string' },
        example: `id: ${eventExample.position}\nevent: ${eventExample.type}\ndata: ${JSON.stringify(eventExample)}\n\n`,
      },
    },
  })
  async follow(
    @Query() query: FeedQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.feed.assertRoom();
    const from = lastEventId || query.after;
    const after = from === undefined ? (await this.log.head()).position : await this.position(from);
    const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' };
    if (request.method === 'HEAD') {
      reply.headers(headers).send();
      return;
    }
    reply.hijack();
    reply.raw.writeHead(200, { ...headers, 'x-accel-buffering': 'no' });
    this.feed.send(reply.raw, { after, wanted: wantedBy(query) });
  }

  /** @throws BadPosition for one of another log or past the end of this one */
  private async position(text: string): Promise<bigint> {
    const position = parsePosition(this.log.id, text);
    const { position: head = 0n } = await this.log.head();
    if (position > head) throw new BadPosition(`Position ${text} is past the end of the log.`);
    return position;
  }
}
