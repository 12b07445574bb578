import { z } from 'zod';
import { Invalid } from './refused.js';

/** Personal data as the log holds it: sealed under the key of `sealedFor`, unreadable once that key is destroyed. */
export const sealedText = z.strictObject({ sealedFor: z.string().min(1), text: z.string().min(1) });
export type SealedText = z.infer<typeof sealedText>;

/** Plain while a command is decided, sealed in the log. No rule may look inside. */
export type Sealable = string | SealedText;

const sealedSchemas = new WeakSet<z.ZodType>();

/** Marks a text as personal data: it is sealed before it reaches the log. */
export function sealable(plain: z.ZodString) {
  const schema = z.union([plain, sealedText]);
  sealedSchemas.add(schema);
  return schema;
}

/** Where in an event the sealable texts are: `['notes']`, `['needs', '[]', 'need']`. */
export type SealedPath = readonly string[];

function findSealed(schema: z.ZodType, path: readonly string[], found: SealedPath[]): void {
  if (sealedSchemas.has(schema)) {
    found.push(path);
  } else if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    findSealed(schema.unwrap() as z.ZodType, path, found);
  } else if (schema instanceof z.ZodArray) {
    findSealed(schema.element as z.ZodType, [...path, '[]'], found);
  } else if (schema instanceof z.ZodObject) {
    for (const [name, field] of Object.entries(schema.shape)) findSealed(field as z.ZodType, [...path, name], found);
  } else if (schema instanceof z.ZodUnion) {
    for (const option of schema.options) findSealed(option as z.ZodType, path, found);
  }
}

/** Turns the data of one schema version into that of the next. */
export type Upcaster = (old: Record<string, unknown>) => Record<string, unknown>;

export type Subject = (data: Readonly<Record<string, unknown>>) => string;

export interface EventDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** Schema version that is written now. */
  readonly version: number;
  readonly schema: Schema;
  /** By the version they start from. */
  readonly upcasters: Readonly<Record<number, Upcaster>>;
  /** Whose key seals the event's texts; the stream's own subject when left out. */
  readonly subject: Subject | undefined;
  /** The field that says which thing the event is about; a correction can't turn it into another thing. */
  readonly identity: string | undefined;
  readonly sealedPaths: readonly SealedPath[];
}

export type EventDefinitions = Readonly<Record<string, EventDefinition>>;

interface EventOptions<Schema extends z.ZodObject> {
  readonly version?: number;
  readonly upcasters?: Readonly<Record<number, Upcaster>>;
  readonly subject?: Subject;
  readonly identity?: keyof z.infer<Schema> & string;
}

export function event<Schema extends z.ZodObject>(
  schema: Schema,
  options: EventOptions<Schema> = {},
): EventDefinition<Schema> {
  const sealedPaths: SealedPath[] = [];
  findSealed(schema, [], sealedPaths);
  return {
    version: options.version ?? 1,
    schema,
    upcasters: options.upcasters ?? {},
    subject: options.subject,
    identity: options.identity,
    sealedPaths,
  };
}

/** An event as rules see it: what happened, and when it happened in the world. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  /** UTC instant in ISO 8601 with milliseconds. */
  readonly occurredAt: string;
  readonly data: Data;
}

export type EventOf<Definitions extends EventDefinitions, Type extends keyof Definitions & string> = DomainEvent<
  Type,
  z.infer<Definitions[Type]['schema']>
>;

export type EventsOf<Definitions extends EventDefinitions> = {
  [Type in keyof Definitions & string]: EventOf<Definitions, Type>;
}[keyof Definitions & string];

/** Brings the data of an older schema version up to the one that is written now. */
export function upcast(definition: EventDefinition, version: number, data: unknown): unknown {
  let current = data as Record<string, unknown>;
  for (let from = version; from < definition.version; from++) {
    const step = definition.upcasters[from];
    if (!step) throw new Error(`There is no upcaster from version ${from}.`);
    current = step(current);
  }
  return current;
}

/** A text that may be sealed fails as a union of two; what is wrong with the plain one is what the user can mend. */
function messageOf(issue: z.core.$ZodIssue): string {
  return (issue.code === 'invalid_union' ? issue.errors[0]?.[0]?.message : undefined) ?? issue.message;
}

/** Checks what is about to be recorded. @throws Invalid, with the paths under `prefix` */
export function validate(
  type: string,
  definition: EventDefinition | undefined,
  data: unknown,
  prefix = '',
): EventDefinition {
  if (!definition) throw new Error(`There is no event ${type}.`);
  const result = definition.schema.safeParse(data);
  if (result.success) return definition;
  throw new Invalid(
    result.error.issues.flatMap((issue) => {
      const path = [prefix, ...issue.path].filter((step) => step !== '').join('.');
      return issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'is not known' }))
        : [{ path, message: messageOf(issue) }];
    }),
  );
}
