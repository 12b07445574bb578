/** The load on the service: requests over so many connections, each with the next of a list of paths. */
import autocannon from 'autocannon';
import { answerQuestions } from './child.ts';

export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly paths: readonly string[];
  readonly body?: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Borne {
  /** Answers per second, those in the 200s only. */
  readonly rate: number;
  readonly failures: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

async function bear({ url, method, paths, body, connections, seconds }: Load): Promise<Borne> {
  const requests = paths.map((path) => ({
    method,
    path,
    ...(body ? { body, headers: { 'content-type': 'application/json' } } : {}),
  }));
  let client = 0;
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: requests.slice(0, 1),
    // Each has customers of its own, as reps have: they don't all log a visit to the same one at the same moment.
    setupClient: (connection) => {
      const own = client++;
      connection.setRequests(requests.filter((_, index) => index % connections === own % requests.length));
    },
  });
  return {
    rate: result['2xx'] / result.duration,
    failures: result.non2xx + result.errors,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

answerQuestions(bear);
