import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type By, type CommandEnvelope, type Outcome, Record } from '../../application/record.js';
import type { LogInteraction } from '../../domain/interactions.js';
import type { InteractionChannel } from '../../domain/shapes.js';
import { customerStream } from '../../domain/streams.js';
import { Each, Flag, Id, Ids, LongText, OneOf, RepIds, Whole } from './fields.js';
import { UuidParam } from './params.js';
import type { Problem } from './problem.js';
import { ProblemDto } from './problem-dto.js';
import { toldByTheInside } from './problem-filter.js';
import { answerOf, problemOf, RecordedDto, Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { ContactDto } from './visits.controller.js';
import { interactionChannels } from './words.js';

class InteractionDto extends ToldDto implements LogInteraction {
  @OneOf(interactionChannels, { example: 'phone' })
  channel: InteractionChannel;
  @OneOf(['inbound', 'outbound'], { optional: true, description: '`outbound` when absent', example: 'outbound' })
  direction?: 'inbound' | 'outbound';
  @RepIds({ optional: true, max: 20, description: 'Who of us held it' })
  heldBy?: string[];
  @Each(() => ContactDto, { optional: true, max: 50 })
  contactPersons?: ContactDto[];
  @Ids({ optional: true, max: 100, description: 'Orders it was about' })
  orderIds?: string[];
  @Flag({ optional: true, description: 'Whether the contact scheme counts it; by the channel when absent' })
  countsTowardScheme?: boolean;
  @Whole({ optional: true, min: 1, max: 10_080, example: 10 })
  durationMinutes?: number;
  @LongText({ optional: true, example: 'Asked after the delivery' })
  notes?: string;
}

class InteractionWithDto extends InteractionDto {
  @Id({ description: 'Customer it was with' })
  customerId: string;
}

/** Far more than a mailing of this many would not fit into a request of 1 MiB. */
const most = 2_000;

class InteractionsDto {
  @Each(() => InteractionWithDto, { min: 1, max: most })
  items: InteractionWithDto[];
}

class ItemAnswerDto {
  @ApiProperty({ example: 201, description: '201 recorded, 200 recorded before, otherwise as of a problem' })
  status: number;
  @ApiProperty({ type: RecordedDto, required: false })
  recorded?: RecordedDto;
  @ApiProperty({ type: ProblemDto, required: false })
  problem?: object;
}

class ItemsAnswerDto {
  @ApiProperty({ type: [ItemAnswerDto], description: 'One for each item, in the order they were sent' })
  items: ItemAnswerDto[];
}

function itemAnswer(outcome: Outcome): ItemAnswerDto {
  if (outcome.status === 'recorded') return { status: 201, recorded: answerOf(outcome) };
  if (outcome.status === 'repeated') return { status: 200, recorded: answerOf(outcome) };
  return problemAnswer(problemOf(outcome as Extract<typeof outcome, { status: 'refused' }>));
}

function problemAnswer(problem: Problem): ItemAnswerDto {
  return { status: problem.getStatus(), problem: problem.body() };
}

@Controller()
export class InteractionsController {
  constructor(private readonly recorder: Recorder) {}

  @Post('customers/:id/interactions')
  @Records('Log a phone call, e-mail, newsletter, event or other interaction')
  log(@UuidParam() id: string, @Body() interaction: InteractionDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'LogInteraction', interaction, by);
  }

  @Post('interactions')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Log interactions with many customers at once, such as a mailing',
    description: 'Each item is recorded or refused on its own and answered in its place.',
  })
  @ApiResponse({ status: 200, type: ItemsAnswerDto })
  async logMany(
    @Body() { items }: InteractionsDto,
    @Teller() by: By,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ItemsAnswerDto> {
    const byCustomer = Map.groupBy(items.entries(), ([, item]) => item.customerId);
    const answers = new Array<ItemAnswerDto>(items.length);
    await Promise.all(
      [...byCustomer].map(async ([customerId, ofCustomer]) => {
        const commands = ofCustomer.map(
          ([, { customerId: _, ...payload }]): CommandEnvelope => ({
            name: 'LogInteraction',
            payload,
          }),
        );
        const ofItems = await this.answersFor(new Record(customerStream(customerId), commands, by), reply);
        ofCustomer.forEach(([index], at) => {
          answers[index] = ofItems[at]!;
        });
      }),
    );
    return { items: answers };
  }

  /**
   * What can't be done for one customer now may have been done for another: it is told in its place, and the header
   * says when to try what is missing again.
   */
  private async answersFor(record: Record, reply: FastifyReply): Promise<ItemAnswerDto[]> {
    try {
      return (await this.recorder.all(record)).map(itemAnswer);
    } catch (error) {
      const problem = toldByTheInside(error);
      if (!problem) throw error;
      const { retryAfter } = problem.more;
      if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
      return record.commands.map(() => problemAnswer(problem));
    }
  }
}
