import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import { v7 } from 'uuid';
import {
  type SupplierPricesParams,
  supplierPriceDefinition,
  supplierPriceSorts,
  supplierPrices,
  suppliers,
} from '../../application/questions/suppliers.js';
import type { By } from '../../application/record.js';
import { supplierIdFor } from '../../domain/ids.js';
import { supplierStream } from '../../domain/streams.js';
import type { AgreeSupplierPrice, RegisterSupplier } from '../../domain/suppliers.js';
import { AnswersTable, Asker, PageQuery, paramsOf } from './asking.js';
import { AskedBy, type Caller, orCsv, tableOf } from './csv-answer.js';
import { ExternalIdDto } from './customers.controller.js';
import { Currency, Day, Decimal, Each, Id, OneOf, QueryText, Text } from './fields.js';
import { UuidParam } from './params.js';
import { EndingFields } from './query-fields.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

class SupplierDto extends ToldDto implements RegisterSupplier {
  @Text({ example: 'Papierfabriek De Molen' })
  name: string;
  @Text({ optional: true, example: 'NL' })
  country?: string;
  @Each(() => ExternalIdDto, { optional: true, max: 50, description: 'Under which other systems know it' })
  externalIds?: ExternalIdDto[];
}

class SupplierPriceDto extends ToldDto implements AgreeSupplierPrice {
  @Text({ example: 'NB-A5-BLUE' })
  sku: string;
  @Decimal('price', { description: 'Per unit', example: '2.15' })
  price: string;
  @Currency({ optional: true, description: 'The company’s when absent' })
  currency?: string;
  @Day({ optional: true, description: 'The day it happened when absent' })
  validFrom?: string;
  @Day({ optional: true, description: 'First day on which it no longer holds', example: '2027-03-02' })
  validTo?: string;
}

class SupplierPricesQuery extends IntersectionType(PageQuery, EndingFields) implements SupplierPricesParams {
  @Id({ optional: true, description: 'Only those of this supplier' })
  supplier?: string;
  @QueryText({ optional: true, description: 'Only those of this article', example: 'NB-A5-BLUE' })
  sku?: string;
  @OneOf(supplierPriceSorts, { optional: true, description: '`sku` when absent', example: 'margin' })
  sort?: string;
}

const supplierId = '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a9e';
const supplier = {
  supplierId,
  name: 'Papierfabriek De Molen',
  country: 'NL',
  externalIds: [{ source: 'erp', key: 'S-104' }],
  articles: 12,
};
const supplierPrice = {
  supplierId,
  supplier: 'Papierfabriek De Molen',
  sku: 'NB-A5-BLUE',
  price: 2.15,
  currency: 'EUR',
  validFrom: '2026-01-01',
  endsOn: '2026-07-01',
  endsInDays: 121,
  nextPrice: 2.25,
  nextCurrency: 'EUR',
  nextFrom: '2026-07-01',
  cost: 2.15,
  soldFor: 4.3,
  soldQuantity: 12_400,
  margin: 0.5,
} as const;
const supplierPriceFields = Object.keys(supplierPrice) as (keyof typeof supplierPrice)[];

@Controller()
export class SuppliersController {
  constructor(
    private readonly recorder: Recorder,
    private readonly asker: Asker,
  ) {}

  @Get('suppliers')
  @AnswersTable('Whom we buy from (leveranciers), by name', { items: [supplier] })
  async suppliers(@Query() query: PageQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(suppliers, paramsOf(query), query);
    const table = ({ items }: typeof answer.data) => tableOf(items, ['supplierId', 'name', 'country', 'articles']);
    return orCsv(answer, 'suppliers', table, caller);
  }

  @Get('supplier-prices')
  @AnswersTable(
    'What articles cost us (inkoopprijzen) at suppliers, and the margin on what we sell them for',
    { currency: 'EUR', definition: supplierPriceDefinition, on: '2026-03-02', items: [supplierPrice] },
    supplierPriceDefinition,
  )
  async prices(@Query() query: SupplierPricesQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(supplierPrices, paramsOf(query), query);
    const table = ({ items }: typeof answer.data) => tableOf(items, supplierPriceFields);
    return orCsv(answer, 'supplier-prices', table, caller);
  }

  @Post('suppliers')
  @Records('Register a supplier', 'Without `id` the first outside key gives it, so that a retry is harmless.')
  register(@Body() supplier: SupplierDto, @Teller() by: By) {
    const outside = supplier.externalIds?.[0];
    const id = supplier.id ?? (outside ? supplierIdFor(outside.source, outside.key) : v7());
    return this.recorder.record(supplierStream(id), 'RegisterSupplier', { ...supplier, id }, by);
  }

  @Post('suppliers/:supplierId/prices')
  @Records(
    'Agree what an article costs us',
    'A price takes the place of the earlier ones of the same article from its first day on.',
  )
  agreePrice(@UuidParam('supplierId') supplierId: string, @Body() price: SupplierPriceDto, @Teller() by: By) {
    return this.recorder.record(supplierStream(supplierId), 'AgreeSupplierPrice', price, by);
  }
}
