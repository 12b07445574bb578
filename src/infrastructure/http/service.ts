import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { type Engine, type EngineOptions, openEngine } from '../engine.js';
import { createLogger, NestLogger } from '../logging.js';
import { addressOf, placeOf } from '../stores.js';
import type { Outage } from '../until-available.js';
import { Feed } from './feed.js';
import { type FrontDoor, openFrontDoor } from './front-door.js';
import { type HttpOptions, httpOver } from './http.module.js';
import { KnownRoutes } from './known-routes.js';
import { Metrics } from './metrics.js';
import { openApi } from './open-api.js';
import { answerWhileOpening } from './opening.js';
import { Problem } from './problem.js';
import { ProblemFilter, sendProblem } from './problem-filter.js';
import { StrictPipe } from './strict-pipe.js';

export interface ServiceOptions extends HttpOptions, Omit<EngineOptions, 'readSide' | 'waiting'> {
  readonly logger?: Logger;
  /** Gives up the start while the log is being waited for. */
  readonly signal?: AbortSignal;
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

/**
 * Listens at once, opens the engine and serves it. As long as the log can't be reached the service says so to whoever
 * asks, and goes on trying.
 * @throws what stops the start, and the signal's reason when it was given up
 */
export async function startService(config: Config, options: ServiceOptions = {}): Promise<Service> {
  const logger = options.logger ?? createLogger('info');
  const { signal } = options;
  signal?.throwIfAborted();
  let outage: Outage | undefined;
  const door = await openFrontDoor(config, (request, response) => answerWhileOpening(request, response, outage));
  const onOutage = (now: Outage | undefined) => {
    const log = addressOf(placeOf(config));
    if (now && !outage) {
      logger.warn({ url: door.url, log, reason: now.reason }, 'The log can not be reached; it is tried until it can.');
    } else if (outage && !now) {
      logger.info({ log, seconds: Math.round((Date.now() - outage.since) / 1_000) }, 'The log has been reached.');
    }
    outage = now;
  };
  let engine: Engine | undefined;
  try {
    engine = await openEngine(config, {
      tell: (level, sentence) => logger[level](sentence),
      ...options,
      waiting: { signal, onOutage },
    });
    return await serve(engine, door, config, options, logger);
  } catch (error) {
    door.server.closeAllConnections();
    await door.close();
    await engine?.close();
    throw error;
  }
}

async function serve(
  engine: Engine,
  door: FrontDoor,
  config: Config,
  options: ServiceOptions,
  logger: Logger,
): Promise<Service> {
  let answer: RequestListener = () => undefined;
  const adapter = new FastifyAdapter({
    bodyLimit,
    // An address that can't be read never reaches the rest.
    frameworkErrors: (error: { statusCode?: number }, _request: unknown, reply: FastifyReply) =>
      sendProblem(reply, new Problem(error.statusCode ?? 400, 'The address can not be read.')),
    // A request to a service that is stopping gets a problem as any other error: see below.
    return503OnClosing: false,
    // The server is there already; it is opened and closed here.
    serverFactory: (listener: RequestListener) => {
      answer = listener;
      return door.server;
    },
    clientErrorHandler: () => undefined,
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
  await app.init();
  await fastify.ready();
  door.answerWith(answer);
  logger.info({ url: door.url, data: config.dataFolder }, 'Serving.');
  return { url: door.url, engine, close };

  async function close(): Promise<void> {
    isStopping = true;
    logger.info('Stopping.');
    const cutOff = setTimeout(() => door.server.closeAllConnections(), patienceMs);
    app.get(Feed).close();
    await door.close();
    clearTimeout(cutOff);
    await app.close();
    await engine.close();
    logger.info('Stopped.');
  }
}
