import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { ChangeReferenceConsent, GiveReference, SeeReview, Sentiment } from '../../domain/references.js';
import { knownUses } from '../../domain/references.js';
import { customerStream } from '../../domain/streams.js';
import { Day, Flag, Id, LongText, Nested, OneOf, Text, Texts } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { sentiments } from './words.js';

class ReferenceConsentDto extends ToldDto implements ChangeReferenceConsent {
  @Flag()
  granted: boolean;
  @Texts({
    optional: true,
    max: 50,
    description: `Such as ${knownUses.join(', ')}; all of them when a withdrawal names none`,
    example: ['showcase'],
  })
  uses?: string[];
}

class ReferredToDto {
  @Text({ example: 'Bakkerij Zonneveld' })
  name: string;
  @Id({ optional: true, description: 'Where it is registered already' })
  customerId?: string;
}

class ReferenceDto extends ToldDto implements GiveReference {
  @Nested(() => ReferredToDto, { description: 'To whom', example: { name: 'Bakkerij Zonneveld' } })
  to: ReferredToDto;
  @Text({ optional: true, description: 'One of those that consent is asked for', example: 'call' })
  use?: string;
  @LongText({ optional: true, example: 'They asked for an offer' })
  outcome?: string;
}

class ReviewDto extends ToldDto implements SeeReview {
  @Text({ example: 'trade fair panel' })
  where: string;
  @OneOf(sentiments)
  sentiment: Sentiment;
  @Day({ optional: true, description: 'The day it happened when absent' })
  seenOn?: string;
  @Text({ optional: true, max: 2_000, example: 'https://example.com/reviews/7' })
  url?: string;
}

@Controller('customers/:id')
export class ReferencesController {
  constructor(private readonly recorder: Recorder) {}

  @Post('reference-consent')
  @Records('Record what the customer may be used for as a reference', 'It says nothing of uses that it does not name.')
  changeConsent(@UuidParam() id: string, @Body() consent: ReferenceConsentDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'ChangeReferenceConsent', consent, by);
  }

  @Post('references')
  @Records('Record that the customer was a reference to somebody')
  giveReference(@UuidParam() id: string, @Body() reference: ReferenceDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'GiveReference', reference, by);
  }

  @Post('reviews')
  @Records('Record what the customer says of us where others can read it')
  seeReview(@UuidParam() id: string, @Body() review: ReviewDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'SeeReview', review, by);
  }
}
