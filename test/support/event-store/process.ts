import { createInterface } from 'node:readline';
import { type EventStore, type EventStoreOptions, startEventStore } from './event-store.js';

/**
 * The double as a process of its own, for tests whose own process is too busy to answer in time. Its one argument is
 * its options as JSON; it prints `{ url, port }` and then `{ done }` for each line that it reads: `{ call, with }`
 * names one of its methods and what to call it with.
 */
const eventStore = await startEventStore(JSON.parse(process.argv[2] ?? '{}') as EventStoreOptions);
say({ url: eventStore.url, port: eventStore.port });

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as { call: keyof EventStore; with: unknown[] };
  const method = eventStore[command.call] as unknown as (...args: unknown[]) => unknown;
  await method.apply(eventStore, command.with);
  say({ done: command.call });
}
process.exit();

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
