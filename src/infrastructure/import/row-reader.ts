import { type ColumnNames, type Columns, findColumns } from './columns.js';

/** The fields of a record by our names for them. */
export class RowReader<Name extends string> {
  private columns: Columns<Name>;
  private fields: readonly string[] = [];

  constructor(private readonly names: ColumnNames<Name>) {}

  header(header: readonly string[], mapping: ReadonlyMap<string, string>): Columns<Name> {
    this.columns = findColumns(header, mapping, this.names);
    return this.columns;
  }

  /** False when the record has another number of columns than the header. */
  open(fields: readonly string[]): boolean {
    this.fields = fields;
    return fields.length === this.columns.count;
  }

  /** Empty when the file has no such column. */
  text(name: Name): string {
    const at = this.columns.at[name];
    return at === undefined ? '' : (this.fields[at] as string).trim();
  }

  /** A field that holds several values, separated by semicolons. */
  texts(name: Name): string[] {
    return this.text(name)
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }
}
