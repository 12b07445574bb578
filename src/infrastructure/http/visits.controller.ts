import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { Layer } from '../../domain/shapes.js';
import { customerStream } from '../../domain/streams.js';
import type { LogVisit, PlanVisit, RecordVisitNotHeld, RescheduleVisit } from '../../domain/visits.js';
import { Day, Each, Id, Ids, LongText, Nested, OneOf, RepId, RepIds, Text, Texts, Whole } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { WalletDto } from './wallet.controller.js';
import { layers } from './words.js';

export class ContactDto {
  @Id({ description: 'Contact person' })
  id: string;
  @OneOf(layers, { optional: true, description: 'That of the contact person when absent' })
  layer?: Layer;
}

class PromiseInVisitDto {
  @Id({ optional: true })
  id?: string;
  @LongText({ example: 'Send samples of the new notebooks' })
  what: string;
  @RepId({ optional: true, description: 'Who of us has to keep it' })
  owner?: string;
  @Day({ optional: true })
  dueOn?: string;
}

export class VisitDto extends ToldDto implements LogVisit {
  @Id({ optional: true, description: 'The planned visit that this was' })
  visitId?: string;
  @RepIds({ optional: true, max: 20, description: 'Who of us was there' })
  heldBy?: string[];
  @Each(() => ContactDto, { optional: true, max: 50 })
  contactPersons?: ContactDto[];
  @Ids({ optional: true, max: 100, description: 'Orders it was about' })
  orderIds?: string[];
  @Texts({ optional: true, max: 50, example: ['spring collection'] })
  topics?: string[];
  @Texts({ optional: true, max: 50, itemMax: 10_000, example: ['Delivery within a week'] })
  needs?: string[];
  @LongText({ optional: true, example: 'Wants an offer for 500 notebooks' })
  outcome?: string;
  @Each(() => PromiseInVisitDto, { optional: true, max: 50, description: 'Recorded with the visit, or not at all' })
  promises?: PromiseInVisitDto[];
  @Nested(() => WalletDto, { optional: true, description: 'Likewise' })
  wallet?: WalletDto;
  @Whole({ optional: true, min: 1, max: 10_080, example: 45 })
  durationMinutes?: number;
  @LongText({ optional: true, example: 'Good talk; the new buyer is keen.' })
  notes?: string;
}

class WindowDto {
  @Day()
  from: string;
  @Day()
  to: string;
}

class PlannedVisitDto extends ToldDto implements PlanVisit {
  @RepId({ optional: true, description: 'Who goes' })
  repId?: string;
  @Nested(() => WindowDto, { description: 'Days between which it is to be held' })
  window: WindowDto;
  @Text({
    optional: true,
    description: 'Line of the contact scheme that it is for',
    example: 'accountManager/tactical/visit',
  })
  schemeLine?: string;
  @Texts({ optional: true, max: 20, example: ['46 of 36 days'] })
  reasons?: string[];
}

class ReschedulingDto extends ToldDto implements Omit<RescheduleVisit, 'visitId'> {
  @Nested(() => WindowDto)
  window: WindowDto;
}

class NotHeldDto extends ToldDto implements Omit<RecordVisitNotHeld, 'visitId'> {
  @OneOf(['missed', 'cancelled'])
  why: 'missed' | 'cancelled';
  @LongText({ optional: true, example: 'Ill' })
  reason?: string;
}

@Controller('customers/:id')
export class VisitsController {
  constructor(private readonly recorder: Recorder) {}

  @Post('visits')
  @Records('Log a visit', 'With what came up in it: promises and a wallet estimate, recorded together or not at all.')
  log(@UuidParam() id: string, @Body() visit: VisitDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'LogVisit', visit, by);
  }

  @Post('planned-visits')
  @Records('Plan a visit', '`id` is the visit’s id from then on; name it as `visitId` when it is logged.')
  plan(@UuidParam() id: string, @Body() visit: PlannedVisitDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'PlanVisit', visit, by);
  }

  @Post('planned-visits/:visitId/rescheduling')
  @Records('Move a planned visit to other days')
  reschedule(
    @UuidParam() id: string,
    @UuidParam('visitId') visitId: string,
    @Body() rescheduling: ReschedulingDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'RescheduleVisit', { ...rescheduling, visitId }, by);
  }

  @Post('planned-visits/:visitId/not-held')
  @Records('Record that a planned visit was missed or cancelled')
  recordNotHeld(
    @UuidParam() id: string,
    @UuidParam('visitId') visitId: string,
    @Body() notHeld: NotHeldDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'RecordVisitNotHeld', { ...notHeld, visitId }, by);
  }
}
