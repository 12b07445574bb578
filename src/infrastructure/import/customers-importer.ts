import type { CommandEnvelope } from '../../application/record.js';
import { customerIdFor, requestIdFor } from '../../domain/ids.js';
import { lifecycle as lifecycles } from '../../domain/profile.js';
import { layer as layers } from '../../domain/shapes.js';
import { customerStream } from '../../domain/streams.js';
import type { LocalTimes } from './local-times.js';
import type { Importer, ImportPlan, PlannedCommand, PlannedStream } from './plan.js';
import { RowReader } from './row-reader.js';
import { asLabel, LABEL_LENGTH } from './texts.js';

export interface CustomerImportOptions {
  readonly source: string;
  readonly mapping: ReadonlyMap<string, string>;
  readonly times: LocalTimes;
}

const columnNames = {
  required: ['customer_id', 'name'],
  optional: [
    'lifecycle',
    'postcode',
    'country',
    'region',
    'industry',
    'contact_name',
    'contact_role',
    'contact_email',
    'contact_phone',
    'layer',
    'customer_since',
  ],
} as const;
type ColumnName = (typeof columnNames.required)[number] | (typeof columnNames.optional)[number];

interface ImportedCustomer {
  readonly key: string;
  readonly details: { name: string; postcode?: string; country?: string; region?: string; industry?: string };
  readonly lifecycle: 'suspect' | 'prospect' | 'customer';
  readonly since: number | undefined;
  readonly lines: number[];
  readonly contacts: Map<string, PlannedCommand>;
}

/**
 * Customers of another system, a row each; further rows of the same customer add further contact persons. One that is
 * there already, perhaps since its orders were imported, gets the details that the file has.
 */
export class CustomersImporter implements Importer {
  private readonly row = new RowReader<ColumnName>(columnNames);
  private readonly customers = new Map<string, ImportedCustomer>();

  constructor(private readonly options: CustomerImportOptions) {}

  header(names: readonly string[]): { readonly ignored: readonly string[] } {
    return this.row.header(names, this.options.mapping);
  }

  add(fields: readonly string[], line: number): string | undefined {
    const { row } = this;
    if (!row.open(fields)) return 'wrong-number-of-columns';
    const key = row.text('customer_id');
    if (key === '') return 'customer-missing';
    const name = row.text('name');
    if (name === '') return 'name-missing';
    if (key.length > LABEL_LENGTH) return 'text-too-long';
    const lifecycle = lifecycles.safeParse(row.text('lifecycle').toLowerCase() || 'customer');
    if (!lifecycle.success) return 'lifecycle-unknown';
    const layer = layers.safeParse(row.text('layer').toLowerCase() || 'operational');
    if (!layer.success) return 'layer-unknown';
    const sinceText = row.text('customer_since');
    const since = sinceText === '' ? undefined : this.options.times.parse(sinceText);
    if (sinceText !== '' && since === undefined) return 'time-not-understood';

    let customer = this.customers.get(key);
    if (!customer) {
      const details = { name: asLabel(name), ...this.given(['postcode', 'country', 'region', 'industry']) };
      customer = { key, details, lifecycle: lifecycle.data, since, lines: [], contacts: new Map() };
      this.customers.set(key, customer);
    }
    customer.lines.push(line);
    const contactName = row.text('contact_name');
    if (contactName !== '' && !customer.contacts.has(contactName)) {
      customer.contacts.set(contactName, {
        command: {
          name: 'AddContactPerson',
          id: requestIdFor('import', this.options.source, 'contact', key, contactName),
          payload: {
            name: asLabel(contactName),
            ...this.given(['contact_role', 'contact_email', 'contact_phone'], 'contact_'),
            layer: layer.data,
          },
        },
        lines: [line],
        label: `the contact person on line ${line}`,
      });
    }
    return undefined;
  }

  plan(): ImportPlan {
    const streams = [...this.customers.values()].map((customer) => this.streamOf(customer));
    return {
      first: [],
      streams,
      refused: new Map(),
      counts: { customers: streams.length, orders: 0, returns: 0, visits: 0 },
      net: {},
    };
  }

  private streamOf(customer: ImportedCustomer): PlannedStream {
    const { source } = this.options;
    const { key, details, lifecycle, since } = customer;
    const id = customerIdFor(source, key);
    const register: CommandEnvelope = {
      name: 'RegisterCustomer',
      id,
      payload: {
        ...details,
        lifecycle,
        externalIds: [{ source, key }],
        ...(since !== undefined && { occurredAt: new Date(since).toISOString() }),
      },
    };
    const change: CommandEnvelope = {
      name: 'ChangeCustomerDetails',
      id: requestIdFor('import', source, 'details', key, JSON.stringify(details)),
      payload: details,
    };
    return {
      stream: customerStream(id),
      customerKey: key,
      commands: [
        { command: register, lines: customer.lines, label: `customer ${key}`, implied: true, otherwise: change },
        ...customer.contacts.values(),
      ],
    };
  }

  private given(names: readonly ColumnName[], prefix = ''): Record<string, string> {
    const filled = names.filter((name) => this.row.text(name) !== '');
    return Object.fromEntries(filled.map((name) => [name.slice(prefix.length), asLabel(this.row.text(name))]));
  }
}
