import { chmod, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { relative } from 'node:path';

/**
 * How the command line talks to a running service: one JSON object per line over a socket in the data folder. The
 * service answers a request with any number of `{"progress": …}` lines and one last `{"result": …}` or `{"error": …}`.
 */
export interface ControlRequest {
  readonly verb: string;
  /** What the verb is about, such as a file. */
  readonly what?: string | undefined;
}

export type ControlHandler = (progress: (value: unknown) => void, what: string | undefined) => Promise<unknown>;

export class ControlError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ControlError';
  }
}

/** Names of sockets are short (108 bytes on Linux, 104 elsewhere): take the shorter way to write it. */
function socketAddress(path: string): string {
  const fromHere = relative(process.cwd(), path);
  const address = fromHere.length < path.length ? fromHere : path;
  if (Buffer.byteLength(address) > 103) {
    throw new ControlError(`The path of the data folder is too long for its control socket (${address}).`);
  }
  return address;
}

const maximalRequest = 64 * 1024;

function lines(socket: Socket, limit: number, handle: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    rest += chunk;
    let end = rest.indexOf('\n');
    while (end >= 0) {
      handle(rest.slice(0, end));
      rest = rest.slice(end + 1);
      end = rest.indexOf('\n');
    }
    if (rest.length > limit) socket.destroy();
  });
}

/**
 * Serves the socket. Whoever calls it holds the lock of the data folder, so a socket that is there already was left by
 * a process that died.
 */
export async function serveControl(
  path: string,
  handlers: Readonly<Record<string, ControlHandler>>,
): Promise<{ close(): Promise<void> }> {
  const address = socketAddress(path);
  await rm(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Whoever asked may go away before the answer.
    socket.on('error', () => socket.destroy());
    const send = (line: unknown) => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(line)}\n`);
    };
    lines(socket, maximalRequest, (line) => {
      answer(line, handlers, (value) => send({ progress: value }))
        .then((result) => send({ result: result ?? null }))
        .catch((error: Error) => send({ error: error.message }))
        .finally(() => socket.end());
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  line: string,
  handlers: Readonly<Record<string, ControlHandler>>,
  progress: (value: unknown) => void,
): Promise<unknown> {
  const request = JSON.parse(line) as ControlRequest;
  const handler = Object.hasOwn(handlers, request.verb) ? handlers[request.verb] : undefined;
  if (!handler) throw new ControlError(`The service does not know "${request.verb}".`);
  return handler(progress, request.what);
}

/**
 * Asks the service that runs on a data folder.
 * @returns undefined when no service runs there
 * @throws ControlError when the service answers with an error or goes away before it answered
 */
export async function askService(
  path: string,
  verb: string,
  onProgress: (value: unknown) => void = () => {},
  what?: string,
): Promise<{ result: unknown } | undefined> {
  const socket = createConnection(socketAddress(path));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined;
    throw new ControlError(`The running service can't be asked: ${(error as Error).message}.`, { cause: error });
  }
  return new Promise((resolve, reject) => {
    socket.on('error', (error) => reject(new ControlError(`The service went away: ${error.message}.`)));
    socket.on('close', () => reject(new ControlError('The service went away before it answered.')));
    lines(socket, Number.POSITIVE_INFINITY, (line) => {
      const message = JSON.parse(line) as { progress?: unknown; result?: unknown; error?: string };
      if ('progress' in message) onProgress(message.progress);
      else if (message.error !== undefined) reject(new ControlError(message.error));
      else resolve({ result: message.result });
    });
    socket.write(`${JSON.stringify({ verb, what } satisfies ControlRequest)}\n`);
  });
}
