import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse } from '@nestjs/swagger';
import type { Engine } from '../engine.js';
import { type EngineStatus, engineStatus } from '../status.js';
import { Feed } from './feed.js';
import { Metrics } from './metrics.js';
import { Problem } from './problem.js';

/** Token of the engine behind this service. */
export const ENGINE = Symbol('engine');

@Controller()
export class OperationsController {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly metrics: Metrics,
    private readonly feed: Feed,
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
        log: { id: '4f9c2a7be1', kind: 'sqlite', position: '4f9c2a7be1-1043' },
        readSide: {
          state: 'live',
          position: '4f9c2a7be1-1043',
          knownAt: '2026-03-02T09:41:12.345Z',
          lag: 0,
          generation: 1,
          building: null,
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
  @ApiResponse({ status: 200, schema: { type: 'object', example: { status: 'ready' } } })
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
  @ApiOperation({ summary: 'Readiness: the log can be read and questions are answered' })
  @ApiResponse({ status: 200, schema: { type: 'object', example: { status: 'ready' } } })
  async ready() {
    await this.engine.log.head();
    const read = await this.engine.readSide?.status();
    if (read && read.state !== 'live') {
      throw new Problem(503, read.problem ?? `The read side is ${read.state} (${read.building?.percent ?? 0}%).`, {
        retryAfter: 5,
      });
    }
    return { status: 'ready' };
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
    const [{ position: head = 0n }, read] = await Promise.all([this.engine.log.head(), this.engine.readSide?.status()]);
    return this.metrics.text([
      ['klantwaarde_log_position', 'Last position of the log.', head],
      ...(read
        ? ([
            ['klantwaarde_read_side_position', 'Last position applied.', read.checkpoint.position ?? 0n],
            ['klantwaarde_read_side_lag_positions', 'Positions not yet applied.', read.lag],
            ['klantwaarde_read_side_up', 'Whether questions are answered.', read.state === 'live' ? 1 : 0],
          ] as const)
        : []),
      ['klantwaarde_feed_listeners', 'Listeners to the live feed.', this.feed.size],
    ]);
  }
}
