import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type {
  CancelOrder,
  DeliverOrder,
  PayInvoice,
  PlacedLine,
  PlaceOrder,
  ReturnedLine,
  ReturnOrderLines,
} from '../../domain/orders.js';
import { customerStream } from '../../domain/streams.js';
import { Amount, Currency, Day, Decimal, Each, Flag, Instant, LongText, RepId, Text, Whole } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

class OrderLineDto implements PlacedLine {
  @Text({ example: 'NB-A5-BLUE' })
  sku: string;
  @Text({ optional: true, example: 'Notebook A5 blue' })
  description?: string;
  @Text({ optional: true, example: 'notebooks' })
  productGroup?: string;
  @Decimal('quantity')
  quantity: string;
  @Decimal('unitPrice', { optional: true, description: 'Per unit, before discount' })
  listPrice?: string;
  @Decimal('fraction', { optional: true })
  discountRate?: string;
  @Amount({ description: 'Whole line after discount, in minor units', example: 11_138 })
  net: number;
  @Amount({ optional: true, description: 'Cost of goods of the whole line, in minor units', example: 7_250 })
  cost?: number;
  @Text({ optional: true, example: 'printed with logo' })
  specification?: string;
  @Day({ optional: true, description: 'Day of delivery that was promised' })
  promisedOn?: string;
}

class OrderDto extends ToldDto implements PlaceOrder {
  @Instant({ optional: true, description: 'The same as `occurredAt`, by the name that an order book gives it' })
  placedAt?: string;
  @RepId({ optional: true })
  soldBy?: string;
  @Currency()
  currency: string;
  @Text({ optional: true, example: 'NL' })
  country?: string;
  @Flag({ optional: true, description: 'Whether we got it though we were not the cheapest' })
  awardedThoughNotCheapest?: boolean;
  @Each(() => OrderLineDto, { min: 1, max: 2_000 })
  lines: OrderLineDto[];
  @Whole({ optional: true, min: 0, max: 3_650, example: 30 })
  paymentTermsDays?: number;
}

class ReturnedLineDto implements ReturnedLine {
  @Whole({ optional: true, min: 1, max: 10_000, description: 'Line of the order, from 1' })
  line?: number;
  @Text({ example: 'NB-A5-BLUE' })
  sku: string;
  @Text({ optional: true, example: 'Notebook A5 blue' })
  description?: string;
  @Text({ optional: true, example: 'notebooks' })
  productGroup?: string;
  @Decimal('quantity', { example: '5' })
  quantity: string;
  @Decimal('unitPrice', { optional: true })
  listPrice?: string;
  @Decimal('fraction', { optional: true })
  discountRate?: string;
  @Amount({ description: 'Amount credited for the whole line, in minor units', example: 2_228 })
  net: number;
  @Amount({ optional: true, description: 'Cost of goods of the whole line, in minor units', example: 1_450 })
  cost?: number;
}

class ReturnDto extends ToldDto implements Omit<ReturnOrderLines, 'orderId'> {
  @Each(() => ReturnedLineDto, { min: 1, max: 2_000, description: 'Quantities and amounts are positive' })
  lines: ReturnedLineDto[];
  @LongText({ optional: true, example: 'Damaged on the way' })
  reason?: string;
  @Currency({ optional: true, description: 'That of the order when absent' })
  currency?: string;
  @Text({ optional: true, example: 'NL' })
  country?: string;
  @RepId({ optional: true })
  soldBy?: string;
}

class CancellationDto extends ToldDto implements Omit<CancelOrder, 'orderId'> {
  @LongText({ optional: true, example: 'The event was called off' })
  reason?: string;
}

class DeliveredLineDto {
  @Whole({ min: 1, max: 10_000, description: 'Line of the order, from 1' })
  line: number;
  @Decimal('quantity')
  quantity: string;
}

class DeliveryDto extends ToldDto implements Omit<DeliverOrder, 'orderId'> {
  @Each(() => DeliveredLineDto, { optional: true, max: 2_000, description: 'All of the order when absent' })
  lines?: DeliveredLineDto[];
  @Day()
  deliveredOn: string;
}

class PaymentDto extends ToldDto implements Omit<PayInvoice, 'orderId'> {
  @Text({ optional: true, example: '2026-0117' })
  invoice?: string;
  @Day({ optional: true, example: '2026-04-01' })
  dueOn?: string;
  @Day()
  paidOn: string;
  @Amount({ description: 'In minor units', example: 11_138 })
  amount: number;
  @Currency({ optional: true, description: 'That of the order when absent' })
  currency?: string;
}

@Controller('customers/:id/orders')
export class OrdersController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records('Place an order', '`id` is the order’s id from then on.')
  place(@UuidParam() id: string, @Body() order: OrderDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'PlaceOrder', order, by);
  }

  @Post(':orderId/returns')
  @Records('Record goods that came back, or were credited', 'Never more than was ordered.')
  returnLines(
    @UuidParam() id: string,
    @UuidParam('orderId') orderId: string,
    @Body() returned: ReturnDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'ReturnOrderLines', { ...returned, orderId }, by);
  }

  @Post(':orderId/cancellation')
  @Records('Cancel an order')
  cancel(
    @UuidParam() id: string,
    @UuidParam('orderId') orderId: string,
    @Body() cancellation: CancellationDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'CancelOrder', { ...cancellation, orderId }, by);
  }

  @Post(':orderId/delivery')
  @Records('Record that an order, or some of its lines, was delivered')
  deliver(
    @UuidParam() id: string,
    @UuidParam('orderId') orderId: string,
    @Body() delivery: DeliveryDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'DeliverOrder', { ...delivery, orderId }, by);
  }

  @Post(':orderId/payment')
  @Records('Record a payment for an order')
  pay(@UuidParam() id: string, @UuidParam('orderId') orderId: string, @Body() payment: PaymentDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'PayInvoice', { ...payment, orderId }, by);
  }
}
