import { remove, type TestService, testService } from '../../support/service.js';

describe('Looking after the service', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await testService();
    await service.engine.readSide!.ready();
    await service.customer();
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  it('tells positions, lag and versions', async () => {
    const answer = await service.get('/status');

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      timeZone: 'Europe/Amsterdam',
      currency: 'EUR',
      log: { position: expect.stringMatching(`^${service.engine.log.id}-\\d+$`) },
      readSide: { state: 'live', generation: 1, lag: expect.any(Number), versions: { engine: expect.any(String) } },
    });
  });

  it('is live and ready', async () => {
    for (const path of ['/health', '/health/live', '/health/ready']) {
      expect([path, (await service.get(path)).status]).toEqual([path, 200]);
    }
  });

  it('gives its figures to Prometheus', async () => {
    const { headers, body } = await service.get('/metrics');

    expect(headers.get('content-type')).toContain('text/plain');
    const lines: string[] = body.trimEnd().split('\n');
    expect(lines).toContain('klantwaarde_commands_total{command="RegisterCustomer",outcome="recorded"} 1');
    expect(lines).toContain('klantwaarde_read_side_up 1');
    expect(body).toMatch(
      /^klantwaarde_http_request_duration_seconds_count\{method="POST",route="\/api\/v1\/customers",status="201"\} 1$/m,
    );
    const named = new Set(lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]));
    for (const line of lines.filter((line) => line !== '' && !line.startsWith('#'))) {
      expect(line).toMatch(/^[a-z_0-9]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?[\d.e+-]+|Nan)$/);
      const name = line.split(/[{ ]/)[0]!;
      expect(named.has(name) || named.has(name.replace(/_(bucket|sum|count)$/, ''))).toBe(true);
    }
  });

  it('keeps answers out of caches and lets no other origin read them', async () => {
    const { headers } = await service.get('/status', { origin: 'https://elsewhere.example' });

    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
