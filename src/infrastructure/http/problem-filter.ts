import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { BadQuestion, NotFound, ReadSideBehind } from '../../application/ask.js';
import { AppendTooLarge, LogFull, LogUnavailable } from '../../application/ports/event-log.js';
import { KeyDestroyed } from '../../application/ports/key-ring.js';
import { BadPosition } from '../../application/ports/position.js';
import { ReadSideNotReady } from '../../application/ports/read-side.js';
import type { KnownRoutes } from './known-routes.js';
import { invalid, Problem } from './problem.js';

/** The one place where whatever went wrong becomes an answer. Nothing of the inside is told. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly routes: KnownRoutes,
    private readonly logger: Logger,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = this.problemOf(error, request, reply);
    if (problem.getStatus() >= 500 && problem.getStatus() !== 503) {
      this.logger.error({ err: error, method: request.method, route: request.routeOptions?.url }, 'A request failed.');
    }
    // The answer has begun (a stream): all that is left is to break it off, so that nobody takes it for complete.
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    sendProblem(reply, problem);
  }

  private problemOf(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
    if (error instanceof Problem) return error;
    const told = toldByTheInside(error);
    if (told) return told;
    if (error instanceof HttpException && error.getStatus() === 404) {
      const methods = this.routes.methodsFor(request.url);
      if (methods.length === 0) return new Problem(404, 'There is nothing at this address.');
      reply.header('allow', methods.join(', '));
      return new Problem(405, `At this address there is only ${methods.join(', ')}.`);
    }
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    if (status >= 400 && status < 500) return new Problem(status, detailOf(status, error));
    return new Problem(500, 'The request could not be completed; the service has written down why.');
  }
}

/** What the application and the log say when they can't do what they were asked. */
export function toldByTheInside(error: unknown): Problem | undefined {
  if (error instanceof BadQuestion) return invalid(error.errors);
  if (error instanceof BadPosition) return new Problem(400, error.message);
  if (error instanceof NotFound) return new Problem(404, error.message);
  if (error instanceof AppendTooLarge) return new Problem(413, error.message);
  if (error instanceof KeyDestroyed) return new Problem(422, error.message, { rule: 'data-erased' });
  if (error instanceof ReadSideNotReady) return new Problem(503, error.message, { retryAfter: 5 });
  if (error instanceof ReadSideBehind || error instanceof LogUnavailable) {
    return new Problem(503, error.message, { retryAfter: Math.max(1, Math.ceil(error.retryAfterSeconds)) });
  }
  if (error instanceof LogFull) return new Problem(507, error.message);
  return undefined;
}

/** Errors of Fastify carry the status they stand for. */
function statusOf(error: unknown): number {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? status : 500;
}

function detailOf(status: number, error: unknown): string | undefined {
  switch (status) {
    case 400:
      return `The request could not be read: ${(error as Error).message}`;
    case 413:
      return 'A request may be at most 1 MiB.';
    case 415:
      return 'Send application/json.';
    default:
      return undefined;
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (problem.more.retryAfter !== undefined) reply.header('retry-after', String(problem.more.retryAfter));
  reply
    .code(problem.getStatus())
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.body()));
}
