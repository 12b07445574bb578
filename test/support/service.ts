import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../src/application/ports/clock.js';
import { readConfig } from '../../src/infrastructure/config.js';
import type { Engine } from '../../src/infrastructure/engine.js';
import { type ServiceOptions, startService } from '../../src/infrastructure/http/service.js';
import { createLogger } from '../../src/infrastructure/logging.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever comes back
  readonly body: any;
}

/** What tests do with a service, in this process or another. Paths are below /api/v1 unless they begin with it. */
export class Caller {
  constructor(readonly url: string) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.address(path), {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.call('GET', path, undefined, headers);
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.call('POST', path, body, headers);
  }

  put(path: string, body?: unknown): Promise<Answer> {
    return this.call('PUT', path, body);
  }

  address(path: string): string {
    return path.startsWith('/docs') ? `${this.url}${path}` : `${this.url}/api/v1${path}`;
  }

  /** Records something that has to succeed. */
  async record(
    path: string,
    body: unknown,
  ): Promise<{ id: string; eventId: string; revision: string; position: string }> {
    const answer = await this.post(path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A new customer's id. */
  async customer(name = 'Drukkerij De Gans', more: object = {}): Promise<string> {
    return (await this.record('/customers', { name, ...more })).id;
  }

  /** Everything in the audit log, up to what has been recorded by now. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever comes back
  async events(query = ''): Promise<any[]> {
    const { position } = (await this.get('/status')).body.log;
    const answer = await this.get(`/events?limit=1000&atLeast=${position}${query}`);
    if (answer.status !== 200) throw new Error(`/events: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.data.events;
  }

  /** Messages of the live feed until there are `count` of them. */
  async listen(count: number, options: { query?: string; lastEventId?: string; onOpen?: () => unknown } = {}) {
    const stop = new AbortController();
    const response = await fetch(this.address(`/feed${options.query ?? ''}`), {
      headers: options.lastEventId ? { 'last-event-id': options.lastEventId } : {},
      signal: stop.signal,
    });
    const messages: { id: string; event: string; data: Record<string, unknown> }[] = [];
    const opened = Promise.resolve(options.onOpen?.());
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      rest += chunk;
      const parts = rest.split('\n\n');
      rest = parts.pop()!;
      for (const part of parts) {
        const fields = Object.fromEntries(part.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)!.slice(1)));
        if (fields.data) messages.push({ id: fields.id, event: fields.event, data: JSON.parse(fields.data) });
      }
      if (messages.length >= count) break;
    }
    stop.abort();
    await opened;
    return messages;
  }
}

export class TestService extends Caller {
  constructor(
    url: string,
    readonly engine: Engine,
    readonly folder: string,
    private readonly stop: () => Promise<void>,
  ) {
    super(url);
  }

  /** Stops the service; the data stays for another one. */
  close(): Promise<void> {
    return this.stop();
  }
}

export interface TestServiceOptions {
  readonly folder?: string;
  readonly clock?: Clock;
  readonly env?: Record<string, string>;
  readonly benchRoutes?: boolean;
  /** How long a log in a cluster may take to answer. */
  readonly patience?: ServiceOptions['patience'];
  readonly feed?: { heartbeatMs?: number; most?: number };
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'kw-'));
}

/** A real service in this process, on a free port, with a folder of its own unless one is given. */
export async function testService(options: TestServiceOptions = {}): Promise<TestService> {
  const { folder = await temporaryFolder(), env = {}, ...rest } = options;
  const config = readConfig({ PORT: '0', KLANTWAARDE_DATA: join(folder, 'data'), ...env });
  const service = await startService(config, {
    logger: createLogger(process.env.TEST_LOG ? 'info' : 'silent'),
    ...rest,
  });
  const caller = new TestService(service.url, service.engine, folder, () => service.close());
  await readyWithin(caller, 120_000);
  return caller;
}

/** The service records at once, but answers questions only when its read side has been built. */
async function readyWithin(caller: Caller, ms: number): Promise<void> {
  for (const until = Date.now() + ms; ; ) {
    const { status, body } = await caller.get('/health/ready');
    if (status === 200) return;
    if (Date.now() > until) throw new Error(`The service did not get ready: ${body.detail}`);
    await pause(20);
  }
}

export async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

const program = new URL('../../bin/klantwaarde.js', import.meta.url).pathname;

/** The built program as a process of its own. */
export class ServiceProcess {
  private output = '';
  private errors = '';
  readonly ended: Promise<{ code: number | null; signal: string | null }>;

  constructor(readonly process: ChildProcess) {
    process.stdout!.on('data', (chunk) => {
      this.output += chunk;
    });
    process.stderr!.on('data', (chunk) => {
      this.errors += chunk;
    });
    this.ended = new Promise((resolve) => process.on('close', (code, signal) => resolve({ code, signal })));
  }

  static start(folder: string, env: Record<string, string> = {}): ServiceProcess {
    const started = spawn(process.execPath, [program, 'serve'], {
      env: { PATH: process.env.PATH, PORT: '0', KLANTWAARDE_DATA: join(folder, 'data'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ServiceProcess(started);
  }

  get stdout(): string {
    return this.output;
  }

  get stderr(): string {
    return this.errors;
  }

  /** Where it can be called, once it serves. */
  async caller(): Promise<Caller> {
    const url = await new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = /"url":"([^"]+)"/.exec(this.output);
        if (found) resolve(found[1]!);
      };
      look();
      this.process.stdout!.on('data', look);
      this.ended.then(({ code }) => reject(new Error(`The service ended with ${code}: ${this.errors}`)));
    });
    return new Caller(url);
  }
}
