import { Child } from './child.ts';
import { type Figure, figure } from './figure.ts';
import { customerIdOf, generate } from './generate.ts';
import type { Borne, Load } from './load-child.ts';
import { oneByOne } from './log.ts';

const CONNECTIONS = 64;
const SECONDS = 8;
const CUSTOMERS = 2_000;

/** Visits over HTTP, on a log of a young company. */
export async function recordingFigures(folder: string): Promise<Figure[]> {
  await generate(`${folder}/recording`, CUSTOMERS * 50);
  const single = await oneByOne(folder);
  const service = new Child('./service-child.ts');
  const load = new Child('./load-child.ts');
  try {
    const url = await service.ask<string>({ ask: 'start', folder: `${folder}/recording`, bench: true });
    await service.ask({ ask: 'ready' });
    const body = JSON.stringify({
      occurredAt: new Date(Date.now() - 3_600_000).toISOString(),
      heldBy: ['rep1'],
      topics: ['annual review'],
      durationMinutes: 45,
      outcome: 'A trial order is promised.',
      notes: 'Went through the autumn collection; the umbrellas went down well.',
    });
    const bear = (prefix: string, seconds: number) =>
      load.ask<Borne>({
        url,
        method: 'POST',
        paths: Array.from({ length: CUSTOMERS }, (_, index) => `${prefix}/customers/${customerIdOf(index)}/visits`),
        body,
        connections: CONNECTIONS,
        seconds,
      } satisfies Load);
    // Compiled and warm, both of them, before anything counts.
    await bear('/api/v1/bench', 3);
    await bear('/api/v1', 3);
    const bare = await bear('/api/v1/bench', SECONDS);
    const recorded = await bear('/api/v1', SECONDS);
    const bareAgain = await bear('/api/v1/bench', SECONDS);
    const failures = recorded.failures + bare.failures;
    if (failures > 0) throw new Error(`${failures} requests failed.`);
    const reference = (bare.rate + bareAgain.rate) / 2;
    return [
      figure(
        'recording.http',
        recorded.rate,
        'visits/s',
        reference,
        `against the bare route, ${CONNECTIONS} connections (aim 0.50)`,
      ),
      figure('recording.commits', recorded.rate, 'visits/s', single, 'against bare commits one by one'),
      figure('recording.p99', recorded.p99, 'ms', bare.p99, 'against the bare route'),
    ];
  } finally {
    await load.stop();
    await service.stop();
  }
}
