import { z } from 'zod';
import type { Decimal, Told } from './command.js';
import { compareDecimals, decimalText, optionalDecimal } from './decimal.js';
import { event, sealable } from './event.js';
import { mustKnow, type People } from './people.js';
import { mustBeActive, type Profile } from './profile.js';
import { mustEndLater, Refused } from './refused.js';
import { fraction, label, localDate, longText, quantity, repId, uuid } from './shapes.js';
import type { Decide, Evolve, Rules } from './topic.js';

/** What a discount holds for. */
export const scope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('productGroup'), productGroup: label }),
  z.strictObject({ kind: z.literal('sku'), sku: label }),
]);

const term = {
  validFrom: localDate,
  /** First day on which it no longer holds. */
  validTo: localDate.optional(),
  /** Contact person of the customer. */
  agreedWith: uuid.optional(),
  agreedBy: repId.optional(),
};

export const events = {
  DiscountAgreed: event(
    z.strictObject({
      agreementId: uuid,
      scope,
      /** Holds from the first unit; tiers replace it from their quantity on. */
      rate: fraction.optional(),
      tiers: z
        .array(z.strictObject({ fromQuantity: quantity, rate: fraction }))
        .min(1)
        .max(50)
        .optional(),
      ...term,
    }),
    { identity: 'agreementId' },
  ),
  PaymentTermsAgreed: event(
    z.strictObject({
      agreementId: uuid,
      days: z.int().min(0).max(3_650),
      settlementDiscount: z.strictObject({ rate: fraction, withinDays: z.int().min(0).max(3_650) }).optional(),
      ...term,
    }),
    { identity: 'agreementId' },
  ),
  AgreementEnded: event(
    /** `endsOn` is the first day on which it no longer holds. */
    z.strictObject({ agreementId: uuid, endsOn: localDate, reason: sealable(longText).optional() }),
    { identity: 'agreementId' },
  ),
};

export type Scope = z.infer<typeof scope>;

export interface AgreeDiscount extends Told {
  readonly scope: Scope;
  readonly rate?: Decimal;
  readonly tiers?: readonly { readonly fromQuantity: Decimal; readonly rate: Decimal }[];
  readonly validFrom: string;
  /** First day on which it no longer holds. */
  readonly validTo?: string;
  readonly agreedWith?: string;
  readonly agreedBy?: string;
}

export interface AgreePaymentTerms extends Told {
  readonly days: number;
  readonly settlementDiscount?: { readonly rate: Decimal; readonly withinDays: number };
  readonly validFrom: string;
  readonly validTo?: string;
  readonly agreedWith?: string;
  readonly agreedBy?: string;
}

export interface EndAgreement extends Told {
  readonly agreementId: string;
  /** First day on which it no longer holds. */
  readonly endsOn: string;
  readonly reason?: string;
}

export interface Commands {
  AgreeDiscount: AgreeDiscount;
  AgreePaymentTerms: AgreePaymentTerms;
  EndAgreement: EndAgreement;
}

/** When an agreement holds: from `from` up to but not including `to`. */
interface Held {
  /** What it holds for; of two that say the same at most one holds on any day. */
  readonly of: string;
  readonly from: string;
  to: string | undefined;
  ended: boolean;
}

export type Agreements = Map<string, Held>;

export interface State {
  readonly profile: Profile;
  readonly people: People;
  readonly agreements: Agreements;
}

export function initial(): Agreements {
  return new Map();
}

function discountOf(of: Scope): string {
  return `discount ${JSON.stringify(of.kind === 'all' ? [] : of.kind === 'sku' ? ['sku', of.sku] : [of.productGroup])}`;
}

const paymentTerms = 'payment terms';

interface Term {
  readonly agreementId: string;
  readonly validFrom: string;
  readonly validTo?: string;
  readonly agreedWith?: string;
}

/** Whether an agreement can be made beside those that there are; `of` names what it holds for. @throws Refused */
export function mustFit(
  { profile, people, agreements }: State,
  of: string,
  term: Term,
  occurredAt: string,
  withPath = 'agreedWith',
): void {
  mustBeActive(profile, occurredAt);
  if (term.agreedWith !== undefined) mustKnow(people, term.agreedWith, occurredAt, withPath);
  mustEndLater(term);
  if (agreements.has(term.agreementId)) {
    throw new Refused('agreement-already-made', `Agreement ${term.agreementId} is there already.`, 'id');
  }
  for (const [id, held] of agreements) {
    const apart =
      (held.to !== undefined && held.to <= term.validFrom) ||
      (term.validTo !== undefined && term.validTo <= held.from) ||
      held.to === held.from;
    if (held.of === of && !apart) {
      const until = held.to === undefined ? 'with no end' : `up to ${held.to}`;
      throw new Refused('agreement-overlaps', `Agreement ${id} holds from ${held.from} ${until}.`, 'validFrom');
    }
  }
}

export const rules: Rules<typeof events, State> = {
  DiscountAgreed(state, { data, occurredAt }) {
    if (data.rate === undefined && data.tiers === undefined) {
      throw new Refused('rate-or-tiers-needed', 'A discount has a rate, tiers or both.', 'rate');
    }
    data.tiers?.forEach(({ fromQuantity }, index, tiers) => {
      const before = tiers[index - 1];
      if (before && compareDecimals(before.fromQuantity, fromQuantity) >= 0) {
        throw new Refused(
          'tiers-not-rising',
          'Each tier begins at more than the one before.',
          `tiers.${index}.fromQuantity`,
        );
      }
    });
    mustFit(state, discountOf(data.scope), data, occurredAt);
  },
  PaymentTermsAgreed(state, { data, occurredAt }) {
    if (data.settlementDiscount && data.settlementDiscount.withinDays > data.days) {
      throw new Refused(
        'settlement-after-term',
        `The settlement discount lasts longer than the ${data.days} days of the term.`,
        'settlementDiscount.withinDays',
      );
    }
    mustFit(state, paymentTerms, data, occurredAt);
  },
  AgreementEnded({ agreements }, { data }) {
    const held = agreements.get(data.agreementId);
    if (!held) throw new Refused('unknown-agreement', `There is no agreement ${data.agreementId}.`, 'agreementId');
    if (held.ended) {
      throw new Refused('agreement-already-ended', `Agreement ${data.agreementId} ends on ${held.to}.`, 'agreementId');
    }
    if (data.endsOn < held.from) {
      throw new Refused('ends-before-it-begins', `The agreement holds from ${held.from}.`, 'endsOn');
    }
    if (held.to !== undefined && data.endsOn > held.to) {
      throw new Refused('ends-after-it-lapses', `The agreement lapses on ${held.to} by itself.`, 'endsOn');
    }
  },
};

export const evolve: Evolve<typeof events, Agreements> = {
  DiscountAgreed(agreements, { data }) {
    const { agreementId, validFrom, validTo } = data;
    agreements.set(agreementId, { of: discountOf(data.scope), from: validFrom, to: validTo, ended: false });
  },
  PaymentTermsAgreed(agreements, { data }) {
    const { agreementId, validFrom, validTo } = data;
    agreements.set(agreementId, { of: paymentTerms, from: validFrom, to: validTo, ended: false });
  },
  AgreementEnded(agreements, { data }) {
    const held = agreements.get(data.agreementId);
    if (!held) return;
    held.to = data.endsOn;
    held.ended = true;
  },
};

export const decide: Decide<Commands, State, typeof events> = {
  AgreeDiscount(_, command, { id, occurredAt }) {
    return [
      {
        type: 'DiscountAgreed',
        occurredAt,
        data: {
          agreementId: id,
          scope: command.scope,
          rate: optionalDecimal(command.rate),
          tiers: command.tiers?.map((tier) => ({
            fromQuantity: decimalText(tier.fromQuantity),
            rate: decimalText(tier.rate),
          })),
          validFrom: command.validFrom,
          validTo: command.validTo,
          agreedWith: command.agreedWith,
          agreedBy: command.agreedBy,
        },
      },
    ];
  },
  AgreePaymentTerms(_, command, { id, occurredAt }) {
    return [
      {
        type: 'PaymentTermsAgreed',
        occurredAt,
        data: {
          agreementId: id,
          days: command.days,
          settlementDiscount: command.settlementDiscount && {
            rate: decimalText(command.settlementDiscount.rate),
            withinDays: command.settlementDiscount.withinDays,
          },
          validFrom: command.validFrom,
          validTo: command.validTo,
          agreedWith: command.agreedWith,
          agreedBy: command.agreedBy,
        },
      },
    ];
  },
  EndAgreement(_, { agreementId, endsOn, reason }, { occurredAt }) {
    return [{ type: 'AgreementEnded', occurredAt, data: { agreementId, endsOn, reason } }];
  },
};
