import { Metadata, status } from '@grpc/grpc-js';
import type { ExpectedVersion } from './store.js';

/** A gRPC status with the trailers from which the client makes its typed errors (RpcExceptions in the real server). */
export class Refusal extends Error {
  readonly metadata = new Metadata();

  constructor(
    readonly code: status,
    readonly details: string,
    trailers: Readonly<Record<string, string>> = {},
  ) {
    super(details);
    for (const [name, value] of Object.entries(trailers)) this.metadata.set(name, value);
  }
}

export const refusals = {
  /** Of a write that was not confirmed in time: it may or may not have been stored. Of a subscription: too slow. */
  timedOut: (what: string) => new Refusal(status.ABORTED, `Operation timed out: ${what}`),

  notReady: () => new Refusal(status.UNAVAILABLE, 'Server Is Not Ready'),

  full: () => new Refusal(status.RESOURCE_EXHAUSTED, 'There is not enough space on the disk.'),

  unauthenticated: () => new Refusal(status.UNAUTHENTICATED, 'Bad credentials'),

  accessDenied: () => new Refusal(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' }),

  notLeader: (host: string, port: number) =>
    new Refusal(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': host,
      'leader-endpoint-port': String(port),
    }),

  streamDeleted: (stream: string) =>
    new Refusal(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': stream,
    }),

  maximumAppendSize: (bytes: number) =>
    new Refusal(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytes} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(bytes),
    }),

  /** Only deletions answer so; appends say it in their response. */
  wrongExpectedVersion: (stream: string, expected: ExpectedVersion, current: bigint) =>
    new Refusal(status.FAILED_PRECONDITION, `Delete failed due to WrongExpectedVersion. Stream: ${stream}`, {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': String(versionNumber(expected)),
      'actual-version': String(current),
    }),

  missingMetadata: (property: string) =>
    new Refusal(status.INVALID_ARGUMENT, `Required Metadata Property '${property}' is missing`, {
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    }),

  cancelled: () => new Refusal(status.CANCELLED, 'The client has gone.'),

  unknown: (what: string) => new Refusal(status.UNKNOWN, what),

  invalid: (what: string) => new Refusal(status.INVALID_ARGUMENT, what),
};

function versionNumber(expected: ExpectedVersion): bigint {
  if (typeof expected === 'bigint') return expected;
  return { no_stream: -1n, any: -2n, stream_exists: -4n }[expected];
}
