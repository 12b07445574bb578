import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { placeAgain, type ToldRepeat } from '../../application/place-again.js';
import { EventLog } from '../../application/ports/event-log.js';
import { type OrderKind, repeatDefinition, repeatOrder } from '../../application/questions/repeat-order.js';
import type { By } from '../../application/record.js';
import { AnswersTable, Asker, paramsOf, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, tableLike } from './csv-answer.js';
import { Decimal, Each, Id, Instant, Position, QueryList, QueryText, RepId, Text, Whole } from './fields.js';
import { UuidParam } from './params.js';
import { invalid } from './problem.js';
import { answerOf, problemOf, RecordedDto, Recorder, Teller } from './recording.js';
import { ToldDto } from './told.js';

class RepeatOrderQuery extends WhenQuery implements OrderKind {
  @Id({ optional: true, description: 'The order that is repeated; the last one of the kind when absent' })
  orderId?: string;
  @QueryText({ optional: true, description: 'Only lines of this product group', example: 'notebooks' })
  productGroup?: string;
  @QueryText({ optional: true, description: 'Only lines of this article', example: 'NB-A5-BLUE' })
  sku?: string;
  @QueryList('text', {
    optional: true,
    max: 2_000,
    description: '`line:quantity` in the place of what was ordered, by line of the order; 0 leaves a line out',
  })
  quantities?: string[];
}

class RepeatedQuantityDto {
  @Whole({ min: 1, max: 10_000, description: 'Line of the order that is repeated, from 1' })
  line: number;
  @Decimal('quantityOrNone', { description: '0 leaves the line out' })
  quantity: string;
}

class RepeatDto extends ToldDto implements ToldRepeat {
  @Id({ optional: true, description: 'The order that is repeated; the last one of the kind when absent' })
  of?: string;
  @Text({ optional: true, description: 'Only lines of this product group are repeated', example: 'notebooks' })
  productGroup?: string;
  @Text({ optional: true, description: 'Only lines of this article are repeated', example: 'NB-A5-BLUE' })
  sku?: string;
  @Instant({ optional: true, description: 'The same as `occurredAt`, by the name that an order book gives it' })
  placedAt?: string;
  @RepId({ optional: true })
  soldBy?: string;
  @Each(() => RepeatedQuantityDto, {
    optional: true,
    max: 2_000,
    description: 'In the place of what was ordered, for the lines named',
  })
  quantities?: RepeatedQuantityDto[];
  @Position({
    optional: true,
    description: 'Position from a recording that has to count, an agreement’s say; everything so far when absent',
  })
  atLeast?: string;
}

const placedAgain = {
  currency: 'EUR',
  lines: [
    {
      sku: 'NB-A5-BLUE',
      description: 'Notebook A5 blue',
      productGroup: 'notebooks',
      quantity: '25',
      listPrice: '5.25',
      discountRate: '0.1',
      net: 11_813,
      cost: 7_250,
      specification: 'printed with logo',
    },
  ],
  paymentTermsDays: 30,
};

class PlacedAgainDto extends RecordedDto {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'As it was placed', example: placedAgain })
  order: object;
}

const exampleId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';
const exampleLine = {
  line: 1,
  sku: 'NB-A5-BLUE',
  description: 'Notebook A5 blue',
  productGroup: 'notebooks',
  specification: 'printed with logo',
  before: { quantity: 25, returned: 0, listPrice: 4.95, discountRate: 0.1, net: 11_138 },
  now: {
    quantity: 25,
    listPrice: 5.25,
    discountRate: 0.1,
    net: 11_813,
    cost: 7_250,
    priceFrom: 'agreement',
    pricedBy: { orderId: exampleId, line: 2, orderedOn: '2026-01-12' },
    agreement: {
      agreementId: exampleId,
      scope: { kind: 'productGroup', value: 'notebooks' },
      rate: 0.1,
      position: '4f9c2a7be1-987',
    },
  },
  changed: ['listPrice', 'unitPrice'],
};
const exampleOf = {
  customerId: exampleId,
  definition: repeatDefinition,
  repeats: {
    orderId: exampleId,
    eventId: exampleId,
    position: '4f9c2a7be1-1043',
    orderedOn: '2025-11-03',
    currency: 'EUR',
  },
  lines: [exampleLine],
  otherLines: 0,
  paymentTerms: { before: 30, now: { agreementId: exampleId, days: 30, settlementDiscount: null } },
  net: 11_813,
  order: placedAgain,
};

@Controller('customers/:id')
export class RepeatOrderController {
  constructor(
    private readonly log: EventLog,
    private readonly recorder: Recorder,
    private readonly asker: Asker,
  ) {}

  @Get('repeat-order')
  @AnswersTable(
    'The repeat order (herhaalorder): the last order of a kind, at the prices and terms now in force',
    exampleOf,
    `${repeatDefinition} \`order\` can be posted as it is to \`/customers/{id}/orders\`; \`POST /customers/{id}/orders/repeat\` does both in one.`,
  )
  async repeatOrder(@UuidParam() customerId: string, @Query() query: RepeatOrderQuery, @AskedBy() caller: Caller) {
    const { quantities = [], ...kind } = paramsOf(query);
    const params = { customerId, ...kind, quantities: quantities.map(quantityOf) };
    const answer = await this.asker.ask(repeatOrder, params, query);
    return orCsv(answer, 'repeat-order', ({ lines }) => tableLike(lines, exampleLine), caller);
  }

  @Post('orders/repeat')
  @ApiOperation({
    summary: 'Place an order again (herhaalorder), under the agreements in force',
    description: `\`id\` is the new order’s id from then on. The same again is answered with the order that was placed, whatever was agreed since. ${repeatDefinition}`,
  })
  @ApiResponse({ status: 201, type: PlacedAgainDto, description: 'Recorded' })
  @ApiResponse({
    status: 200,
    type: PlacedAgainDto,
    description: 'The same was recorded before; the same answer again',
  })
  async placeAgain(
    @UuidParam() customerId: string,
    @Body() repeat: RepeatDto,
    @Teller() by: By,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PlacedAgainDto> {
    const means = {
      log: this.log,
      ask: this.asker.ask.bind(this.asker),
      record: this.recorder.all.bind(this.recorder),
    };
    const outcome = await placeAgain(means, customerId, repeat, by);
    if (!('order' in outcome)) throw problemOf(outcome);
    reply.status(outcome.status === 'recorded' ? 201 : 200);
    return { ...answerOf(outcome), order: outcome.order };
  }
}

function quantityOf(text: string, index: number): { line: number; quantity: string } {
  const match = /^(\d{1,5}):(\d{1,12}(?:\.\d{1,3})?)$/.exec(text);
  if (!match) throw invalid([{ path: `quantities[${index}]`, message: 'must be a line and a quantity such as 1:25' }]);
  return { line: Number(match[1]), quantity: match[2] as string };
}
