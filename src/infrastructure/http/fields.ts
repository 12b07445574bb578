import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ValidateBy,
  ValidateIf,
  ValidateNested,
  type ValidationArguments,
  type ValidationError,
} from 'class-validator';
import { isTimeZone } from '../config.js';

/**
 * The fields of a request. Each decorator checks the value, brings it into the one form that the rest of the system
 * knows (UTC instants, lower-case UUIDs, decimal texts) and describes it in OpenAPI, so that the three cannot differ.
 *
 * Only an absent field is optional: `null` is a wrong type, not an absence.
 */
export interface FieldOptions {
  readonly optional?: boolean;
  readonly description?: string;
  readonly example?: unknown;
}

/** What is wrong with a value, or undefined when nothing is. A message that begins with `[2] ` is about that item. */
type Check = (value: unknown) => string | undefined;
type Tidy = (value: unknown) => unknown;

function field(check: Check, api: ApiPropertyOptions, options: FieldOptions, tidy?: Tidy): PropertyDecorator {
  const described = {
    ...api,
    ...(options.description !== undefined && { description: options.description }),
    ...(options.example !== undefined && { example: options.example }),
    required: !options.optional,
  } as ApiPropertyOptions;
  const decorators: PropertyDecorator[] = [
    ValidateBy({
      name: 'field',
      validator: {
        validate: (value: unknown) => check(value) === undefined,
        defaultMessage: (about?: ValidationArguments) => check(about?.value) ?? 'is not valid',
      },
    }),
    ApiProperty(described),
  ];
  if (options.optional) decorators.push(ValidateIf((_, value) => value !== undefined));
  if (tidy) decorators.push(Transform(({ value }) => tidy(value)));
  return applyDecorators(...decorators) as PropertyDecorator;
}

function list(check: Check, max: number, min: number): Check {
  return (value) => {
    if (!Array.isArray(value)) return 'must be a list';
    if (value.length < min) return `must hold at least ${min} item${min === 1 ? '' : 's'}`;
    if (value.length > max) return `must hold at most ${max} items`;
    for (let index = 0; index < value.length; index++) {
      const wrong = check(value[index]);
      if (wrong) return `[${index}] ${wrong}`;
    }
    return undefined;
  };
}

const eachOf =
  (tidy: Tidy): Tidy =>
  (value) =>
    Array.isArray(value) ? value.map(tidy) : value;

function textCheck(max: number): Check {
  return (value) => {
    if (typeof value !== 'string') return 'must be a text';
    if (value.trim() === '') return 'must not be blank';
    if (value.length > max) return `must be at most ${max} characters long`;
    if (value.includes('\u0000') || !value.isWellFormed()) return 'must hold no NUL and no broken characters';
    return undefined;
  };
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const repIdPattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;
const currencyPattern = /^[A-Z]{3}$/;

export const checkUuid: Check = (value) =>
  typeof value === 'string' && uuidPattern.test(value) ? undefined : 'must be a UUID';
export const checkRepId: Check = (value) =>
  typeof value === 'string' && repIdPattern.test(value)
    ? undefined
    : 'must be the id of one of us: 1 to 64 letters, digits, dots, dashes, underscores or @';
const checkCurrency: Check = (value) =>
  typeof value === 'string' && currencyPattern.test(value) ? undefined : 'must be a currency code such as EUR';
const lower: Tidy = (value) => (typeof value === 'string' ? value.toLowerCase() : value);

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The milliseconds of midnight UTC of a calendar day, or undefined when there is no such day. */
function dayMilliseconds(text: string): number | undefined {
  const match = dayPattern.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && year >= 1 ? date.getTime() : undefined;
}

export const checkDay: Check = (value) => {
  if (typeof value !== 'string' || !dayPattern.test(value)) return 'must be a day such as 2026-03-01';
  return dayMilliseconds(value) === undefined ? 'is a day that does not exist' : undefined;
};

const instantPattern = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** The same moment as UTC with milliseconds, or undefined when the text names no moment. Finer parts are cut off. */
export function normaliseInstant(text: string): string | undefined {
  const match = instantPattern.exec(text);
  if (!match) return undefined;
  const midnight = dayMilliseconds(match[1] as string);
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4] ?? 0)];
  const [offsetHours, offsetMinutes] = [Number(match[7] ?? 0), Number(match[8] ?? 0)];
  if (midnight === undefined || hour > 23 || minute > 59 || second > 59 || offsetHours > 14 || offsetMinutes > 59) {
    return undefined;
  }
  const milliseconds = Number((match[5] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = (match[6] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes);
  const iso = new Date(midnight + ((hour * 60 + minute - offset) * 60 + second) * 1_000 + milliseconds).toISOString();
  return /^\d{4}-/.test(iso) ? iso : undefined;
}

export const checkInstant: Check = (value) => {
  if (typeof value !== 'string' || !instantPattern.test(value)) {
    return 'must be an instant such as 2026-03-01T09:30:00Z or 2026-03-01T10:30:00+01:00';
  }
  return normaliseInstant(value) === undefined ? 'is an instant that does not exist' : undefined;
};
const tidyInstant: Tidy = (value) => (typeof value === 'string' ? (normaliseInstant(value) ?? value) : value);

/** A single line. */
export function Text(options: FieldOptions & { max?: number } = {}) {
  const max = options.max ?? 200;
  return field(textCheck(max), { type: String, minLength: 1, maxLength: max, example: 'A text' }, options);
}

/** Free text of several lines. */
export function LongText(options: FieldOptions = {}) {
  return Text({ max: 10_000, ...options });
}

export function Texts(options: FieldOptions & { max: number; itemMax?: number; min?: number }) {
  const itemMax = options.itemMax ?? 200;
  return field(
    list(textCheck(itemMax), options.max, options.min ?? 0),
    {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: itemMax },
      maxItems: options.max,
      ...(options.min && { minItems: options.min }),
      example: ['A text'],
    },
    options,
  );
}

const exampleId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';

/** UUID; one that the caller made itself makes a retry harmless. */
export function Id(options: FieldOptions = {}) {
  return field(checkUuid, { type: String, format: 'uuid', example: exampleId }, options, lower);
}

export function Ids(options: FieldOptions & { max: number; min?: number }) {
  return field(
    list(checkUuid, options.max, options.min ?? 0),
    {
      type: 'array',
      items: { type: 'string', format: 'uuid' },
      maxItems: options.max,
      ...(options.min && { minItems: options.min }),
      example: [exampleId],
    },
    options,
    eachOf(lower),
  );
}

/** Short id that the company gave one of its own people. */
export function RepId(options: FieldOptions = {}) {
  return field(checkRepId, { type: String, pattern: repIdPattern.source, example: 'anna' }, options);
}

export function RepIds(options: FieldOptions & { max: number }) {
  return field(
    list(checkRepId, options.max, 0),
    {
      type: 'array',
      items: { type: 'string', pattern: repIdPattern.source },
      maxItems: options.max,
      example: ['anna'],
    },
    options,
  );
}

/** Moment with an offset; kept as UTC with milliseconds. */
export function Instant(options: FieldOptions = {}) {
  return field(
    checkInstant,
    { type: String, format: 'date-time', example: '2026-03-02T09:30:00.000Z' },
    options,
    tidyInstant,
  );
}

/** Calendar day in the log's time zone. */
export function Day(options: FieldOptions = {}) {
  return field(checkDay, { type: String, format: 'date', example: '2026-03-02' }, options);
}

/** Amount in minor units (cents) of the currency that stands beside it. */
export function Amount(options: FieldOptions & { min?: number } = {}) {
  return Whole({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, example: 12_500, ...options });
}

export function Whole(options: FieldOptions & { min: number; max: number }) {
  const { min, max } = options;
  const bounds = {
    ...(min > Number.MIN_SAFE_INTEGER && { minimum: min }),
    ...(max < Number.MAX_SAFE_INTEGER && { maximum: max }),
  };
  return field(
    (value) => {
      if (typeof value !== 'number' || !Number.isInteger(value)) return 'must be a whole number';
      if (!Number.isSafeInteger(value)) return 'is too large to be exact';
      if (value < min) return `must be at least ${min}`;
      if (value > max) return `must be at most ${max}`;
      return undefined;
    },
    { type: 'integer', format: 'int64', ...bounds, example: Math.max(min, 1) },
    options,
  );
}

export function Numeric(options: FieldOptions & { min: number; max: number }) {
  const { min, max } = options;
  return field(
    (value) =>
      typeof value === 'number' && value >= min && value <= max ? undefined : `must be a number from ${min} to ${max}`,
    { type: 'number', minimum: min, maximum: max, example: 10 },
    options,
  );
}

const decimals = {
  quantity: {
    pattern: /^(?!0+(\.0+)?$)\d{1,12}(\.\d{1,3})?$/,
    means: 'a quantity above 0 with at most 3 decimals',
    example: '25',
  },
  quantityOrNone: {
    pattern: /^\d{1,12}(\.\d{1,3})?$/,
    means: 'a quantity of 0 or more with at most 3 decimals',
    example: '25',
  },
  unitPrice: {
    pattern: /^-?\d{1,12}(\.\d{1,6})?$/,
    means: 'a unit price with at most 6 decimals',
    example: '4.95',
  },
  price: {
    pattern: /^\d{1,12}(\.\d{1,6})?$/,
    means: 'a price of 0 or more with at most 6 decimals',
    example: '4.95',
  },
  mark: {
    pattern: /^([1-9](\.\d)?|10(\.0)?)$/,
    means: 'a mark from 1 to 10 with at most one decimal',
    example: '8.5',
  },
  threshold: {
    pattern: /^(\d(\.\d{1,6})?|10(\.0{1,6})?)$/,
    means: 'a share from 0 to 1 or a score from 0 to 10 with at most 6 decimals',
    example: '0.2',
  },
  fraction: {
    pattern: /^(0(\.\d{1,6})?|1(\.0{1,6})?)$/,
    means: 'a fraction from 0 to 1 with at most 6 decimals',
    example: '0.1',
  },
  rate: {
    pattern: /^(?!0+(\.0+)?$)\d{1,12}(\.\d{1,10})?$/,
    means: 'a rate above 0 with at most 10 decimals',
    example: '0.8571',
  },
} as const;

/** Exact decimal: a text, or a number that loses nothing when it is written as one. */
export function Decimal(kind: keyof typeof decimals, options: FieldOptions = {}) {
  const { pattern, means, example } = decimals[kind];
  return field(
    (value) => (typeof value === 'string' && pattern.test(value) ? undefined : `must be ${means}, best as a text`),
    {
      oneOf: [{ type: 'string', pattern: pattern.source }, { type: 'number' }],
      example,
    } as ApiPropertyOptions,
    options,
    decimalText,
  );
}

/** Beyond 15 significant digits a JSON number may not be the one that was written. */
function decimalText(value: unknown): unknown {
  if (typeof value !== 'number') return value;
  const text = String(value);
  return text.replace(/[-.]/g, '').replace(/^0+/, '').length <= 15 ? text : value;
}

export function Currency(options: FieldOptions = {}) {
  return field(checkCurrency, { type: String, pattern: currencyPattern.source, example: 'EUR' }, options);
}

export function TimeZone(options: FieldOptions = {}) {
  return field(
    (value) =>
      typeof value === 'string' && isTimeZone(value) ? undefined : 'must be an IANA time zone such as Europe/Amsterdam',
    { type: String, example: 'Europe/Amsterdam' },
    options,
  );
}

export function Flag(options: FieldOptions = {}) {
  return field(
    (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
    { type: Boolean, example: true },
    options,
  );
}

function oneOf(values: readonly string[]): Check {
  const allowed = new Set<unknown>(values);
  return (value) => (allowed.has(value) ? undefined : `must be one of ${values.join(', ')}`);
}

export function OneOf(values: readonly string[], options: FieldOptions = {}) {
  return field(oneOf(values), { type: String, enum: [...values], example: values[0] } as ApiPropertyOptions, options);
}

// biome-ignore lint/suspicious/noExplicitAny: a constructor of whatever arguments
type Dto = new (...args: any[]) => object;

const checkObject: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'must be an object';

/** OpenAPI knows a type that is resolved later by the name of its function. */
function later(dto: () => Dto) {
  const type = () => dto();
  return { type };
}

/** An object with fields of its own. */
export function Nested(dto: () => Dto, options: FieldOptions = {}) {
  return applyDecorators(field(checkObject, later(dto), options), ValidateNested(), Type(dto));
}

/** A list of objects. */
export function Each(dto: () => Dto, options: FieldOptions & { max: number; min?: number }) {
  return applyDecorators(
    field(
      list(checkObject, options.max, options.min ?? 0),
      { ...later(dto), isArray: true, maxItems: options.max, ...(options.min && { minItems: options.min }) },
      options,
    ),
    ValidateNested({ each: true }),
    Type(dto),
  );
}

/** An object whose fields depend on something else and are checked later. */
export function FreeObject(options: FieldOptions = {}) {
  return field(checkObject, { type: 'object', additionalProperties: true }, options);
}

// --- Parameters of a query: everything arrives as text. ---

export function QueryWhole(options: FieldOptions & { min: number; max: number }) {
  return applyDecorators(
    Whole(options),
    Transform(({ value }) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value)),
  );
}

export function QueryText(options: FieldOptions & { max?: number } = {}) {
  const { max = 200 } = options;
  return field(textCheck(max), { type: String, maxLength: max }, options);
}

export function QueryFlag(options: FieldOptions = {}) {
  return applyDecorators(
    Flag(options),
    Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value)),
  );
}

/** Values parted by commas. */
export function QueryList(kind: 'text' | 'rep' | readonly string[], options: FieldOptions & { max?: number } = {}) {
  const check = kind === 'text' ? textCheck(200) : kind === 'rep' ? checkRepId : oneOf(kind);
  const items = typeof kind === 'string' ? { type: 'string' } : { type: 'string', enum: [...kind] };
  return field(
    list(check, options.max ?? 100, 1),
    { type: 'array', items, style: 'form', explode: false } as ApiPropertyOptions,
    options,
    (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
  );
}

/** Instant, or a day that means up to the next local midnight; with `position` also a position of the log. */
export function Moment(options: FieldOptions & { position?: boolean }) {
  const positions = options.position === true;
  return field(
    (value) => {
      if (typeof value !== 'string') return 'must be given once';
      if (dayPattern.test(value)) return checkDay(value);
      if (positions && positionPattern.test(value)) return undefined;
      const wrong = checkInstant(value);
      if (!wrong || instantPattern.test(value)) return wrong;
      return `must be a day, an instant${positions ? ' or a position' : ''}`;
    },
    { type: String },
    options,
    tidyInstant,
  );
}

const positionPattern = /^[a-z0-9]+-\d{1,20}$/;

/** A position that the system gave with an earlier answer. */
export function Position(options: FieldOptions = {}) {
  return field(
    (value) =>
      typeof value === 'string' && positionPattern.test(value)
        ? undefined
        : 'must be a position as an earlier answer gave it',
    { type: String, pattern: positionPattern.source },
    options,
  );
}

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Turns what class-validator found into `lines[2].net: must be a whole number`. */
export function fieldErrors(errors: readonly ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap((error) => {
    const isIndex = /^\d+$/.test(error.property) && parent !== '';
    const path = isIndex ? `${parent}[${error.property}]` : parent ? `${parent}.${error.property}` : error.property;
    const own = Object.entries(error.constraints ?? {})
      // Told better by the check of the field itself.
      .filter(([name]) => name !== 'nestedValidation' || !error.constraints?.field)
      .map(([name, message]): FieldError => {
        if (name === 'whitelistValidation') return { path, message: 'is not a known field' };
        const item = /^(\[\d+\]) (.*)$/s.exec(message);
        return item ? { path: path + item[1], message: item[2] as string } : { path, message };
      });
    return [...own, ...fieldErrors(error.children ?? [], path)];
  });
}
