import {
  applyDecorators,
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiProperty, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { LogFull, LogUnavailable } from '../../application/ports/event-log.js';
import { type By, type CommandEnvelope, type Outcome, Record, registration } from '../../application/record.js';
import type { CommandName, CommandPayload } from '../../domain/commands.js';
import type { RegisterCustomer } from '../../domain/profile.js';
import { Metrics } from './metrics.js';
import { invalid, Problem } from './problem.js';

/** The answer to a recording. */
export class RecordedDto {
  @ApiProperty({ format: 'uuid', description: 'Id of what was recorded; the caller’s own where given' })
  id: string;
  @ApiProperty({ format: 'uuid', description: 'Id of its first event, by which it can be corrected or retracted' })
  eventId: string;
  @ApiProperty({ example: '12', description: 'Revision of the stream after it' })
  revision: string;
  @ApiProperty({ example: '4f9c2a7be1-1043', description: 'Name it as `atLeast` in a question to have it included' })
  position: string;
}

type Refusal = Extract<Outcome, { status: 'refused' | 'conflict' | 'unknown' | 'invalid' }>;
type Accepted = Exclude<Outcome, Refusal>;

export function answerOf({ id, eventId, revision, position }: Accepted): RecordedDto {
  return { id, eventId, revision, position };
}

/** What became of a command, as the outside sees it when it was not accepted. */
export function problemOf(outcome: Refusal): Problem {
  switch (outcome.status) {
    case 'refused':
      return new Problem(422, outcome.message, {
        rule: outcome.rule,
        ...(outcome.path && { errors: [{ path: outcome.path, message: outcome.message }] }),
      });
    case 'conflict':
      return new Problem(409, outcome.message);
    case 'unknown':
      return new Problem(404, outcome.message);
    case 'invalid':
      return invalid(outcome.errors);
    default:
      return outcome satisfies never;
  }
}

/** For how long a recording that failed says something about the next one. */
const TROUBLE_MS = 60_000;

/** Takes commands from the outside to the command bus. */
@Injectable()
export class Recorder {
  private lastFailure: { readonly at: number; readonly reason: string } | undefined;

  constructor(
    private readonly commands: CommandBus,
    private readonly metrics: Metrics,
  ) {}

  /** @throws Problem when the command was not accepted */
  async record<Name extends CommandName>(
    stream: string,
    name: Name,
    payload: CommandPayload<Name>,
    by: By,
  ): Promise<Accepted> {
    return accepted(await this.all(new Record(stream, [{ name, payload } as CommandEnvelope], by)));
  }

  /** @throws Problem when the customer was not accepted */
  async register(customer: RegisterCustomer, by: By): Promise<Accepted> {
    return accepted(await this.all(registration(customer, by)));
  }

  /** One outcome for each command, in order. */
  async all(record: Record): Promise<Outcome[]> {
    const outcomes: Outcome[] = await this.execute(record);
    outcomes.forEach(({ status }, index) => {
      this.metrics.commands.inc({ command: record.commands[index]!.name, outcome: status });
    });
    return outcomes;
  }

  /** Why nothing could be recorded a moment ago; undefined when it could, or nobody tried. */
  get trouble(): string | undefined {
    const { lastFailure } = this;
    return lastFailure && performance.now() - lastFailure.at < TROUBLE_MS ? lastFailure.reason : undefined;
  }

  private async execute(record: Record): Promise<Outcome[]> {
    try {
      const outcomes: Outcome[] = await this.commands.execute(record);
      this.lastFailure = undefined;
      return outcomes;
    } catch (error) {
      if (error instanceof LogUnavailable || error instanceof LogFull) {
        this.lastFailure = { at: performance.now(), reason: error.message };
      }
      throw error;
    }
  }
}

function accepted([outcome]: Outcome[]): Accepted {
  if (!outcome) throw new Error('A command was neither accepted nor refused.');
  if (outcome.status === 'recorded' || outcome.status === 'repeated') return outcome as Accepted;
  throw problemOf(outcome as Refusal);
}

/** 201 for what is new, 200 for what had been recorded before. */
@Injectable()
class RecordedInterceptor implements NestInterceptor<Accepted, RecordedDto> {
  intercept(context: ExecutionContext, next: CallHandler<Accepted>): Observable<RecordedDto> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((accepted) => {
        reply.status(accepted.status === 'recorded' ? 201 : 200);
        return answerOf(accepted);
      }),
    );
  }
}

/** An operation that records something. */
export function Records(summary: string, description?: string) {
  return applyDecorators(
    UseInterceptors(RecordedInterceptor),
    ApiOperation({ summary, ...(description && { description }) }),
    ApiResponse({ status: 201, type: RecordedDto, description: 'Recorded' }),
    ApiResponse({ status: 200, type: RecordedDto, description: 'The same was recorded before; the same answer again' }),
  );
}

/** Who tells it. Until there is access control everybody on this machine is `local`. */
export const Teller = createParamDecorator((_: unknown, context: ExecutionContext): By => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const correlationId = headers['x-correlation-id'];
  if (correlationId === undefined) return { actor: 'local', source: 'api' };
  if (typeof correlationId !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(correlationId)) {
    throw new Problem(400, 'The header X-Correlation-Id must be 1 to 200 printable characters without spaces.');
  }
  return { actor: 'local', source: 'api', correlationId };
});
