import { Body, Controller, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { By } from '../../application/record.js';
import { UuidParam } from './params.js';
import { Records, Teller } from './recording.js';
import { VisitDto } from './visits.controller.js';

/** What recording a visit is measured against: the same checks and the same answer, with nothing recorded. */
@ApiExcludeController()
@Controller('bench')
export class BenchController {
  @Post('customers/:id/visits')
  @Records('Validate a visit and answer')
  async validate(@UuidParam() id: string, @Body() visit: VisitDto, @Teller() _by: By) {
    return { status: 'recorded', id: visit.id ?? id, eventId: id, revision: '0', position: '0' } as const;
  }
}
