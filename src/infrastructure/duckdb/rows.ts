import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  LIST,
  VARCHAR,
} from '@duckdb/node-api';

const camelNames = new Map<string, string>();

function camelCase(name: string): string {
  let camel = camelNames.get(name);
  if (camel === undefined) {
    camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    if (camelNames.size < 10_000) camelNames.set(name, camel);
  }
  return camel;
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const POSITIVE_INFINITY = 9_223_372_036_854_775_807n;

function instantText(micros: bigint): string | null {
  if (micros === POSITIVE_INFINITY || micros === -POSITIVE_INFINITY) return null;
  return new Date(Number(micros / 1_000n)).toISOString();
}

function decimal(value: bigint, scale: number): number | string {
  const number = Number(value);
  // Both are exact, so the quotient is the number nearest to the decimal.
  if (Number.isSafeInteger(number) && scale <= 22) return number / 10 ** scale;
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const whole = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${whole}` : whole;
}

function plain(value: DuckDBValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (typeof value === 'bigint') return exact(value);
  if (value instanceof DuckDBDecimalValue) return decimal(value.value, value.scale);
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) {
    return instantText(value.micros);
  }
  if (value instanceof DuckDBTimestampMillisecondsValue) return instantText(value.millis * 1_000n);
  if (value instanceof DuckDBTimestampSecondsValue) return instantText(value.seconds * 1_000_000n);
  if (value instanceof DuckDBTimestampNanosecondsValue) return instantText(value.nanos / 1_000n);
  if (value instanceof DuckDBDateValue) return new Date(value.days * 86_400_000).toISOString().slice(0, 10);
  return String(value);
}

type Convert = (value: DuckDBValue) => unknown;

/** How values of a type are shown; JSON is known by its name only, as DuckDB keeps it as text. */
function converterFor(type: DuckDBType): Convert {
  switch (type.typeId) {
    case DuckDBTypeId.VARCHAR:
      return type.alias === 'JSON'
        ? (value) => (value === null ? null : JSON.parse(value as string))
        : (value) => value;
    case DuckDBTypeId.LIST: {
      const element = converterFor((type as { valueType: DuckDBType } & DuckDBType).valueType);
      return (value) => (value instanceof DuckDBListValue ? value.items.map(element) : null);
    }
    case DuckDBTypeId.STRUCT: {
      const { entryNames, entryTypes } = type as unknown as { entryNames: string[]; entryTypes: DuckDBType[] };
      const entries = entryNames.map((name, index) => ({
        name,
        shown: camelCase(name),
        convert: converterFor(entryTypes[index]!),
      }));
      return (value) => {
        if (!(value instanceof DuckDBStructValue)) return null;
        const shown: Record<string, unknown> = {};
        for (const entry of entries) shown[entry.shown] = entry.convert(value.entries[entry.name] as DuckDBValue);
        return shown;
      };
    }
    default:
      return plain;
  }
}

/** All rows of a result as plain objects. */
export async function toRows<T>(result: DuckDBResult): Promise<T[]> {
  const names = result.columnNames().map(camelCase);
  const converters = result.columnTypes().map(converterFor);
  const rows: Record<string, unknown>[] = [];
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    addRows(rows, chunk, names, converters);
  }
  return rows as T[];
}

function addRows(
  rows: Record<string, unknown>[],
  chunk: DuckDBDataChunk,
  names: readonly string[],
  converters: readonly Convert[],
): void {
  const first = rows.length;
  const { rowCount } = chunk;
  for (let row = 0; row < rowCount; row++) rows.push({});
  for (let column = 0; column < names.length; column++) {
    const vector = chunk.getColumnVector(column);
    const name = names[column]!;
    const convert = converters[column]!;
    for (let row = 0; row < rowCount; row++) rows[first + row]![name] = convert(vector.getItem(row));
  }
}

function listType(values: readonly unknown[]): DuckDBType {
  if (values.every((value) => typeof value === 'boolean')) return LIST(BOOLEAN);
  if (values.every((value) => typeof value === 'bigint' || Number.isInteger(value))) {
    return values.length > 0 ? LIST(BIGINT) : LIST(VARCHAR);
  }
  return values.every((value) => typeof value === 'number') ? LIST(DOUBLE) : LIST(VARCHAR);
}

function bindOne(statement: DuckDBPreparedStatement, index: number, name: string, value: unknown): void {
  if (value === null || value === undefined) statement.bindNull(index);
  else if (typeof value === 'string') statement.bindVarchar(index, value);
  else if (typeof value === 'boolean') statement.bindBoolean(index, value);
  else if (typeof value === 'bigint') statement.bindBigInt(index, value);
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) statement.bindBigInt(index, BigInt(value));
    else statement.bindDouble(index, value);
  } else if (value instanceof Date) {
    statement.bindTimestamp(index, new DuckDBTimestampValue(BigInt(value.getTime()) * 1_000n));
  } else if (Array.isArray(value)) {
    const type = listType(value);
    const items = value.map((item) => (typeof item === 'number' && Number.isInteger(item) ? BigInt(item) : item));
    statement.bindValue(index, new DuckDBListValue(items), type);
  } else {
    throw new TypeError(`Parameter ${name} can't be given to SQL.`);
  }
}

/** Binds the parameters that the statement names. @throws TypeError for one that was not given */
export function bind(statement: DuckDBPreparedStatement, params: Readonly<Record<string, unknown>>): void {
  statement.clearBindings();
  for (let index = 1; index <= statement.parameterCount; index++) {
    const name = statement.parameterName(index);
    if (!Object.hasOwn(params, name)) throw new TypeError(`Parameter ${name} was not given.`);
    bindOne(statement, index, name, params[name]);
  }
}
