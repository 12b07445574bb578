import 'reflect-metadata';
import { ConfigError, readConfig } from './infrastructure/config.js';
import { ControlError } from './infrastructure/control-socket.js';
import { DataFolderError } from './infrastructure/data-folder.js';
import { type Service, startService } from './infrastructure/http/service.js';
import { createLogger } from './infrastructure/logging.js';
import { warmUp } from './infrastructure/warm-up.js';

/** What an operator can put right is told in a sentence, everything else with where it came from. */
function reason(error: unknown): string {
  const known = [ConfigError, DataFolderError, ControlError];
  if (known.some((kind) => error instanceof kind)) return (error as Error).message;
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${process.env.PORT ?? 3000} is in use: set PORT to another one.`;
  if (name.startsWith('Log') || name === 'Error') return message;
  return (error as Error).stack ?? message;
}

const stopping = new AbortController();
let service: Service | undefined;

function stop(): void {
  // Whoever asks twice does not want to wait for requests under way.
  if (stopping.signal.aborted) process.exit(1);
  stopping.abort();
  service?.close().then(
    () => process.exit(0),
    (error) => {
      console.error(reason(error));
      process.exit(1);
    },
  );
}

try {
  const config = readConfig(process.env);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  service = await startService(config, { logger: createLogger('info'), signal: stopping.signal });
  void warmUp(service.engine);
} catch (error) {
  if (stopping.signal.aborted) process.exit(0);
  console.error(reason(error));
  process.exit(1);
}
