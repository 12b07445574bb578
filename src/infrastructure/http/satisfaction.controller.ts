import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import { type Instrument, instrument, type RequestEvaluation } from '../../domain/satisfaction.js';
import { customerStream } from '../../domain/streams.js';
import { Id, OneOf } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

class EvaluationRequestDto extends ToldDto implements RequestEvaluation {
  @OneOf(instrument.options, { description: 'What the opinion is asked with', example: 'orderEvaluation' })
  instrument: Instrument;
  @Id({ optional: true, description: 'Order that it is about; an order evaluation needs one' })
  orderId?: string;
  @Id({
    optional: true,
    description: 'Contact person who is asked; when absent the one who agreed to evaluations, if there is exactly one',
  })
  to?: string;
}

@Controller('customers/:id/evaluation-requests')
export class SatisfactionController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records(
    'Ask a customer for an evaluation',
    '`id` is the evaluation’s id from then on. An order that was delivered in full asks for its own by itself.',
  )
  request(@UuidParam() id: string, @Body() request: EvaluationRequestDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'RequestEvaluation', request, by);
  }
}
