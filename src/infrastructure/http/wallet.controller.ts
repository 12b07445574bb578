import { Body, Controller, Post } from '@nestjs/common';
import { IntersectionType } from '@nestjs/swagger';
import type { By } from '../../application/record.js';
import { customerStream } from '../../domain/streams.js';
import type { EstimatedWallet, EstimateWallet } from '../../domain/wallet.js';
import { Amount, Currency, Decimal, Text, Texts } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

export class WalletDto implements EstimatedWallet {
  @Text({ example: 'gifts' })
  category: string;
  @Amount({ min: 0, description: 'What the customer spends on it in a year, in minor units', example: 2_500_000 })
  annualSpend: number;
  @Currency({ optional: true, description: 'The company’s when absent' })
  currency?: string;
  @Decimal('fraction', { optional: true, description: 'Share that we have of it' })
  ourShare?: string;
  @Amount({ optional: true, description: 'What we could have of it, in minor units', example: 500_000 })
  potential?: number;
  @Texts({ optional: true, max: 50, example: ['Gifts & Co'] })
  competitors?: string[];
  @Text({ optional: true, description: 'What the estimate rests on', example: 'told by the buyer' })
  basis?: string;
}

class WalletEstimateDto extends IntersectionType(ToldDto, WalletDto) implements EstimateWallet {}

@Controller('customers/:id/wallet-estimates')
export class WalletController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records('Estimate what the customer spends in a category in all', 'Of each category the latest estimate counts.')
  estimate(@UuidParam() id: string, @Body() estimate: WalletEstimateDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'EstimateWallet', estimate, by);
  }
}
