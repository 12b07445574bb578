import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, PickType } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { EventLog } from '../../application/ports/event-log.js';
import { proposeSegmentation, type ToldProposal } from '../../application/propose-segmentation.js';
import { type SegmentationWhatIfParams, segmentationWhatIf } from '../../application/questions/segmentation-what-if.js';
import {
  comparison,
  type SegmentationParams,
  segmentation,
  segmentations,
} from '../../application/questions/segmentations.js';
import type { By } from '../../application/record.js';
import type { AdjustSegment, DiscardSegmentation, FinaliseSegmentation, Placing } from '../../domain/segmentation.js';
import { segmentationStream } from '../../domain/streams.js';
import type { PyramidBy, ThresholdsOf } from '../../domain/value-policy.js';
import { AnswersTable, Asker, PageQuery, paramsOf, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, tableLike, tableOf } from './csv-answer.js';
import { Day, Decimal, Id, LongText, Nested, OneOf, QueryFlag, QueryList, QueryWhole, RepId } from './fields.js';
import { UuidParam } from './params.js';
import { answerOf, problemOf, RecordedDto, Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { ValuePolicyFields } from './value-policy-fields.js';
import { placings, pyramidBys, thresholdKinds } from './words.js';

class ProposalDto extends PickType(WhenQuery, ['asOf', 'knownAt']) implements ToldProposal {
  @Id({ optional: true, description: 'Of the run: the same again goes on with what was broken off' })
  id?: string;
  @Nested(() => ValuePolicyFields, { optional: true, description: 'In the place of the value policy in force' })
  policy?: ValuePolicyFields;
}

class ProposedDto extends RecordedDto {
  @ApiProperty({ format: 'date-time' })
  asOf: string;
  @ApiProperty({ example: '4f9c2a7be1-1043', description: 'Position; with asOf and policy it gives the same again' })
  knownAt: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { thresholds: { a: '0.01', b: '0.05', c: '0.2' }, pyramidBy: 'revenue', thresholdsOf: 'customers' },
  })
  policy: object;
  @ApiProperty({ example: 400 })
  customers: number;
  @ApiProperty({ example: 1 })
  parts: number;
  @ApiProperty({ type: 'array', items: { type: 'object' }, example: [{ segment: 'A', customers: 4 }] })
  segments: readonly object[];
}

class SegmentationsQuery extends PageQuery {}

class SegmentationQuery extends PageQuery implements Omit<SegmentationParams, 'runId'> {
  @OneOf(placings, { optional: true, description: 'Only customers that the run has there' })
  segment?: Placing;
  @QueryFlag({ optional: true, description: 'Only customers that are elsewhere without the run, or only the others' })
  moved?: boolean;
  @QueryFlag({ optional: true, description: 'Only customers put elsewhere by hand, or only the others' })
  adjusted?: boolean;
}

class ComparisonQuery extends PageQuery {}

class WhatIfQuery extends WhenQuery implements SegmentationWhatIfParams {
  @Decimal('threshold', {
    optional: true,
    description: 'That of the policy in force when absent, like all that follow',
  })
  a?: string;
  @Decimal('threshold', { optional: true })
  b?: string;
  @Decimal('threshold', { optional: true })
  c?: string;
  @OneOf(thresholdKinds, { optional: true })
  thresholdsOf?: ThresholdsOf;
  @OneOf(pyramidBys, { optional: true })
  pyramidBy?: PyramidBy;
  @QueryList('text', { optional: true, max: 20, description: '`element:weight`, for every group of customers' })
  weights?: string[];
  @QueryWhole({ optional: true, min: 0, max: 366, description: 'Visits a year to each customer in A', example: 12 })
  visitsA?: number;
  @QueryWhole({ optional: true, min: 0, max: 366 })
  visitsB?: number;
  @QueryWhole({ optional: true, min: 0, max: 366 })
  visitsC?: number;
  @QueryWhole({ optional: true, min: 0, max: 366 })
  visitsD?: number;
}

class AdjustmentDto extends ToldDto implements AdjustSegment {
  @Id({ description: 'Customer that is put elsewhere' })
  customerId: string;
  @OneOf(placings, { description: 'Where the run has it now; `none` is in no segment', example: 'B' })
  from: Placing;
  @OneOf(placings)
  to: Placing;
  @LongText({ example: 'Will open three shops next year' })
  reason: string;
}

class FinalisationDto extends ToldDto implements FinaliseSegmentation {
  @Day({ description: 'First day on which contact schemes follow it; not before the day that it is as of' })
  effectiveFrom: string;
  @RepId({ description: 'Who of us decided it' })
  approver: string;
}

class DiscardingDto extends ToldDto implements DiscardSegmentation {
  @LongText({ optional: true, example: 'Left out the new region' })
  reason?: string;
}

const runId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';
const customerId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a91';
const run = {
  runId,
  status: 'proposed',
  inForce: false,
  proposedAt: '2026-03-02T09:41:12.345Z',
  asOf: '2026-02-28T22:59:59.999Z',
  knownAt: '4f9c2a7be1-1043',
  policy: { thresholds: { a: '0.01', b: '0.05', c: '0.2' }, pyramidBy: 'revenue', thresholdsOf: 'customers' },
  customers: 400,
  parts: 1,
  assigned: 400,
  proposed: { A: 4, B: 16, C: 60, D: 320 },
  adjustments: 1,
  settledAt: null,
  effectiveFrom: null,
  approver: null,
  reason: null,
};
const figures = { customers: 4, revenue: 21_000_000, visitsAYear: 40 };
const tried = { segment: 'A', now: figures, tried: { ...figures, customers: 8 } };

@Controller('segmentations')
export class SegmentationController {
  constructor(
    private readonly recorder: Recorder,
    private readonly asker: Asker,
    private readonly log: EventLog,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Propose a segmentation: the segments that the value policy, or one to try, gives as of a date',
    description:
      'Nothing follows it until it is finalised. It is recorded in parts; one that was broken off is continued by the ' +
      'same call with the same id.',
  })
  @ApiResponse({ status: 201, type: ProposedDto, description: 'Recorded, or the rest of it' })
  @ApiResponse({ status: 200, type: ProposedDto, description: 'All of it was recorded before' })
  async propose(
    @Body() proposal: ProposalDto,
    @Teller() by: By,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProposedDto> {
    const outcome = await proposeSegmentation(
      {
        log: this.log,
        ask: (question, params, when) => this.asker.ask(question, params, when),
        record: (record) => this.recorder.all(record),
      },
      proposal,
      by,
    );
    if (!('parts' in outcome)) throw problemOf(outcome);
    reply.status(outcome.status === 'recorded' ? 201 : 200);
    const { asOf, knownAt, policy, customers, parts, segments } = outcome;
    return { ...answerOf(outcome), asOf, knownAt, policy, customers, parts, segments };
  }

  @Get()
  @AnswersTable('Every segmentation, the one proposed last first', { items: [run] })
  async all(@Query() query: SegmentationsQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(segmentations, paramsOf(query), query);
    return orCsv(answer, 'segmentations', ({ items }) => tableLike(items, run), caller);
  }

  @Get('what-if')
  @AnswersTable(
    'What other thresholds, weights or frequencies would mean in customers, visits and revenue',
    {
      currency: 'EUR',
      policy: run.policy,
      segments: [tried],
      moved: 21,
      visitsAYear: { now: 680, tried: 740 },
    },
    'Against the segments in force. Nothing is recorded. A customer with a contact scheme of its own keeps it.',
  )
  async whatIf(@Query() query: WhatIfQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(segmentationWhatIf, paramsOf(query), query);
    return orCsv(answer, 'what-if', ({ segments }) => tableLike(segments, tried), caller);
  }

  @Get(':runId')
  @AnswersTable(
    'A segmentation: its distribution, who moves by it, and its customers, best first',
    {
      ...run,
      segments: [{ segment: 'A', customers: 5, proposed: 4, lastRank: 4, lowestFigure: 3_900_000 }],
      against: null,
      moves: [{ from: 'B', to: 'A', customers: 1 }],
      items: [
        {
          customerId,
          name: 'Drukkerij De Gans',
          segment: 'A',
          without: 'B',
          proposed: 'B',
          figure: 3_700_000,
          rank: 5,
          adjusted: true,
        },
      ],
    },
    `Compared with the segments in force; a finalised one with those of the day before it came to hold.`,
  )
  async one(@UuidParam('runId') runId: string, @Query() query: SegmentationQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(segmentation, { runId, ...paramsOf(query) }, query);
    return orCsv(
      answer,
      'segmentation',
      ({ items }) =>
        tableOf(items, ['customerId', 'name', 'segment', 'without', 'proposed', 'figure', 'rank', 'adjusted']),
      caller,
    );
  }

  @Get(':runId/compare/:otherId')
  @AnswersTable(
    'Two segmentations beside each other, and one by one the customers that are elsewhere in the second',
    {
      a: run,
      b: run,
      cells: [{ from: 'B', to: 'A', customers: 1 }],
      items: [
        {
          customerId,
          name: 'Drukkerij De Gans',
          from: 'B',
          to: 'A',
          figureFrom: 3_700_000,
          figureTo: 4_100_000,
          rankFrom: 5,
          rankTo: 4,
        },
      ],
    },
    `Null is a customer that a run doesn’t know.`,
  )
  async compare(
    @UuidParam('runId') runId: string,
    @UuidParam('otherId') other: string,
    @Query() query: ComparisonQuery,
    @AskedBy() caller: Caller,
  ) {
    const answer = await this.asker.ask(comparison, { a: runId, b: other, ...paramsOf(query) }, query);
    return orCsv(
      answer,
      'comparison',
      ({ items }) =>
        tableOf(items, ['customerId', 'name', 'from', 'to', 'figureFrom', 'figureTo', 'rankFrom', 'rankTo']),
      caller,
    );
  }

  @Post(':runId/adjustments')
  @Records('Put a customer in another segment than the run proposes', 'Until the run is finalised or discarded.')
  adjust(@UuidParam('runId') runId: string, @Body() adjustment: AdjustmentDto, @Teller() by: By) {
    return this.recorder.record(segmentationStream(runId), 'AdjustSegment', adjustment, by);
  }

  @Post(':runId/finalisation')
  @Records('Finalise a segmentation', 'It never changes after that; another run takes its place.')
  finalise(@UuidParam('runId') runId: string, @Body() finalisation: FinalisationDto, @Teller() by: By) {
    return this.recorder.record(segmentationStream(runId), 'FinaliseSegmentation', finalisation, by);
  }

  @Post(':runId/discarding')
  @Records('Discard a segmentation that was proposed')
  discard(@UuidParam('runId') runId: string, @Body() discarding: DiscardingDto, @Teller() by: By) {
    return this.recorder.record(segmentationStream(runId), 'DiscardSegmentation', discarding, by);
  }
}
