import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { policyKinds } from '../../domain/streams.js';
import { programVersion } from '../status.js';
import { ProblemDto } from './problem-dto.js';

const description = `
Everything that happens with a customer is recorded once, as an event; every question can be asked as of any date
(\`asOf\`), as known on any date (\`knownAt\`).

Times are UTC instants; days are those of the company's time zone. Amounts are whole numbers in minor units (cents);
quantities, rates and unit prices are decimal texts. Whatever the service does not know, in a body or in a query, is an
error: nothing is silently dropped. Errors are \`application/problem+json\`.`;

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = { name: string; in: string; schema?: object; description?: string; example?: unknown };

const uuid = { type: 'string', format: 'uuid' };
const exampleId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';

/** What a part of an address is, by its name. */
const pathParameters: Readonly<Record<string, { description: string; schema: object; example: unknown }>> = {
  id: { description: 'Customer', schema: uuid, example: exampleId },
  personId: { description: 'Contact person', schema: uuid, example: exampleId },
  visitId: { description: 'Planned visit', schema: uuid, example: exampleId },
  orderId: { description: 'Order', schema: uuid, example: exampleId },
  agreementId: { description: 'Agreement', schema: uuid, example: exampleId },
  contractId: { description: 'Contract', schema: uuid, example: exampleId },
  offerId: { description: 'Offer', schema: uuid, example: exampleId },
  referralId: { description: 'Referral', schema: uuid, example: exampleId },
  promiseId: { description: 'Promise', schema: uuid, example: exampleId },
  eventId: { description: 'Latest version of the event', schema: uuid, example: exampleId },
  supplierId: { description: 'Supplier', schema: uuid, example: exampleId },
  runId: { description: 'Segmentation', schema: uuid, example: exampleId },
  otherId: { description: 'Segmentation to compare it with', schema: uuid, example: exampleId },
  repId: { description: 'One of our people', schema: { type: 'string' }, example: 'anna' },
  kind: {
    description: 'Policy',
    schema: { type: 'string', enum: policyKinds },
    example: 'value',
  },
};

const asking = { 400: 'The request is not valid', 503: 'Not possible now; `Retry-After` says when to try again' };
const aboutOne = { 404: 'There is nothing of that id, or no such thing of it' };
const recording = {
  ...asking,
  ...aboutOne,
  409: 'The same id was recorded before with other content',
  413: 'Larger than 1 MiB',
  415: 'Not application/json',
  422: 'Against a rule, which `rule` names',
  507: 'No room left to record anything',
};

function errorsOf(path: string, operation: Operation): Readonly<Record<string, string>> {
  if (operation.requestBody) return recording;
  return path.includes('{') ? { ...asking, ...aboutOne } : asking;
}

/** Says of a request's objects that they hold nothing beside their fields. */
function close(schema: unknown, schemas: Record<string, object>): void {
  for (const [, name] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    const named = schemas[name as string] as { additionalProperties?: boolean };
    if (named.additionalProperties === false) continue;
    named.additionalProperties = false;
    close(named, schemas);
  }
}

/** Adds to every operation what is the same for all of them. */
function complete(document: OpenAPIObject): OpenAPIObject {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const operation of Object.values(methods) as Operation[]) {
      if (operation.requestBody) {
        close(operation.requestBody, (document.components?.schemas ?? {}) as Record<string, object>);
      }
      for (const parameter of (operation.parameters ?? []) as Parameter[]) {
        if (parameter.in === 'path') Object.assign(parameter, pathParameters[parameter.name]);
      }
      for (const [status, meaning] of Object.entries(errorsOf(path, operation))) {
        operation.responses[status] ??= {
          description: meaning,
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } },
        };
      }
    }
  }
  return document;
}

/** The description of the outside, at /docs for people and at /docs-json for programs. Made when first asked for. */
export function openApi(app: NestFastifyApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Klantwaarde')
    .setVersion(programVersion)
    .setDescription(description)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .build();
  const document = () =>
    complete(
      SwaggerModule.createDocument(app, config, {
        extraModels: [ProblemDto],
        operationIdFactory: (controller, method) => `${controller.replace('Controller', '')}.${method}`,
        autoTagControllers: true,
      }),
    );
  SwaggerModule.setup('docs', app, document, { customSiteTitle: 'Klantwaarde' });
}
