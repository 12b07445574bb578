import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse } from '@nestjs/swagger';
import type { Engine } from '../engine.js';
import { type EngineStatus, engineStatus, lookAtLog, sinceWhen, whyNotReady } from '../status.js';
import { Feed } from './feed.js';
import { Metrics } from './metrics.js';
import { Problem } from './problem.js';
import { Recorder } from './recording.js';

/** Token of the engine behind this service. */
export const ENGINE = Symbol('engine');

interface Readiness {
  readonly status: 'ready';
  readonly canRecord: boolean;
  readonly reason?: string;
  readonly behind?: { readonly since: string; readonly reason: string };
}

const readiness = { type: 'object', example: { status: 'ready', canRecord: true } satisfies Readiness };

@Controller()
export class OperationsController {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly metrics: Metrics,
    private readonly feed: Feed,
    private readonly recorder: Recorder,
  ) {}

  @Get('status')
  @ApiOperation({ summary: 'Positions of log and read side, how far they are apart, and versions' })
  @ApiResponse({
    status: 200,
    schema: {
      type: 'object',
      example: {
        version: '0.1.0',
        node: 'v24.0.0',
        timeZone: 'Europe/Amsterdam',
        currency: 'EUR',
        log: {
          id: '4f9c2a7be1',
          kind: 'esdb',
          address: 'esdb://db-1:2113,db-2:2113,db-3:2113',
          position: '4f9c2a7be1-1043',
          problem: null,
        },
        readSide: {
          state: 'live',
          position: '4f9c2a7be1-1043',
          knownAt: '2026-03-02T09:41:12.345Z',
          lag: 0,
          behind: null,
          generation: 1,
          building: null,
          catchingUp: null,
          problem: null,
          versions: { engine: '1.5.6', facts: '3c9d…' },
        },
      },
    },
  })
  status(): Promise<EngineStatus> {
    return engineStatus(this.engine);
  }

  @Get('health')
  @ApiOperation({ summary: 'Whether it lives and is ready: 200, or 503 with the reason' })
  @ApiResponse({ status: 200, schema: readiness })
  health() {
    return this.ready();
  }

  @Get('health/live')
  @ApiOperation({ summary: 'Liveness: answers as long as the service runs at all' })
  @ApiResponse({ status: 200, schema: { type: 'object', example: { status: 'live' } } })
  live() {
    return { status: 'live' };
  }

  @Get('health/ready')
  @ApiOperation({
    summary: 'Readiness: questions are answered, from a read side that has been at the end of the log',
    description:
      'Stays 200 when the log is lost later on: questions are still answered, and say how old they are. `canRecord` is ' +
      'false then, and `reason` says why.',
  })
  @ApiResponse({ status: 200, schema: readiness })
  async ready(): Promise<Readiness> {
    const [{ problem }, read] = await Promise.all([lookAtLog(this.engine), this.engine.readSide?.status()]);
    const why = read && whyNotReady(read);
    if (why !== undefined) throw new Problem(503, why, { retryAfter: 5 });
    const reason = problem ?? read?.behind?.reason ?? this.recorder.trouble;
    return {
      status: 'ready',
      canRecord: reason === undefined,
      ...(reason !== undefined && { reason }),
      ...(read?.behind && { behind: sinceWhen(read.behind) }),
    };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ summary: 'Figures of the service for Prometheus' })
  @ApiProduces('text/plain')
  @ApiResponse({
    status: 200,
    content: { 'text/plain': { schema: { type: 'string' }, example: 'klantwaarde_read_side_lag_positions 0\n' } },
  })
  async figures(): Promise<string> {
    const [{ head = 0n, problem }, read] = await Promise.all([lookAtLog(this.engine), this.engine.readSide?.status()]);
    const seconds = (since: number | undefined) =>
      since === undefined ? 0 : (this.engine.clock.now() - since) / 1_000;
    return this.metrics.text([
      ['klantwaarde_log_up', 'Whether the log answers.', problem === undefined ? 1 : 0],
      ...(problem === undefined ? ([['klantwaarde_log_position', 'Last position of the log.', head]] as const) : []),
      ...(read
        ? ([
            ['klantwaarde_read_side_position', 'Last position applied.', read.checkpoint.position ?? 0n],
            ['klantwaarde_read_side_up', 'Whether questions are answered.', read.state === 'live' ? 1 : 0],
            [
              'klantwaarde_read_side_behind_seconds',
              'For how long the log has not been heard; 0 while it is.',
              seconds(read.behind?.since),
            ],
          ] as const)
        : []),
      // What is not known keeps its last figure.
      ...(read?.lag === undefined
        ? []
        : ([['klantwaarde_read_side_lag_positions', 'Positions not yet applied.', read.lag]] as const)),
      ['klantwaarde_feed_listeners', 'Listeners to the live feed.', this.feed.size],
      ...Object.entries(this.engine.processManagers?.counts() ?? {}).map(
        ([how, count]) =>
          [`klantwaarde_process_reactions_${how}`, `What process managers asked for that was ${how}.`, count] as const,
      ),
    ]);
  }
}
