import { z } from 'zod';
import type { Decimal, Told } from './command.js';
import { type Decider, type DecideTable, type EventTable, rowOf } from './decider.js';
import { decimalText } from './decimal.js';
import { event } from './event.js';
import { externalId } from './profile.js';
import { mustDiffer, mustEndLater, Refused, Unknown } from './refused.js';
import { currency, label, localDate, price, uuid } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';

/** Whom we buy from, each with a stream of its own: `supplier-<uuid>`. */
export const events = {
  SupplierRegistered: event(
    z.strictObject({
      supplierId: uuid,
      name: label,
      country: label.optional(),
      externalIds: z.array(externalId).max(50),
    }),
    { identity: 'supplierId' },
  ),
  /**
   * What an article costs us. A later price of an article takes the place of the earlier ones of this supplier from its
   * first day on, for good: after its own end there is none until the next one begins.
   */
  SupplierPriceAgreed: event(
    z.strictObject({
      supplierId: uuid,
      sku: label,
      /** Per unit, up to 6 places. */
      price,
      currency,
      validFrom: localDate,
      /** First day on which it no longer holds. */
      validTo: localDate.optional(),
    }),
    { identity: 'supplierId' },
  ),
};

/** Told to the supplier's own stream. */
export interface RegisterSupplier extends Told {
  readonly name: string;
  readonly country?: string;
  readonly externalIds?: readonly { readonly source: string; readonly key: string }[];
}

/** Told to the supplier's own stream. */
export interface AgreeSupplierPrice extends Told {
  readonly sku: string;
  readonly price: Decimal;
  /** The reporting currency when left out. */
  readonly currency?: string;
  /** That of `occurredAt` when left out. */
  readonly validFrom?: string;
  readonly validTo?: string;
}

export interface Commands {
  RegisterSupplier: RegisterSupplier;
  AgreeSupplierPrice: AgreeSupplierPrice;
}

export interface Supplier {
  readonly id: string;
  registered: boolean;
}

export function initial(id: string): Supplier {
  return { id, registered: false };
}

function mustBeThis(supplier: Supplier, supplierId: string): void {
  if (supplierId !== supplier.id) {
    throw new Refused('other-supplier', `This is told to supplier ${supplier.id}.`, 'supplierId');
  }
}

function mustBeRegistered(supplier: Supplier): void {
  if (!supplier.registered) throw new Unknown(`There is no supplier ${supplier.id}.`);
}

export const rules: Rules<typeof events, Supplier> = {
  SupplierRegistered(supplier, { data }) {
    if (supplier.registered) {
      throw new Refused('supplier-already-registered', `Supplier ${supplier.id} is registered already.`);
    }
    mustBeThis(supplier, data.supplierId);
    if (data.externalIds.length > 0) {
      mustDiffer(
        data.externalIds.map(({ source, key }) => `${source}:${key}`),
        'externalIds',
      );
    }
  },
  SupplierPriceAgreed(supplier, { data }) {
    mustBeRegistered(supplier);
    mustBeThis(supplier, data.supplierId);
    mustEndLater(data);
  },
};

export const evolve: Evolve<typeof events, Supplier> = {
  SupplierRegistered(supplier) {
    supplier.registered = true;
  },
  SupplierPriceAgreed: always,
};

export const decide: Decide<Commands, Supplier, typeof events> = {
  RegisterSupplier({ id: supplierId }, { name, country, externalIds = [] }, { occurredAt }) {
    return [
      {
        type: 'SupplierRegistered',
        occurredAt,
        data: { supplierId, name, country, externalIds: externalIds.map(({ source, key }) => ({ source, key })) },
      },
    ];
  },
  AgreeSupplierPrice({ id: supplierId }, command, { occurredAt, localDay, currency: reporting }) {
    return [
      {
        type: 'SupplierPriceAgreed',
        occurredAt,
        data: {
          supplierId,
          sku: command.sku,
          price: decimalText(command.price),
          currency: command.currency ?? reporting,
          validFrom: command.validFrom ?? localDay(occurredAt),
          validTo: command.validTo,
        },
      },
    ];
  },
};

export const supplier: Decider<Supplier> = {
  initial,
  evolve(state, event) {
    rowOf(evolve as unknown as EventTable<Supplier>, event.type, 'a supplier')(state, event);
  },
  check(state, event) {
    rowOf(rules as unknown as EventTable<Supplier>, event.type, 'a supplier')(state, event);
  },
  checkMoved: always,
  mustExist(state, command) {
    if (command !== 'RegisterSupplier') mustBeRegistered(state);
  },
  decide(state, name, command, moment) {
    return rowOf(decide as unknown as DecideTable<Supplier>, name, 'a supplier')(state, command, moment);
  },
};
