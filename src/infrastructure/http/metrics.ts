import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the service measures of itself, in the text format of Prometheus. */
export class Metrics {
  private readonly registry = new Registry();
  readonly requests = new Histogram({
    name: 'klantwaarde_http_request_duration_seconds',
    help: 'Time to answer, by route.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  readonly commands = new Counter({
    name: 'klantwaarde_commands_total',
    help: 'Commands by name and by how they ended.',
    labelNames: ['command', 'outcome'] as const,
    registers: [this.registry],
  });
  private readonly gauges = new Map<string, Gauge>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** @param gauges further figures of the moment: name, meaning, value */
  async text(gauges: readonly (readonly [name: string, help: string, value: number | bigint])[]): Promise<string> {
    for (const [name, help, value] of gauges) {
      const gauge = this.gauges.get(name) ?? new Gauge({ name, help, registers: [this.registry] });
      this.gauges.set(name, gauge);
      gauge.set(Number(value));
    }
    return this.registry.metrics();
  }
}
