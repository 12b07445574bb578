import { Body, Controller, Put } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import type { By } from '../../application/record.js';
import type { Driver, SetActivityRates, ToldActivityRate } from '../../domain/activity-rates.js';
import type { SetExchangeRates, SetVisitFrequency } from '../../domain/policies.js';
import type { Segment } from '../../domain/shapes.js';
import { policyStream } from '../../domain/streams.js';
import type { SetValuePolicy } from '../../domain/value-policy.js';
import { FrequencyLineDto } from './contact-scheme.controller.js';
import { Currency, Day, Decimal, Each, Nested, OneOf, Text } from './fields.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { ValuePolicyFields } from './value-policy-fields.js';
import { drivers, segments } from './words.js';

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

class ValuePolicyDto extends IntersectionType(ToldDto, ValuePolicyFields) implements SetValuePolicy {
  @Day({ optional: true, description: 'The day it happened when absent' })
  validFrom?: string;
}

class TimeDrivenDto {
  @Decimal('price', { description: 'Of the people and means that do it, over a period', example: '60000' })
  capacityCost: string;
  @Decimal('quantity', { description: 'That they really work over that period', example: '1200' })
  practicalHours: string;
  @Decimal('quantity', { description: 'That it takes once; of an `hour` 60', example: '12' })
  minutesPerUnit: string;
}

class ActivityRateDto implements ToldActivityRate {
  @Text({ example: 'picking' })
  activity: string;
  @Decimal('price', { optional: true, description: 'Units of the currency; absent where it follows from the time' })
  rate?: string;
  @Currency({ optional: true, description: 'The company’s when absent' })
  currency?: string;
  @OneOf(drivers, {
    description: '`hour`: of visits held; `unit`: nothing but what is attributed to a customer as an activity cost',
  })
  per: Driver;
  @Nested(() => TimeDrivenDto, { optional: true, description: 'Cost of capacity ÷ hours × minutes ÷ 60 is the rate' })
  timeDriven?: TimeDrivenDto;
  @Day({ optional: true, description: 'First day on which it no longer holds', example: '2027-03-02' })
  validTo?: string;
}

class ActivityRatesDto extends ToldDto implements SetActivityRates {
  @Each(() => ActivityRateDto, {
    min: 1,
    max: 500,
    example: [
      { activity: 'visiting', rate: '85', per: 'hour' },
      {
        activity: 'picking',
        per: 'line',
        timeDriven: { capacityCost: '60000', practicalHours: '1200', minutesPerUnit: '1.5' },
      },
    ],
  })
  rates: ActivityRateDto[];
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
  @Records(
    'Set how customers are ranked and valued',
    'A policy counts whole: what it leaves out has its default, not what an earlier one said.',
  )
  setValuePolicy(@Body() policy: ValuePolicyDto, @Teller() by: By) {
    return this.recorder.record(policyStream('value'), 'SetValuePolicy', policy, by);
  }

  @Put('activity-rates')
  @Records(
    'Set what activities cost',
    'A rate takes the place of the earlier ones of the same activity from its first day on.',
  )
  setActivityRates(@Body() policy: ActivityRatesDto, @Teller() by: By) {
    return this.recorder.record(policyStream('activity-rates'), 'SetActivityRates', policy, by);
  }
}
