import { Body, Controller, Post } from '@nestjs/common';
import { v7 } from 'uuid';
import type { By } from '../../application/record.js';
import { supplierIdFor } from '../../domain/ids.js';
import { supplierStream } from '../../domain/streams.js';
import type { AgreeSupplierPrice, RegisterSupplier } from '../../domain/suppliers.js';
import { ExternalIdDto } from './customers.controller.js';
import { Currency, Day, Decimal, Each, Text } from './fields.js';
import { UuidParam } from './params.js';
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

@Controller('suppliers')
export class SuppliersController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records('Register a supplier', 'Without `id` the first outside key gives it, so that a retry is harmless.')
  register(@Body() supplier: SupplierDto, @Teller() by: By) {
    const outside = supplier.externalIds?.[0];
    const id = supplier.id ?? (outside ? supplierIdFor(outside.source, outside.key) : v7());
    return this.recorder.record(supplierStream(id), 'RegisterSupplier', { ...supplier, id }, by);
  }

  @Post(':supplierId/prices')
  @Records(
    'Agree what an article costs us',
    'A price takes the place of the earlier ones of the same article from its first day on.',
  )
  agreePrice(@UuidParam('supplierId') supplierId: string, @Body() price: SupplierPriceDto, @Teller() by: By) {
    return this.recorder.record(supplierStream(supplierId), 'AgreeSupplierPrice', price, by);
  }
}
