import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

/** JSON lines on standard output. Bodies, names and addresses never get here. */
export function createLogger(level: 'info' | 'silent'): Logger {
  return pino({ level, base: { service: 'klantwaarde' }, timestamp: pino.stdTimeFunctions.isoTime });
}

/** Lets the framework speak through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(): void {
    // What the framework reports of its own start is of no use to an operator.
  }

  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (message instanceof Error) this.logger.error({ err: message, context }, message.message);
    else this.logger.error({ context }, String(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.error(message, ...rest);
  }
}
