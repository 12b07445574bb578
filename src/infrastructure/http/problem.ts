import { HttpException } from '@nestjs/common';
import type { FieldError } from './fields.js';

/** What an error looks like from outside (RFC 9457). */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** Name of the rule that refused the command. */
  readonly rule?: string;
  readonly errors?: readonly FieldError[];
}

const kinds: Readonly<Record<number, readonly [kind: string, title: string]>> = {
  400: ['invalid', 'The request is not valid'],
  403: ['forbidden', 'Not allowed'],
  404: ['not-found', 'Not found'],
  405: ['method-not-allowed', 'Not possible at this address'],
  406: ['not-acceptable', 'Not available in that format'],
  408: ['too-slow', 'The request took too long to arrive'],
  409: ['conflict', 'Recorded before with other content'],
  413: ['too-large', 'Too large'],
  414: ['address-too-long', 'The address is too long'],
  415: ['unsupported-format', 'Not a format that is understood here'],
  422: ['refused', 'Against a rule'],
  431: ['headers-too-large', 'Too much before the body'],
  500: ['failure', 'Something went wrong here'],
  503: ['unavailable', 'Not possible now'],
  507: ['full', 'No room left'],
};

function kindOf(status: number): readonly [kind: string, title: string] {
  return kinds[status] ?? (status < 500 ? ['refused-request', 'The request was refused'] : kinds[500]!);
}

/** An answer that is an error, thrown from anywhere in the outer layer. */
export class Problem extends HttpException {
  constructor(
    status: number,
    detail?: string,
    readonly more: {
      readonly rule?: string;
      readonly errors?: readonly FieldError[];
      readonly retryAfter?: number;
    } = {},
  ) {
    super(detail ?? kindOf(status)[1], status);
  }

  body(): ProblemBody {
    const status = this.getStatus();
    const [kind, title] = kindOf(status);
    return {
      type: `urn:klantwaarde:problem:${kind}`,
      title,
      status,
      ...(this.message !== title && { detail: this.message }),
      ...(this.more.rule !== undefined && { rule: this.more.rule }),
      ...(this.more.errors !== undefined && { errors: this.more.errors }),
    };
  }
}

export function invalid(errors: readonly FieldError[]): Problem {
  return new Problem(400, errors.length === 1 ? 'One field is not valid.' : `${errors.length} fields are not valid.`, {
    errors,
  });
}
