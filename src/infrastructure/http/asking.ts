import { applyDecorators, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { type Answer, Ask, type Question, type When } from '../../application/ask.js';
import { asCsvToo } from './csv-answer.js';
import { Moment, Position, QueryText, QueryWhole } from './fields.js';

/** The two dates of every question. */
export class WhenQuery implements When {
  @Moment({
    optional: true,
    description: 'How things stood then: an instant, or a day meaning up to the next local midnight; now when absent',
    example: '2026-03-02',
  })
  asOf?: string;

  @Moment({
    optional: true,
    position: true,
    description: 'What had been recorded by then: an instant, a day or a position; everything so far when absent',
  })
  knownAt?: string;

  @Position({ optional: true, description: 'Position from a recording: the answer includes it' })
  atLeast?: string;
}

/** A question whose answer comes in pages. */
export class PageQuery extends WhenQuery {
  @QueryWhole({ optional: true, min: 1, max: 1_000, description: 'Items on a page; 100 when absent', example: 100 })
  limit?: number;

  @QueryText({ optional: true, max: 2_000, description: '`nextCursor` of the page before' })
  cursor?: string;
}

type ParamsOf<Query extends WhenQuery> = Omit<Query, keyof When>;

/** Takes questions from the outside to the query bus. */
@Injectable()
export class Asker {
  constructor(private readonly queries: QueryBus) {}

  ask<Params, Data>(question: Question<Params, Data>, params: Params, when: When): Promise<Answer<Data>> {
    const { asOf, knownAt, atLeast } = when;
    return this.queries.execute(new Ask(question, params, { asOf, knownAt, atLeast }));
  }
}

/** What a query asks beside its dates. */
export function paramsOf<Query extends WhenQuery>(query: Query): ParamsOf<Query> {
  const { asOf: _asOf, knownAt: _knownAt, atLeast: _atLeast, ...params } = query;
  return params;
}

const dates = {
  asOf: { type: 'string', format: 'date-time', example: '2026-03-02T22:59:59.999Z' },
  knownAt: { type: 'string', format: 'date-time', example: '2026-03-02T09:41:12.345Z' },
  position: { type: 'string', example: '4f9c2a7be1-1043' },
  behind: {
    type: 'object',
    description: 'Only while the log can’t be heard: the answer lacks what was recorded since then, for this reason',
    properties: { since: { type: 'string', format: 'date-time' }, reason: { type: 'string' } },
  },
  unopened: {
    type: 'string',
    description: 'Only while the keys can’t be reached: why texts of persons are null although nobody erased them',
  },
  unconverted: {
    type: 'array',
    description: 'Amounts that no exchange rate brings into the company’s currency: they are in no figure',
    items: {
      type: 'object',
      properties: { currency: { type: 'string' }, amount: { type: 'integer', description: 'In minor units' } },
    },
  },
};

/** An operation that answers a question; `data` is an example of what it answers. */
export function Answers(summary: string, data: unknown, description?: string) {
  return answering(summary, data, description, {});
}

/** Likewise, also as a table: see `orCsv`. */
export function AnswersTable(summary: string, data: unknown, description = '') {
  return answering(summary, data, `${description} ${asCsvToo}`.trimStart(), {
    'text/csv': { schema: { type: 'string' } },
  });
}

function answering(summary: string, data: unknown, description: string | undefined, alsoAs: object) {
  const example = {
    asOf: dates.asOf.example,
    knownAt: dates.knownAt.example,
    position: dates.position.example,
    data,
  };
  return applyDecorators(
    ApiOperation({ summary, ...(description && { description }) }),
    ApiResponse({
      status: 200,
      description: 'The answer, with the dates it was given for',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['asOf', 'knownAt', 'position', 'data'],
            properties: { ...dates, data: { type: 'object', additionalProperties: true } },
          },
          example,
        },
        ...alsoAs,
      },
    }),
  );
}
