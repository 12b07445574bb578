import { Body, Controller, Put } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { SetExchangeRates, SetValuePolicy, SetVisitFrequency } from '../../domain/policies.js';
import type { Segment } from '../../domain/shapes.js';
import { policyStream } from '../../domain/streams.js';
import { FrequencyLineDto } from './contact-scheme.controller.js';
import { Currency, Day, Decimal, Each, Nested, OneOf } from './fields.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { segments } from './words.js';

class SegmentFrequencyDto {
  @OneOf(segments)
  segment: Segment;
  @Each(() => FrequencyLineDto, { max: 50, description: 'None: the segment is not visited' })
  lines: FrequencyLineDto[];
}

class VisitFrequencyDto extends ToldDto implements SetVisitFrequency {
  @Each(() => SegmentFrequencyDto, { min: 1, max: 4 })
  segments: SegmentFrequencyDto[];
  @Day({ optional: true, description: 'The day it happened when absent' })
  validFrom?: string;
}

class ExchangeRateDto {
  @Currency({ example: 'USD' })
  from: string;
  @Currency({ example: 'EUR' })
  to: string;
  @Decimal('rate', { description: 'Units of `to` for one unit of `from`' })
  rate: string;
}

class ExchangeRatesDto extends ToldDto implements SetExchangeRates {
  @Each(() => ExchangeRateDto, { min: 1, max: 500 })
  rates: ExchangeRateDto[];
  @Day({ optional: true, description: 'The day it happened when absent' })
  validFrom?: string;
}

class ThresholdsDto {
  @Decimal('fraction', { example: '0.01' })
  a: string;
  @Decimal('fraction', { example: '0.05' })
  b: string;
  @Decimal('fraction', { example: '0.2' })
  c: string;
}

class ValuePolicyDto extends ToldDto implements SetValuePolicy {
  @Nested(() => ThresholdsDto, { description: 'Cumulative shares of buying customers at which A, B and C end' })
  thresholds: ThresholdsDto;
  @Day({ optional: true, description: 'The day it happened when absent' })
  validFrom?: string;
}

@Controller('policies')
export class PoliciesController {
  constructor(private readonly recorder: Recorder) {}

  @Put('visit-frequency')
  @Records('Set how often the customers of a segment are met')
  setVisitFrequency(@Body() policy: VisitFrequencyDto, @Teller() by: By) {
    return this.recorder.record(policyStream('visit-frequency'), 'SetVisitFrequency', policy, by);
  }

  @Put('exchange-rates')
  @Records('Set exchange rates', 'A rate holds from its day until the next one of the same two currencies.')
  setExchangeRates(@Body() policy: ExchangeRatesDto, @Teller() by: By) {
    return this.recorder.record(policyStream('exchange-rates'), 'SetExchangeRates', policy, by);
  }

  @Put('value')
  @Records('Set the thresholds of the customer pyramid')
  setValuePolicy(@Body() policy: ValuePolicyDto, @Teller() by: By) {
    return this.recorder.record(policyStream('value'), 'SetValuePolicy', policy, by);
  }
}
