import { v7 } from 'uuid';
import { remove, type TestService, testService } from '../../support/service.js';

// biome-ignore lint/suspicious/noExplicitAny: a JSON document
type Json = any;

/** An example as a reader of the document would put it together from those of the fields. */
function exampleOf(schema: Json, document: Json): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.$ref) {
    const named = document.components.schemas[schema.$ref.split('/').at(-1)];
    const fields = Object.entries(named.properties ?? {}).map(([name, field]) => [name, exampleOf(field, document)]);
    return Object.fromEntries(fields);
  }
  if (schema.allOf) return exampleOf(schema.allOf[0], document);
  if (schema.type === 'array') return [exampleOf(schema.items, document)];
  return undefined;
}

describe('The OpenAPI document', () => {
  let service: TestService;
  let document: Json;
  let operations: { method: string; path: string; operation: Json }[];

  beforeAll(async () => {
    service = await testService();
    document = (await service.get('/docs-json')).body;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Json).map(([method, operation]) => ({ method, path, operation })),
    );
  });
  afterAll(async () => {
    await service.close();
    await remove(service.folder);
  });

  const recordings = [
    'POST /customers',
    'POST /customers/{id}/details',
    'POST /customers/{id}/lifecycle',
    'POST /customers/{id}/profile-notes',
    'POST /customers/{id}/merge',
    'POST /customers/{id}/take-over',
    'POST /customers/{id}/end',
    'POST /customers/{id}/reactivation',
    'POST /customers/{id}/contact-persons',
    'POST /customers/{id}/contact-persons/{personId}/role',
    'POST /customers/{id}/contact-persons/{personId}/departure',
    'POST /customers/{id}/contact-persons/{personId}/consent',
    'POST /customers/{id}/account-team',
    'POST /customers/{id}/account-team/departure',
    'POST /customers/{id}/visits',
    'POST /customers/{id}/planned-visits',
    'POST /customers/{id}/planned-visits/{visitId}/rescheduling',
    'POST /customers/{id}/planned-visits/{visitId}/not-held',
    'POST /customers/{id}/interactions',
    'POST /interactions',
    'POST /customers/{id}/promises',
    'POST /customers/{id}/promises/{promiseId}/kept',
    'POST /customers/{id}/promises/{promiseId}/broken',
    'POST /customers/{id}/orders',
    'POST /customers/{id}/orders/repeat',
    'POST /customers/{id}/orders/{orderId}/returns',
    'POST /customers/{id}/orders/{orderId}/cancellation',
    'POST /customers/{id}/orders/{orderId}/delivery',
    'POST /customers/{id}/orders/{orderId}/payment',
    'POST /customers/{id}/discount-agreements',
    'POST /customers/{id}/discount-agreements/{agreementId}/end',
    'POST /customers/{id}/payment-terms',
    'POST /customers/{id}/payment-terms/{agreementId}/end',
    'POST /customers/{id}/contracts',
    'POST /customers/{id}/contracts/{contractId}/end',
    'POST /customers/{id}/offers',
    'POST /customers/{id}/offers/{offerId}/answer',
    'POST /customers/{id}/wallet-estimates',
    'POST /customers/{id}/reference-consent',
    'POST /customers/{id}/references',
    'POST /customers/{id}/reviews',
    'POST /customers/{id}/scores',
    'POST /customers/{id}/competitor-prices',
    'POST /customers/{id}/activity-costs',
    'POST /customers/{id}/direct-costs',
    'POST /customers/{id}/evaluation-requests',
    'POST /customers/{id}/referrals',
    'POST /customers/{id}/referrals/{referralId}/conversion',
    'POST /customers/{id}/events/{eventId}/correction',
    'POST /customers/{id}/events/{eventId}/retraction',
    'PUT /customers/{id}/contact-scheme',
    'POST /reps',
    'POST /reps/{repId}/departure',
    'POST /reps/{repId}/events/{eventId}/correction',
    'POST /reps/{repId}/events/{eventId}/retraction',
    'PUT /policies/visit-frequency',
    'PUT /policies/exchange-rates',
    'PUT /policies/value',
    'PUT /policies/activity-rates',
    'POST /suppliers',
    'POST /suppliers/{supplierId}/prices',
    'POST /suppliers/{supplierId}/events/{eventId}/correction',
    'POST /suppliers/{supplierId}/events/{eventId}/retraction',
    'POST /segmentations',
    'POST /segmentations/{runId}/adjustments',
    'POST /segmentations/{runId}/finalisation',
    'POST /segmentations/{runId}/discarding',
    'POST /policies/{kind}/events/{eventId}/correction',
    'POST /policies/{kind}/events/{eventId}/retraction',
  ];
  const questions = [
    'GET /customers',
    'GET /customers/{id}',
    'GET /customers/{id}/timeline',
    'GET /customers/{id}/changes',
    'GET /customers/{id}/value',
    'GET /customers/{id}/value/history',
    'GET /customers/{id}/contact-scheme',
    'GET /value',
    'GET /value/bridge',
    'GET /customers/{id}/contribution',
    'GET /contribution',
    'GET /contribution/whale',
    'GET /contribution/loss-makers',
    'GET /pyramid/migration',
    'GET /pyramid/series',
    'GET /pyramid',
    'GET /segmentations',
    'GET /segmentations/what-if',
    'GET /segmentations/{runId}',
    'GET /segmentations/{runId}/compare/{otherId}',
    'GET /value/what-if',
    'GET /value/expected',
    'GET /customers/{id}/value/expected',
    'GET /value/model',
    'GET /value/average',
    'GET /value/coming-year',
    'GET /contracts',
    'GET /customers/{id}/service',
    'GET /service-quality',
    'GET /customers/{id}/referral-value',
    'GET /referrals/chains',
    'GET /customers/{id}/potential',
    'GET /potential',
    'GET /offers',
    'GET /offers/figures',
    'GET /customers/{id}/suggestions',
    'GET /customers/{id}/look-alikes',
    'GET /look-alikes',
    'GET /contacts/next',
    'GET /contacts/why',
    'GET /retention',
    'GET /agreements',
    'GET /customers/{id}/repeat-order',
    'GET /suppliers',
    'GET /supplier-prices',
    'GET /customers/{id}/relationship',
    'GET /relationship',
    'GET /competitor-prices',
    'GET /customers/{id}/references',
    'GET /references',
    'GET /discounts',
  ];
  const others = ['GET /events', 'GET /feed', 'GET /status', 'GET /health', 'GET /metrics'];

  it('describes every operation there is', () => {
    const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`);

    expect(described).toEqual(expect.arrayContaining([...recordings, ...questions, ...others]));
  });

  it('gives every operation a summary, an example and its errors', () => {
    for (const { method, path, operation } of operations) {
      const about = `${method} ${path}`;
      expect([about, operation.summary]).toEqual([about, expect.stringMatching(/^[A-Z].{10,}/)]);
      expect([about, Object.keys(operation.responses)]).toEqual([about, expect.arrayContaining(['400', '503'])]);
      const ok = operation.responses['200'] ?? operation.responses['201'];
      const [content] = Object.values(ok.content ?? {}) as Json[];
      expect([about, content?.example ?? exampleOf(content.schema, document)]).not.toEqual([about, undefined]);
      if (operation.requestBody) {
        const { schema } = operation.requestBody.content['application/json'];
        expect([about, exampleOf(schema, document)]).toEqual([about, expect.any(Object)]);
        const dto = document.components.schemas[schema.$ref.split('/').at(-1)];
        expect([about, dto.additionalProperties]).toEqual([about, false]);
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['409', '413', '415', '422', '507']));
      }
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'path') expect([about, parameter.example]).not.toEqual([about, undefined]);
      }
    }
  });

  it('describes requests that the service understands, and nothing beside them', async () => {
    const customer = await service.customer();
    for (const { method, path, operation } of operations.filter((one) => one.operation.requestBody)) {
      const about = `${method} ${path}`;
      const address = path
        .replace('/api/v1', '')
        .replace('{id}', customer)
        .replace('{repId}', 'anna')
        .replace('{kind}', 'value')
        .replace(/\{\w+\}/g, v7());
      const example = exampleOf(operation.requestBody.content['application/json'].schema, document) as object;

      const understood = await service.call(method.toUpperCase(), address, example);
      const more = await service.call(method.toUpperCase(), address, { ...example, unheardOf: 1 });

      expect([about, understood.status, understood.body.errors]).not.toEqual([about, 400, expect.anything()]);
      expect([about, understood.status]).not.toEqual([about, 500]);
      expect([about, more.status, more.body.errors]).toEqual([
        about,
        400,
        [{ path: 'unheardOf', message: 'is not a known field' }],
      ]);
    }
  });

  it('is shown as a page that needs nothing from elsewhere', async () => {
    const page = await service.get('/docs');
    const script = await service.get('/docs/swagger-ui-bundle.js');

    expect(page.status).toBe(200);
    expect(page.body).toContain('swagger-ui');
    expect(page.body).not.toMatch(/(src|href)="https?:/);
    expect(script.status).toBe(200);
  });
});
