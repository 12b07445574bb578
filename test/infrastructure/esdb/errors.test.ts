import {
  AccessDeniedError,
  convertToCommandError,
  MaxAppendSizeExceededError,
  NotLeaderError,
  StreamDeletedError,
  StreamNotFoundError,
  TimeoutError,
  UnavailableError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  AppendTooLarge,
  LogFull,
  LogUnavailable,
  StreamNotFound,
  StreamTombstoned,
} from '../../../src/application/ports/event-log.js';
import { failureOf, isPassing, NoAnswer, openingError, portError } from '../../../src/infrastructure/esdb/errors.js';

function grpc(code: number, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(`${code} SOMETHING: ${details}`), { code, details, metadata });
}

const leader = { exception: 'not-leader', 'leader-endpoint-host': 'two', 'leader-endpoint-port': '2114' };

describe('Errors of EventStoreDB', () => {
  it.each<[string, unknown, ReturnType<typeof failureOf>, boolean]>([
    [
      'typed conflict',
      new WrongExpectedVersionError(null as never, { streamName: 's', current: 3n, expected: 1n }),
      { kind: 'conflict', actual: 3n },
      false,
    ],
    [
      'typed conflict on no stream',
      new WrongExpectedVersionError(null as never, { streamName: 's', current: 'no_stream', expected: 1n }),
      { kind: 'conflict', actual: undefined },
      false,
    ],
    ['typed missing stream', new StreamNotFoundError(null as never, 's'), { kind: 'missing' }, false],
    ['typed tombstone', new StreamDeletedError(undefined as never, 's'), { kind: 'tombstoned' }, false],
    ['typed size', new MaxAppendSizeExceededError(undefined as never, 100), { kind: 'too-large', limit: 100 }, false],
    ['typed refusal', new AccessDeniedError(), { kind: 'login-refused' }, false],
    ['typed timeout', new TimeoutError(grpc(10, 'Operation timed out')), { kind: 'timed-out' }, true],
    ['typed loss', new UnavailableError(grpc(14, 'Connection dropped')), { kind: 'disconnected' }, true],
    [
      'typed follower',
      new NotLeaderError(grpc(5, 'Leader info available', leader)),
      { kind: 'not-leader', leader: { host: 'two', port: 2114 } },
      true,
    ],
    ['raw loss', grpc(14, 'No connection established'), { kind: 'disconnected' }, true],
    ['raw broken stream', grpc(13, 'Received RST_STREAM with code 0'), { kind: 'disconnected' }, true],
    ['raw deadline', grpc(4, 'Deadline exceeded'), { kind: 'silent' }, true],
    ['raw refusal', grpc(16, 'Bad credentials'), { kind: 'login-refused' }, false],
    [
      'raw leaderless',
      grpc(2, 'No leader info available in response'),
      { kind: 'not-leader', leader: undefined },
      true,
    ],
    ['raw failure', grpc(2, 'Exception was thrown by handler.'), { kind: 'unexplained' }, true],
    ['raw foreign server', grpc(12, 'unknown method'), { kind: 'foreign' }, false],
    [
      'raw large message',
      grpc(8, 'Received message exceeds the maximum configured message size.'),
      { kind: 'too-large', limit: undefined },
      false,
    ],
    ['raw full disk', grpc(8, 'No space left on device'), { kind: 'full' }, false],
    ['plain discovery', new Error('Failed to discover after 10 attempts.'), { kind: 'disconnected' }, true],
    ['plain channel', new Error('Channel has been shut down'), { kind: 'disconnected' }, true],
    ['own silence', new NoAnswer(100), { kind: 'silent' }, true],
    ['own mistake', new TypeError('undefined is not a function'), { kind: 'defect' }, false],
  ])('are told apart in each of their shapes: %s', (_, error, failure, isWorthTrying) => {
    expect(failureOf(error)).toEqual(failure);
    expect(isPassing(failureOf(error))).toBe(isWorthTrying);
    // What the client makes of a raw one must be understood as well.
    if (error instanceof Error && 'code' in error) expect(failureOf(convertToCommandError(error))).toEqual(failure);
  });

  it('become those of the port', () => {
    const asked = { server: 'esdb://one:2113', stream: 'customer-1', bytes: 2_000 };
    const port = (error: unknown) => portError(error, asked);

    expect(port(new StreamNotFoundError(null as never, 't1-customer-1'))).toEqual(new StreamNotFound('customer-1'));
    expect(port(new StreamDeletedError(undefined as never, 't1-customer-1'))).toEqual(
      new StreamTombstoned('customer-1'),
    );
    expect(port(new MaxAppendSizeExceededError(undefined as never, 1_000))).toEqual(new AppendTooLarge(2_000, 1_000));
    expect(port(grpc(8, 'No space left on device'))).toBeInstanceOf(LogFull);
    for (const error of [
      grpc(14, 'gone'),
      grpc(4, 'late'),
      grpc(2, 'why'),
      grpc(7, 'no'),
      new Error('Failed to discover'),
    ]) {
      const unavailable = port(error) as LogUnavailable;
      expect(unavailable).toBeInstanceOf(LogUnavailable);
      expect(unavailable.retryAfterSeconds).toBeGreaterThanOrEqual(1);
      expect(unavailable.message).toMatch(/^The event log esdb:\/\/one:2113 .*\.$/);
    }
    const full = new LogFull('full');
    expect(port(full)).toBe(full);
  });

  it('tell whoever opens the log what waiting does not mend', () => {
    expect(openingError(grpc(16, 'Bad credentials'), 'esdb://one')).not.toBeInstanceOf(LogUnavailable);
    expect(openingError(grpc(16, 'Bad credentials'), 'esdb://one').message).toContain('refuses the login');
    expect(openingError(grpc(12, 'unknown'), 'esdb://one').message).toContain('23.10');
    expect(openingError(grpc(14, 'gone'), 'esdb://one')).toBeInstanceOf(LogUnavailable);
  });
});
