import type { PyramidBy, ThresholdsOf, ToldValuePolicy } from '../../domain/value-policy.js';
import { Decimal, Each, Nested, OneOf, Text, Whole } from './fields.js';
import { pyramidBys, thresholdKinds } from './words.js';

class ThresholdsDto {
  @Decimal('threshold', { example: '0.01' })
  a: string;
  @Decimal('threshold', { example: '0.05' })
  b: string;
  @Decimal('threshold', { example: '0.2' })
  c: string;
}

class ElementWeightDto {
  @Text({ example: 'relationship quality' })
  element: string;
  @Decimal('quantity', { example: '2' })
  weight: string;
}

class GroupElementsDto {
  @Text({ optional: true, description: 'An industry; every other when absent or `*`', example: 'events' })
  group?: string;
  @Each(() => ElementWeightDto, { min: 1, max: 20 })
  weights: ElementWeightDto[];
}

/** How customers are ranked and valued: to be set, or to be tried. */
export class ValuePolicyFields implements ToldValuePolicy {
  @Nested(() => ThresholdsDto, {
    description: 'Cumulative shares at which A, B and C end, rising; of scores the lowest of each, falling',
  })
  thresholds: ThresholdsDto;
  @OneOf(pyramidBys, { optional: true, description: 'What customers are ranked by; `revenue` when absent' })
  pyramidBy?: PyramidBy;
  @OneOf(thresholdKinds, {
    optional: true,
    description: 'What the thresholds are shares of, or `score`; `customers` when absent',
  })
  thresholdsOf?: ThresholdsOf;
  @Each(() => GroupElementsDto, {
    optional: true,
    min: 1,
    max: 50,
    description: 'What a score is made of, per group of customers',
  })
  elements?: GroupElementsDto[];
  @Decimal('fraction', { optional: true, description: 'A year', example: '0.08' })
  discountRate?: string;
  @Whole({
    optional: true,
    min: 0,
    max: 30,
    description: 'Years that expected value counts; 0 is without end',
    example: 5,
  })
  horizonYears?: number;
  @Whole({
    optional: true,
    min: 1,
    max: 100_000_000,
    description: 'Customers with repeat purchases from which on a purchase model is fitted; 1,000 when absent',
    example: 1_000,
  })
  minimumRepeaters?: number;
}
