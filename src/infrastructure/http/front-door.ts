import { once } from 'node:events';
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Problem } from './problem.js';

/** As Fastify would have it: longer than the load balancers that keep connections for a minute. */
const KEEP_ALIVE_MS = 72_000;

/** The port of the service. It is open from the first moment to the last; who answers behind it may change. */
export interface FrontDoor {
  readonly server: Server;
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** From the next request on. */
  answerWith(listener: RequestListener): void;
  /** Settles when every answer under way has been given. */
  close(): Promise<void>;
}

/** @throws the error of the system when nobody can listen there, such as EADDRINUSE */
export async function openFrontDoor(
  { port, host }: { readonly port: number; readonly host: string },
  first: RequestListener,
): Promise<FrontDoor> {
  let answer = first;
  const server = createServer((request, response) => answer(request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  server.on('clientError', refuse);
  server.listen({ port, host });
  await once(server, 'listening');
  const { address, port: actual, family } = server.address() as AddressInfo;
  return {
    server,
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`,
    answerWith: (listener) => {
      answer = listener;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // A connection that was answered a moment ago would be kept for the next request, and the server open for it.
      const idle = setInterval(() => server.closeIdleConnections(), 25);
      server.closeIdleConnections();
      await closed;
      clearInterval(idle);
    },
  };
}

/** Answers what is not even HTTP, or too much of it. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  const body = JSON.stringify(new Problem(status, 'The request is not HTTP that is understood here.').body());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
