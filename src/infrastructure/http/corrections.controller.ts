import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { CorrectEvent, RetractEvent } from '../../domain/corrections.js';
import {
  customerStream,
  type PolicyKind,
  policyKinds,
  policyStream,
  repStream,
  supplierStream,
} from '../../domain/streams.js';
import { FreeObject, Instant, LongText, Nested } from './fields.js';
import { RepParam, UuidParam, WordParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

class ReplacementDto {
  @Instant({ optional: true, description: 'When it really happened; that of the event when absent' })
  occurredAt?: string;
  @FreeObject({
    description: 'The whole content of the event as it should have been, in the shape that its type has',
    example: { deliveredOn: '2026-03-02', orderId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90' },
  })
  data: Record<string, unknown>;
}

class CorrectionDto extends ToldDto implements Omit<CorrectEvent, 'targetEventId'> {
  @Nested(() => ReplacementDto)
  replacement: ReplacementDto;
  @LongText({ example: 'Typed the wrong day' })
  reason: string;
}

class RetractionDto extends ToldDto implements Omit<RetractEvent, 'targetEventId'> {
  @LongText({ example: 'Was about another customer' })
  reason: string;
}

const correcting = 'Answers known before the correction stay as they were. `eventId` names the latest version.';
const retracting = 'The event counts no more in answers known after this. Undone by recording it again.';

@Controller()
export class CorrectionsController {
  constructor(private readonly recorder: Recorder) {}

  @Post('customers/:id/events/:eventId/correction')
  @Records('Correct what was recorded about a customer', correcting)
  correct(
    @UuidParam() id: string,
    @UuidParam('eventId') eventId: string,
    @Body() correction: CorrectionDto,
    @Teller() by: By,
  ) {
    return this.correctIn(customerStream(id), eventId, correction, by);
  }

  @Post('customers/:id/events/:eventId/retraction')
  @Records('Withdraw what was recorded about a customer', retracting)
  retract(
    @UuidParam() id: string,
    @UuidParam('eventId') eventId: string,
    @Body() retraction: RetractionDto,
    @Teller() by: By,
  ) {
    return this.retractIn(customerStream(id), eventId, retraction, by);
  }

  @Post('reps/:repId/events/:eventId/correction')
  @Records('Correct what was recorded about one of our people', correcting)
  correctRep(
    @RepParam() repId: string,
    @UuidParam('eventId') eventId: string,
    @Body() correction: CorrectionDto,
    @Teller() by: By,
  ) {
    return this.correctIn(repStream(repId), eventId, correction, by);
  }

  @Post('reps/:repId/events/:eventId/retraction')
  @Records('Withdraw what was recorded about one of our people', retracting)
  retractRep(
    @RepParam() repId: string,
    @UuidParam('eventId') eventId: string,
    @Body() retraction: RetractionDto,
    @Teller() by: By,
  ) {
    return this.retractIn(repStream(repId), eventId, retraction, by);
  }

  @Post('suppliers/:supplierId/events/:eventId/correction')
  @Records('Correct what was recorded about a supplier', correcting)
  correctSupplier(
    @UuidParam('supplierId') supplierId: string,
    @UuidParam('eventId') eventId: string,
    @Body() correction: CorrectionDto,
    @Teller() by: By,
  ) {
    return this.correctIn(supplierStream(supplierId), eventId, correction, by);
  }

  @Post('suppliers/:supplierId/events/:eventId/retraction')
  @Records('Withdraw what was recorded about a supplier', retracting)
  retractSupplier(
    @UuidParam('supplierId') supplierId: string,
    @UuidParam('eventId') eventId: string,
    @Body() retraction: RetractionDto,
    @Teller() by: By,
  ) {
    return this.retractIn(supplierStream(supplierId), eventId, retraction, by);
  }

  @Post('policies/:kind/events/:eventId/correction')
  @Records('Correct a policy', correcting)
  correctPolicy(
    @WordParam('kind', policyKinds) kind: PolicyKind,
    @UuidParam('eventId') eventId: string,
    @Body() correction: CorrectionDto,
    @Teller() by: By,
  ) {
    return this.correctIn(policyStream(kind), eventId, correction, by);
  }

  @Post('policies/:kind/events/:eventId/retraction')
  @Records('Withdraw a policy', retracting)
  retractPolicy(
    @WordParam('kind', policyKinds) kind: PolicyKind,
    @UuidParam('eventId') eventId: string,
    @Body() retraction: RetractionDto,
    @Teller() by: By,
  ) {
    return this.retractIn(policyStream(kind), eventId, retraction, by);
  }

  private correctIn(stream: string, targetEventId: string, correction: CorrectionDto, by: By) {
    return this.recorder.record(stream, 'CorrectEvent', { ...correction, targetEventId }, by);
  }

  private retractIn(stream: string, targetEventId: string, retraction: RetractionDto, by: By) {
    return this.recorder.record(stream, 'RetractEvent', { ...retraction, targetEventId }, by);
  }
}
