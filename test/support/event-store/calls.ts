import type { Readable } from 'node:stream';
import type {
  handleUnaryCall,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
} from '@grpc/grpc-js';
import { Refusal, refusals } from './refusals.js';

type Outgoing<Response> = ServerWritableStream<unknown, Response> | ServerDuplexStream<unknown, Response>;

/** Sends a message and waits for room for another; false once the client has gone. */
export async function send<Response>(call: Outgoing<Response>, message: Response): Promise<boolean> {
  if (call.cancelled) return false;
  if (!call.write(message)) {
    await new Promise<void>((resolve) => {
      const done = () => {
        call.off('drain', done).off('cancelled', done);
        resolve();
      };
      call.once('drain', done).once('cancelled', done);
    });
  }
  return !call.cancelled;
}

/** Runs the work of a call that sends a stream, which ends with it, in the status that it throws if it throws one. */
export async function streaming<Response>(call: Outgoing<Response>, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    call.end();
  } catch (error) {
    call.emit('error', statusOf(error));
  }
}

/** What the client sends in one call. @throws Refusal when it goes before it has sent all of it */
export async function* received<Request>(call: Readable & { readonly cancelled: boolean }): AsyncGenerator<Request> {
  try {
    for await (const request of call.iterator({ destroyOnReturn: false })) yield request as Request;
  } catch (error) {
    throw call.cancelled ? refusals.cancelled() : error;
  }
  if (call.cancelled) throw refusals.cancelled();
}

export function unary<Request, Response>(
  work: (call: ServerUnaryCall<Request, Response>) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => answering(callback, () => work(call));
}

export function answering<Response>(callback: sendUnaryData<Response>, work: () => Promise<Response>): void {
  work().then(
    (response) => callback(null, response),
    (error) => callback(statusOf(error)),
  );
}

/** A mistake of the double itself must not pass for an answer of the server. */
function statusOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  console.error(error);
  return refusals.unknown(`The double failed: ${error}`);
}
