import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import { knownElements, type NoteCompetitorPrice, type ScoreCustomer } from '../../domain/scores.js';
import { customerStream } from '../../domain/streams.js';
import { Currency, Decimal, LongText, RepId, Text } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

class ScoreDto extends ToldDto implements ScoreCustomer {
  @Text({ description: `As the value policy names it, such as ${knownElements.join(', ')}`, example: knownElements[0] })
  element: string;
  @Decimal('mark')
  score: string;
  @LongText({ optional: true, description: 'What it rests on', example: 'We hear of new plans first' })
  basis?: string;
  @RepId({ optional: true, description: 'Whose judgement it is' })
  scoredBy?: string;
}

class CompetitorPriceDto extends ToldDto implements NoteCompetitorPrice {
  @Text({ example: 'Gifts & Co' })
  competitor: string;
  @Text({ optional: true, description: 'Needed with a price', example: 'NB-A5-BLUE' })
  sku?: string;
  @Text({ optional: true, description: 'Only with an index; without article and group it is about everything' })
  productGroup?: string;
  @Decimal('price', { optional: true, description: 'Per unit; either a price or an index' })
  price?: string;
  @Decimal('price', { optional: true, description: 'What we charge for the same', example: '5.25' })
  ourPrice?: string;
  @Currency({ optional: true, description: 'Of both prices; the company’s when absent' })
  currency?: string;
  @Decimal('quantity', { optional: true, description: 'Their price level in per cent of ours: 95 is 5% cheaper' })
  index?: string;
  @Text({ optional: true, description: 'What it rests on', example: 'their quotation, seen in a visit' })
  basis?: string;
}

@Controller('customers/:id')
export class ScoresController {
  constructor(private readonly recorder: Recorder) {}

  @Post('scores')
  @Records('Score the customer on a value element', 'Of each element the latest score counts.')
  score(@UuidParam() id: string, @Body() score: ScoreDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'ScoreCustomer', score, by);
  }

  @Post('competitor-prices')
  @Records('Note what a competitor charges the customer')
  notePrice(@UuidParam() id: string, @Body() price: CompetitorPriceDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'NoteCompetitorPrice', price, by);
  }
}
