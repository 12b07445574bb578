/** The service as users run it, with the route that does everything but record; measured from outside. */
import { createLogger, Record, startService } from './built.ts';
import { answerQuestions } from './child.ts';
import { SETTINGS } from './generate.ts';

type Service = Awaited<ReturnType<typeof startService>>;

export type ServiceQuestion =
  | { readonly ask: 'start'; readonly folder: string; readonly bench: boolean }
  | { readonly ask: 'ready' }
  | {
      readonly ask: 'visibility';
      readonly streams: readonly string[];
      readonly perSecond: number;
      readonly seconds: number;
    }
  | { readonly ask: 'handQuery'; readonly sql: string; readonly asOf: readonly number[] }
  | { readonly ask: 'rows'; readonly sql: string; readonly params?: { readonly [name: string]: unknown } };

let service: Service | undefined;

function running(): Service {
  if (!service) throw new Error('The service has not been started.');
  return service;
}

function readSide() {
  const { readSide: found } = running().engine;
  if (!found) throw new Error('The service has no read side.');
  return found;
}

async function reading(asOf: number) {
  return readSide().reading({ asOf, known: readSide().checkpoint().position ?? 0n });
}

/** Records at a steady rate, and waits for each acknowledged position to be visible; milliseconds between the two. */
async function visibility(streams: readonly string[], perSecond: number, seconds: number): Promise<number[]> {
  const { commandBus } = running().engine;
  const latencies: number[] = [];
  const under: Promise<void>[] = [];
  const started = performance.now();
  const one = async (index: number) => {
    const stream = streams[index % streams.length] as string;
    const payload = { heldBy: ['rep1'], topics: ['annual review'], durationMinutes: 30, notes: 'A quiet talk.' };
    const [outcome] = await commandBus.execute(
      new Record(stream, [{ name: 'LogVisit', payload }], { actor: 'local', source: 'api' }),
    );
    if (outcome?.status !== 'recorded') throw new Error(`A visit was not recorded: ${JSON.stringify(outcome)}`);
    const acknowledged = performance.now();
    const position = BigInt(outcome.position.split('-').at(-1) as string);
    if (!(await readSide().waitFor(position, 60_000))) throw new Error('A visit did not become visible in a minute.');
    latencies.push(performance.now() - acknowledged);
  };
  for (let sent = 0; sent < perSecond * seconds; ) {
    const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - started) / 1_000) * perSecond));
    for (; sent < due; sent++) under.push(one(sent));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(under);
  return latencies;
}

async function handQuery(sql: string, dates: readonly number[]): Promise<number[]> {
  const times: number[] = [];
  for (const asOf of dates) {
    const asked = await reading(asOf);
    const started = performance.now();
    await asked.rows(sql);
    times.push(performance.now() - started);
  }
  return times;
}

async function answer(question: ServiceQuestion): Promise<unknown> {
  switch (question.ask) {
    case 'start': {
      const config = { ...SETTINGS, dataFolder: question.folder, port: 0, host: '127.0.0.1', log: 'sqlite' } as const;
      service = await startService(config, { benchRoutes: question.bench, logger: createLogger('silent') });
      return service.url;
    }
    case 'ready':
      return readSide().ready();
    case 'visibility':
      return visibility(question.streams, question.perSecond, question.seconds);
    case 'handQuery':
      return handQuery(question.sql, question.asOf);
    case 'rows':
      return (await reading(Date.now())).rows(question.sql, question.params);
  }
}

answerQuestions(answer);
process.on('SIGTERM', () => {
  (service?.close() ?? Promise.resolve()).finally(() => process.exit(0));
});
