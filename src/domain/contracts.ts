import { z } from 'zod';
import { type Agreements, mustFit, type State } from './agreements.js';
import type { Told } from './command.js';
import { event } from './event.js';
import { Refused } from './refused.js';
import { currency, label, localDate, minorUnits, repId, uuid } from './shapes.js';
import type { Decide, Evolve, Rules } from './topic.js';

/** What a contract's value is paid for; `term`: once, for all of its term. */
export const valuePer = z.enum(['month', 'quarter', 'year', 'term']);
export type ValuePer = z.infer<typeof valuePer>;

export const events = {
  /** An agreement like any other: AgreementEnded names it to end it early. Several may run side by side. */
  ContractSigned: event(
    z.strictObject({
      contractId: uuid,
      service: label,
      validFrom: localDate,
      /** First day on which it no longer holds; open-ended when left out. */
      validTo: localDate.optional(),
      /** Minor units, for each month, quarter, year or for the whole term. */
      value: minorUnits.min(0),
      currency,
      per: valuePer,
      noticeDays: z.int().min(0).max(3_650).optional(),
      /** Contact person of the customer. */
      signedWith: uuid.optional(),
      signedBy: repId.optional(),
    }),
    { identity: 'contractId' },
  ),
};

export interface SignContract extends Told {
  readonly service: string;
  readonly validFrom: string;
  /** First day on which it no longer holds. */
  readonly validTo?: string;
  /** Minor units. */
  readonly value: number;
  /** The reporting currency when left out. */
  readonly currency?: string;
  readonly per: ValuePer;
  readonly noticeDays?: number;
  readonly signedWith?: string;
  readonly signedBy?: string;
}

export interface Commands {
  SignContract: SignContract;
}

/** Of no two the same: two contracts for one service may be about different things. */
function of(contractId: string): string {
  return `contract ${contractId}`;
}

export const rules: Rules<typeof events, State> = {
  ContractSigned(state, { data, occurredAt }) {
    const { contractId, validFrom, validTo, signedWith, per } = data;
    if (per === 'term' && validTo === undefined) {
      throw new Refused('term-needed', 'A value for the whole term needs the day on which that ends.', 'validTo');
    }
    const term = { agreementId: contractId, validFrom, validTo, agreedWith: signedWith };
    mustFit(state, of(contractId), term, occurredAt, 'signedWith');
  },
};

export const evolve: Evolve<typeof events, Agreements> = {
  ContractSigned(agreements, { data: { contractId, validFrom, validTo } }) {
    agreements.set(contractId, { of: of(contractId), from: validFrom, to: validTo, ended: false });
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  SignContract(_, command, { id, occurredAt, currency: reporting }) {
    return [
      {
        type: 'ContractSigned',
        occurredAt,
        data: {
          contractId: id,
          service: command.service,
          validFrom: command.validFrom,
          validTo: command.validTo,
          value: command.value,
          currency: command.currency ?? reporting,
          per: command.per,
          noticeDays: command.noticeDays,
          signedWith: command.signedWith,
          signedBy: command.signedBy,
        },
      },
    ];
  },
};
