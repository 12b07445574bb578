import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { ConvertReferral, ReceiveReferral } from '../../domain/referrals.js';
import { customerStream } from '../../domain/streams.js';
import { Amount, Flag, Id, Nested, Text } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

class ProspectDto {
  @Text({ example: 'Bakkerij Zonneveld' })
  name: string;
  @Id({ optional: true, description: 'Where it is registered already' })
  customerId?: string;
}

class ReferralDto extends ToldDto implements ReceiveReferral {
  @Nested(() => ProspectDto)
  prospect: ProspectDto;
  @Text({
    optional: true,
    description: 'Partner who brought it in on this customer’s behalf',
    example: 'Chamber of trade',
  })
  partner?: string;
}

class ConversionDto extends ToldDto implements Omit<ConvertReferral, 'referralId'> {
  @Id({ description: 'Customer that the prospect became' })
  newCustomerId: string;
  @Flag({ optional: true, example: false })
  wouldHaveComeAnyway?: boolean;
  @Amount({ optional: true, min: 0, description: 'In minor units of the company’s currency', example: 25_000 })
  savedAcquisitionCost?: number;
}

@Controller('customers/:id/referrals')
export class ReferralsController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records('Record a prospect that the customer brought in', '`id` is the referral’s id from then on.')
  receive(@UuidParam() id: string, @Body() referral: ReferralDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'ReceiveReferral', referral, by);
  }

  @Post(':referralId/conversion')
  @Records('Record that the prospect became a customer', 'A prospect is converted once.')
  convert(
    @UuidParam() id: string,
    @UuidParam('referralId') referralId: string,
    @Body() conversion: ConversionDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'ConvertReferral', { ...conversion, referralId }, by);
  }
}
