import { standings } from '../../application/questions/pyramid.js';
import type { Standing } from '../../application/questions/ranking.js';
import { Day, OneOf, QueryFlag, QueryText, QueryWhole, RepId } from './fields.js';
import { invalid } from './problem.js';

/*
 * What several questions ask alike; a query is an `IntersectionType` of the fields that it has.
 */

/** A period of local days, half-open. */
export class PeriodFields {
  @Day({ optional: true, description: 'First day of the period; everything when absent', example: '2026-01-01' })
  from?: string;
  @Day({ optional: true, description: 'Day after the last of the period', example: '2027-01-01' })
  to?: string;
}

/** Which customers are meant: all of them when nothing is given. */
export class WhichFields {
  @OneOf(standings, { optional: true, description: 'Only customers that stand there' })
  segment?: Standing;
  @RepId({ optional: true, description: 'Only customers of this one of us' })
  accountManager?: string;
  @QueryText({ optional: true, description: 'Only customers in this country', example: 'NL' })
  country?: string;
}

/** What holds for a term, and soon no longer. */
export class EndingFields {
  @QueryWhole({
    optional: true,
    min: 0,
    max: 3_660,
    description: 'Only those that end within so many days',
    example: 90,
  })
  endingWithin?: number;
}

/** For a question that can tell where its figures come from. */
export class ExplainFields {
  @QueryFlag({ optional: true, description: 'Lists the events behind the figures, in pages' })
  explain?: boolean;
}

/**
 * Refuses parameters that an answer of this kind would not look at.
 * @param when completes "means nothing …"
 * @throws a 400 that names each of them that is given
 */
export function meaningless(parameters: object, when: string): void {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  if (given.length > 0) throw invalid(given.map(([path]) => ({ path, message: `means nothing ${when}` })));
}
