import 'reflect-metadata';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { type Engine, type EngineOptions, openEngine } from '../engine.js';
import { createLogger, NestLogger } from '../logging.js';
import { Feed } from './feed.js';
import { type HttpOptions, httpOver } from './http.module.js';
import { KnownRoutes } from './known-routes.js';
import { Metrics } from './metrics.js';
import { openApi } from './open-api.js';
import { Problem } from './problem.js';
import { ProblemFilter, sendProblem } from './problem-filter.js';
import { StrictPipe } from './strict-pipe.js';

export interface ServiceOptions extends HttpOptions, Omit<EngineOptions, 'readSide'> {
  readonly logger?: Logger;
}

export interface Service {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  readonly engine: Engine;
  /** Answers or refuses what is under way, then closes the engine. Nothing that was acknowledged is lost. */
  close(): Promise<void>;
}

const bodyLimit = 1024 * 1024;
/** Requests still under way after this are cut off when the service stops. */
const patienceMs = 10_000;

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

/** Opens the engine and serves it. */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<Service> {
  const logger = options.logger ?? createLogger('info');
  const engine = await openEngine(config, options);
  try {
    return await serve(engine, config, options, logger);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function serve(engine: Engine, config: Config, options: ServiceOptions, logger: Logger): Promise<Service> {
  const adapter = new FastifyAdapter({
    bodyLimit,
    // An address that can't be read never reaches the rest.
    frameworkErrors: (error: { statusCode?: number }, _request: unknown, reply: FastifyReply) =>
      sendProblem(reply, new Problem(error.statusCode ?? 400, 'The address can not be read.')),
    // A request to a service that is stopping gets a problem as any other error: see below.
    return503OnClosing: false,
    clientErrorHandler: refuse,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    skipMiddie: true,
  });
  const app = await NestFactory.create<NestFastifyApplication>(httpOver(engine, options), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  const metrics = app.get(Metrics);
  const routes = new KnownRoutes();
  let isStopping = false;

  // JSON only: a form or a plain text, which any page in a browser may send here, is not understood.
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRoute', ({ url, method }) => routes.add(url, method));
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    if (isStopping) {
      reply.header('connection', 'close');
      sendProblem(reply, new Problem(503, 'The service is stopping.', { retryAfter: 5 }));
    } else if (request.method !== 'GET' && request.headers['sec-fetch-site'] === 'cross-site') {
      // Without access control a page of another site must not record anything through the user's browser.
      sendProblem(reply, new Problem(403, 'Pages of other sites may not record anything here.'));
    } else {
      done();
    }
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.requests.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1_000,
    );
    done();
  });
  app.setGlobalPrefix('api/v1');
  app.useGlobalPipes(new StrictPipe());
  app.useGlobalFilters(new ProblemFilter(routes, logger));
  openApi(app);
  await app.listen({ port: config.port, host: config.host });

  const { address, port, family } = fastify.server.address() as { address: string; port: number; family: string };
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  logger.info({ url, data: config.dataFolder }, 'Serving.');
  return { url, engine, close };

  async function close(): Promise<void> {
    isStopping = true;
    logger.info('Stopping.');
    const cutOff = setTimeout(() => fastify.server.closeAllConnections(), patienceMs);
    // A connection that was answered a moment ago would be kept for the next request, and the server open for it.
    const idle = setInterval(() => fastify.server.closeIdleConnections(), 25);
    app.get(Feed).close();
    await app.close();
    clearTimeout(cutOff);
    clearInterval(idle);
    await engine.close();
    logger.info('Stopped.');
  }
}
