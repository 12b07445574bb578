import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { agreedVersusGiven } from '../../application/questions/agreed-versus-given.js';
import { agreements } from '../../application/questions/agreements.js';
import type { By } from '../../application/record.js';
import type { AgreeDiscount, AgreePaymentTerms, EndAgreement, Scope } from '../../domain/agreements.js';
import type { SignContract, ValuePer } from '../../domain/contracts.js';
import { customerStream } from '../../domain/streams.js';
import { AnswersTable, Asker, PageQuery, paramsOf } from './asking.js';
import { AskedBy, type Caller, orCsv, tableLike } from './csv-answer.js';
import {
  Amount,
  Currency,
  Day,
  Decimal,
  Each,
  Id,
  LongText,
  Nested,
  OneOf,
  QueryFlag,
  RepId,
  Text,
  Whole,
} from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { valuePers } from './words.js';

class ScopeDto {
  @OneOf(['all', 'productGroup', 'sku'], { example: 'productGroup' })
  kind: 'all' | 'productGroup' | 'sku';
  @Text({ optional: true, description: 'With kind `productGroup`', example: 'notebooks' })
  productGroup?: string;
  @Text({ optional: true, description: 'With kind `sku`' })
  sku?: string;
}

class TierDto {
  @Decimal('quantity', { example: '500' })
  fromQuantity: string;
  @Decimal('fraction', { example: '0.15' })
  rate: string;
}

class DiscountAgreementDto extends ToldDto implements AgreeDiscount {
  @Nested(() => ScopeDto, { example: { kind: 'productGroup', productGroup: 'notebooks' } })
  scope: Scope;
  @Decimal('fraction', { optional: true, description: 'Holds from the first unit' })
  rate?: string;
  @Each(() => TierDto, { optional: true, min: 1, max: 50, description: 'Replace the rate from their quantity on' })
  tiers?: TierDto[];
  @Day()
  validFrom: string;
  @Day({ optional: true, description: 'First day on which it no longer holds', example: '2027-03-02' })
  validTo?: string;
  @Id({ optional: true, description: 'Contact person of the customer' })
  agreedWith?: string;
  @RepId({ optional: true })
  agreedBy?: string;
}

class SettlementDiscountDto {
  @Decimal('fraction', { example: '0.02' })
  rate: string;
  @Whole({ min: 0, max: 3_650, example: 8 })
  withinDays: number;
}

class PaymentTermsDto extends ToldDto implements AgreePaymentTerms {
  @Whole({ min: 0, max: 3_650, example: 30 })
  days: number;
  @Nested(() => SettlementDiscountDto, { optional: true, description: 'For paying early' })
  settlementDiscount?: SettlementDiscountDto;
  @Day()
  validFrom: string;
  @Day({ optional: true, description: 'First day on which they no longer hold', example: '2027-03-02' })
  validTo?: string;
  @Id({ optional: true, description: 'Contact person of the customer' })
  agreedWith?: string;
  @RepId({ optional: true })
  agreedBy?: string;
}

class ContractDto extends ToldDto implements SignContract {
  @Text({ example: 'Monthly restocking' })
  service: string;
  @Day()
  validFrom: string;
  @Day({ optional: true, description: 'First day on which it no longer holds', example: '2027-03-02' })
  validTo?: string;
  @Amount({ min: 0, description: 'In minor units' })
  value: number;
  @Currency({ optional: true, description: 'The company’s when absent' })
  currency?: string;
  @OneOf(valuePers, { description: 'What the value is paid for; `term` is once for all of it, and needs `validTo`' })
  per: ValuePer;
  @Whole({ optional: true, min: 0, max: 3_650, example: 90 })
  noticeDays?: number;
  @Id({ optional: true, description: 'Contact person of the customer' })
  signedWith?: string;
  @RepId({ optional: true })
  signedBy?: string;
}

class AgreementEndDto extends ToldDto implements Omit<EndAgreement, 'agreementId'> {
  @Day({ description: 'First day on which it no longer holds', example: '2026-07-01' })
  endsOn: string;
  @LongText({ optional: true, example: 'Replaced by a better one' })
  reason?: string;
}

class AgreementsQuery extends PageQuery {
  @Id({ optional: true, description: 'Only those of this customer' })
  customer?: string;
  @Day({ optional: true, description: 'Only those that end before this day', example: '2026-07-01' })
  endingBefore?: string;
}

class DiscountsQuery extends PageQuery {
  @Id({ optional: true, description: 'Only order lines of this customer' })
  customer?: string;
  @Day({ optional: true, description: 'Ordered on this day or later', example: '2026-01-01' })
  from?: string;
  @Day({ optional: true, description: 'Ordered before this day', example: '2027-01-01' })
  to?: string;
  @QueryFlag({ optional: true, description: 'Only lines whose discount is another than was agreed' })
  onlyDifferences?: boolean;
}

const exampleId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90';

const agreement = {
  kind: 'discount',
  agreementId: exampleId,
  customer: { id: exampleId, name: 'Drukkerij De Gans' },
  scope: { kind: 'productGroup', value: 'notebooks' },
  rate: 0.1,
  tiers: null,
  validFrom: '2026-01-01',
  validTo: null,
  agreedWith: { contactPersonId: exampleId, name: 'Sanne Visser' },
  agreedBy: { repId: 'anna', name: 'Anna de Wit' },
};
const orderLine = {
  customerId: exampleId,
  orderId: exampleId,
  line: 1,
  position: '4f9c2a7be1-1043',
  orderedOn: '2026-03-02',
  sku: 'NB-A5-BLUE',
  description: 'Notebook A5 blue',
  productGroup: 'notebooks',
  quantity: 25,
  listPrice: 4.95,
  net: 11_138,
  currency: 'EUR',
  agreed: {
    agreementId: exampleId,
    scope: { kind: 'productGroup', value: 'notebooks' },
    rate: 0.1,
    position: '4f9c2a7be1-987',
  },
  givenRate: 0.1,
};

@Controller()
export class AgreementsController {
  constructor(
    private readonly recorder: Recorder,
    private readonly asker: Asker,
  ) {}

  @Get('agreements')
  @AnswersTable('The agreements in force, and with whom they were agreed', {
    on: '2026-03-02',
    items: [agreement],
  })
  async inForce(@Query() query: AgreementsQuery, @AskedBy() caller: Caller) {
    const { customer, endingBefore, limit, cursor } = query;
    const answer = await this.asker.ask(agreements, { customerId: customer, endingBefore, limit, cursor }, query);
    return orCsv(answer, 'agreements', ({ items }) => tableLike(items, agreement), caller);
  }

  @Get('discounts')
  @AnswersTable('For each order line the discount agreed against the discount given, latest orders first', {
    items: [orderLine],
  })
  async agreedVersusGiven(@Query() query: DiscountsQuery, @AskedBy() caller: Caller) {
    const { customer: customerId, ...params } = paramsOf(query);
    const answer = await this.asker.ask(agreedVersusGiven, { customerId, ...params }, query);
    return orCsv(answer, 'discounts', ({ items }) => tableLike(items, orderLine), caller);
  }

  @Post('customers/:id/discount-agreements')
  @Records('Agree a discount', 'Agreements of one scope never overlap: the earlier one is ended first.')
  agreeDiscount(@UuidParam() id: string, @Body() agreement: DiscountAgreementDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'AgreeDiscount', agreement, by);
  }

  @Post('customers/:id/discount-agreements/:agreementId/end')
  @Records('End a discount agreement')
  endDiscount(
    @UuidParam() id: string,
    @UuidParam('agreementId') agreementId: string,
    @Body() end: AgreementEndDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'EndAgreement', { ...end, agreementId }, by);
  }

  @Post('customers/:id/payment-terms')
  @Records('Agree payment terms', 'They never overlap: the earlier ones are ended first.')
  agreePaymentTerms(@UuidParam() id: string, @Body() terms: PaymentTermsDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'AgreePaymentTerms', terms, by);
  }

  @Post('customers/:id/payment-terms/:agreementId/end')
  @Records('End payment terms')
  endPaymentTerms(
    @UuidParam() id: string,
    @UuidParam('agreementId') agreementId: string,
    @Body() end: AgreementEndDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'EndAgreement', { ...end, agreementId }, by);
  }

  @Post('customers/:id/contracts')
  @Records('Record a contract that was signed', '`id` is the contract’s id from then on. Several may run side by side.')
  sign(@UuidParam() id: string, @Body() contract: ContractDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'SignContract', contract, by);
  }

  @Post('customers/:id/contracts/:contractId/end')
  @Records('End a contract')
  endContract(
    @UuidParam() id: string,
    @UuidParam('contractId') contractId: string,
    @Body() end: AgreementEndDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'EndAgreement', { ...end, agreementId: contractId }, by);
  }
}
