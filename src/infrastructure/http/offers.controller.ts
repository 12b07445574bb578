import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { AnswerOffer, MakeOffer, OfferKind } from '../../domain/offers.js';
import { customerStream } from '../../domain/streams.js';
import { Amount, Currency, Day, Flag, Id, LongText, OneOf, Text } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { offerKinds } from './words.js';

class OfferDto extends ToldDto implements MakeOffer {
  @OneOf(offerKinds, {
    description: 'Something beside what is bought, something better in its place, or more of the same',
  })
  kind: OfferKind;
  @Text({ example: 'Pens with their name' })
  product: string;
  @Text({ optional: true, example: 'pens' })
  productGroup?: string;
  @Text({ optional: true, example: 'PEN-BLUE' })
  sku?: string;
  @Amount({ optional: true, min: 0, description: 'What it would bring, in minor units', example: 45_000 })
  value?: number;
  @Currency({ optional: true, description: 'Of the value; the company’s when absent' })
  currency?: string;
  @Text({ optional: true, description: 'What it rests on', example: 'similar customers buy both' })
  basis?: string;
  @Day({
    optional: true,
    description: 'First day on which it no longer stands; after it was made',
    example: '2999-01-01',
  })
  validTo?: string;
}

class OfferAnswerDto extends ToldDto implements Omit<AnswerOffer, 'offerId'> {
  @Flag()
  accepted: boolean;
  @LongText({ optional: true, example: 'Has enough of them until spring' })
  reason?: string;
  @Id({ optional: true, description: 'Order that came of an accepted one' })
  orderId?: string;
}

@Controller('customers/:id/offers')
export class OffersController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records('Record an offer that was made', '`id` is the offer’s id from then on.')
  make(@UuidParam() id: string, @Body() offer: OfferDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'MakeOffer', offer, by);
  }

  @Post(':offerId/answer')
  @Records('Record the answer to an offer', 'An offer is answered once.')
  answer(
    @UuidParam() id: string,
    @UuidParam('offerId') offerId: string,
    @Body() answer: OfferAnswerDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'AnswerOffer', { ...answer, offerId }, by);
  }
}
