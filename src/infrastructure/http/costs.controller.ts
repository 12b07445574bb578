import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { AttributeActivityCost, AttributeDirectCost } from '../../domain/costs.js';
import { customerStream } from '../../domain/streams.js';
import { Amount, Currency, Day, Decimal, Id, Text } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

class ActivityCostDto extends ToldDto implements AttributeActivityCost {
  @Text({ description: 'As the activity rates name it', example: 'after-sales support' })
  activity: string;
  @Decimal('quantity', { description: 'In what the activity’s rate is per', example: '2.5' })
  quantity: string;
  @Text({ optional: true, example: 'complaint' })
  cause?: string;
}

class DirectCostDto extends ToldDto implements AttributeDirectCost {
  @Amount({ min: 0, description: 'In minor units' })
  amount: number;
  @Currency({ optional: true, description: 'The company’s when absent' })
  currency?: string;
  @Text({ example: 'stand at their open day' })
  what: string;
  @Day({ optional: true, description: 'The day it happened when absent' })
  incurredOn?: string;
  @Text({ optional: true, description: '`referral` where one is named', example: 'referral' })
  cause?: string;
  @Id({ optional: true, description: 'Referral by this customer that it was spent on' })
  referralId?: string;
}

@Controller('customers/:id')
export class CostsController {
  constructor(private readonly recorder: Recorder) {}

  @Post('activity-costs')
  @Records(
    'Record something that was done for the customer',
    'Only what nothing else tells: visits, calls, orders, lines and deliveries cost by themselves.',
  )
  attributeActivity(@UuidParam() id: string, @Body() cost: ActivityCostDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'AttributeActivityCost', cost, by);
  }

  @Post('direct-costs')
  @Records('Record money that was spent on the customer alone')
  attributeDirect(@UuidParam() id: string, @Body() cost: DirectCostDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'AttributeDirectCost', cost, by);
  }
}
