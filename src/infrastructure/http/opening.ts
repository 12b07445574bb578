import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Outage } from '../until-available.js';
import { Problem } from './problem.js';

/**
 * What the service answers before it is open: that it lives, and to everything else that it is not ready, and why.
 * @param outage undefined while nothing is amiss
 */
export function answerWhileOpening(
  request: IncomingMessage,
  response: ServerResponse,
  outage: Outage | undefined,
): void {
  const [path = ''] = (request.url ?? '').split('?');
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  if (isReading && path === '/api/v1/health/live') {
    send(request, response, 200, 'application/json; charset=utf-8', { status: 'live' });
    return;
  }
  const problem = new Problem(503, sentenceOf(outage));
  response.setHeader('retry-after', String(retryAfter(outage)));
  send(request, response, 503, 'application/problem+json; charset=utf-8', problem.body());
}

function sentenceOf(outage: Outage | undefined): string {
  if (!outage) return 'The service is starting.';
  const since = new Date(outage.since).toISOString();
  return `The service waits for its log since ${since} and goes on trying (${outage.attempts} times so far): ${outage.reason}`;
}

/** Seconds until it may be open: not before the next attempt. */
function retryAfter(outage: Outage | undefined): number {
  return outage ? Math.max(1, Math.ceil((outage.nextAttempt - Date.now()) / 1_000)) + 1 : 1;
}

function send(request: IncomingMessage, response: ServerResponse, status: number, type: string, body: object): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
}
