import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { BreakPromise, KeepPromise, MakePromise } from '../../domain/promises.js';
import { customerStream } from '../../domain/streams.js';
import { Day, Id, LongText, RepId } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

class PromiseDto extends ToldDto implements MakePromise {
  @LongText({ example: 'Send samples of the new notebooks' })
  what: string;
  @RepId({ optional: true, description: 'Who of us has to keep it' })
  owner?: string;
  @Day({ optional: true })
  dueOn?: string;
  @Id({ optional: true, description: 'Visit in which it was made' })
  visitId?: string;
}

class KeptDto extends ToldDto implements Omit<KeepPromise, 'promiseId'> {}

class BrokenDto extends ToldDto implements Omit<BreakPromise, 'promiseId'> {
  @LongText({ optional: true, example: 'No samples left' })
  reason?: string;
}

@Controller('customers/:id/promises')
export class PromisesController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records('Make a promise to the customer', '`id` is the promise’s id from then on.')
  make(@UuidParam() id: string, @Body() promise: PromiseDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'MakePromise', promise, by);
  }

  @Post(':promiseId/kept')
  @Records('Record that a promise was kept')
  keep(@UuidParam() id: string, @UuidParam('promiseId') promiseId: string, @Body() kept: KeptDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'KeepPromise', { ...kept, promiseId }, by);
  }

  @Post(':promiseId/broken')
  @Records('Record that a promise was broken')
  break(
    @UuidParam() id: string,
    @UuidParam('promiseId') promiseId: string,
    @Body() broken: BrokenDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'BreakPromise', { ...broken, promiseId }, by);
  }
}
