import {
  AppendTooLarge,
  LogDamaged,
  LogFull,
  LogUnavailable,
  StreamNotFound,
  StreamTombstoned,
  WrongExpectedRevision,
} from '../../application/ports/event-log.js';

/** What went wrong, whatever the shape of the error. */
export type EsdbFailure =
  | { readonly kind: 'conflict'; readonly actual: bigint | undefined }
  | { readonly kind: 'missing' | 'tombstoned' }
  | { readonly kind: 'too-large'; readonly limit: number | undefined }
  | { readonly kind: 'full' }
  | { readonly kind: 'login-refused' }
  /** `leader` is left out where the server doesn't tell it. */
  | { readonly kind: 'not-leader'; readonly leader: { readonly host: string; readonly port: number } | undefined }
  /** The connection is of no use any more. Whether an append was written is not known. */
  | { readonly kind: 'disconnected' }
  /** No answer in time. Whether an append was written is not known. */
  | { readonly kind: 'silent' }
  /** The server itself could not finish in time, or a subscriber was too slow for it. */
  | { readonly kind: 'timed-out' }
  /** The server failed without saying why: it does so for a position at which no event begins. */
  | { readonly kind: 'unexplained' }
  /** It does not know the call: no EventStoreDB, or far too old. */
  | { readonly kind: 'foreign' }
  /** Ours, or of a kind that trying again doesn't help. */
  | { readonly kind: 'defect' };

/** The server said nothing within the time that was given to it. */
export class NoAnswer extends Error {
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
    this.name = 'NoAnswer';
  }
}

/** A subscription or a read that the server ended without an error although there was more to come. */
export class EndedByServer extends Error {
  constructor() {
    super('the server ended the subscription');
    this.name = 'EndedByServer';
  }
}

/** Numbers of gRPC. */
const CODES: Readonly<Record<number, EsdbFailure['kind']>> = {
  1: 'disconnected', // cancelled, by the server
  3: 'unexplained', // invalid argument: what later servers say of such a position
  4: 'silent', // deadline exceeded
  7: 'login-refused', // permission denied
  10: 'timed-out', // aborted
  12: 'foreign', // unimplemented
  13: 'disconnected', // internal: a broken stream
  14: 'disconnected', // unavailable
  16: 'login-refused', // unauthenticated
};

const PORT_ERRORS = [
  AppendTooLarge,
  LogDamaged,
  LogFull,
  LogUnavailable,
  StreamNotFound,
  StreamTombstoned,
  WrongExpectedRevision,
  RangeError,
  TypeError,
];

interface AnyError {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
  readonly actualVersion?: unknown;
  readonly maxAppendSize?: unknown;
  readonly leader?: { readonly address: string; readonly port: number };
}

/**
 * Errors come in three shapes: the client's own with a `type`, those of gRPC with a `code`, and plain ones of which
 * only the message tells.
 */
export function failureOf(error: unknown): EsdbFailure {
  if (error instanceof NoAnswer) return { kind: 'silent' };
  if (error instanceof EndedByServer) return { kind: 'disconnected' };
  if (PORT_ERRORS.some((type) => error instanceof type)) return { kind: 'defect' };
  const { type, code, message, actualVersion, maxAppendSize, leader } = (error ?? {}) as AnyError;
  switch (type) {
    case 'wrong-expected-version':
      return { kind: 'conflict', actual: typeof actualVersion === 'bigint' ? actualVersion : undefined };
    case 'stream-not-found':
    case 'no-stream':
      return { kind: 'missing' };
    case 'stream-deleted':
      return { kind: 'tombstoned' };
    case 'maximum-append-size-exceeded':
      return { kind: 'too-large', limit: typeof maxAppendSize === 'number' ? maxAppendSize : undefined };
    case 'access-denied':
      return { kind: 'login-refused' };
    case 'not-leader':
      return { kind: 'not-leader', leader: leader && { host: leader.address, port: leader.port } };
    case 'timeout':
      return { kind: 'timed-out' };
    case 'deadline-exceeded':
      return { kind: 'silent' };
    case 'unavailable':
    case 'cancelled':
      return { kind: 'disconnected' };
  }
  const text = String(message ?? '');
  if (/no leader info/i.test(text)) return { kind: 'not-leader', leader: undefined };
  if (code === 8)
    return /message (larger|exceeds)|too large/i.test(text)
      ? { kind: 'too-large', limit: undefined }
      : { kind: 'full' };
  if (typeof code === 'number') return { kind: CODES[code] ?? 'unexplained' } as EsdbFailure;
  const isLost =
    /^Failed to discover|Channel (has been shut down|closed)|write after end|socket|ECONN|ENOTFOUND|EAI_AGAIN/i;
  return isLost.test(text) ? { kind: 'disconnected' } : { kind: 'defect' };
}

/** Trying the same again later may help, and does no harm. */
export function isPassing(failure: EsdbFailure): boolean {
  return ['disconnected', 'silent', 'timed-out', 'not-leader', 'unexplained'].includes(failure.kind);
}

/** Spread, so that the callers that were turned away together don't come back together. */
export function retryAfterSeconds(): number {
  return 1 + Math.floor(Math.random() * 5);
}

/** What the port's errors need to know of what was asked. */
export interface Asked {
  /** As it may be shown. */
  readonly server: string;
  readonly stream?: string;
  /** Of the append, as the server counts. */
  readonly bytes?: number;
}

/** The port's error for what the client says; errors of the port pass as they are. No message carries a login. */
export function portError(error: unknown, { server, stream = '', bytes = 0 }: Asked): Error {
  const failure = failureOf(error);
  const cause = { cause: error };
  const unavailable = (sentence: string) => new LogUnavailable(sentence, retryAfterSeconds(), cause);
  switch (failure.kind) {
    case 'missing':
      return new StreamNotFound(stream);
    case 'tombstoned':
      return new StreamTombstoned(stream);
    case 'too-large':
      return new AppendTooLarge(bytes, failure.limit ?? bytes - 1);
    case 'full':
      return new LogFull(`There is no room left to write the event log ${server}.`, cause);
    case 'login-refused':
      return unavailable(`The event log ${server} refuses the login.`);
    case 'not-leader':
      return unavailable(`The event log ${server} can't be written now: its leader is not known or not within reach.`);
    case 'silent':
    case 'timed-out':
      return unavailable(`The event log ${server} does not answer in time.`);
    case 'disconnected':
    case 'unexplained':
    case 'foreign':
      return unavailable(`The event log ${server} can't be used now: ${reasonOf(error)}.`);
    case 'conflict':
    case 'defect':
      return error instanceof Error ? error : new Error(String(error));
  }
}

/** Whoever starts the program reads it: what can't come right by waiting is told apart from what can. */
export function openingError(error: unknown, server: string): Error {
  const { kind } = failureOf(error);
  const cause = { cause: error };
  if (kind === 'login-refused') return new Error(`The event log ${server} refuses the login.`, cause);
  if (kind === 'foreign') {
    return new Error(`The event log ${server} is not an EventStoreDB of version 23.10 or later.`, cause);
  }
  return portError(error, { server });
}

/** The first line of what an error says, without what gRPC puts before it. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (
    text
      .split('\n', 1)[0]
      ?.replace(/^\d+ [A-Z_]+: /, '')
      .replace(/\. Last error: (Error: )?/, ': ')
      .replace(/\.? Resolution note:.*$/, '')
      .replace(/[. ]+$/, '') || 'it broke off'
  );
}
