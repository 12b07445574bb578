import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { RecordRepLeft, RegisterRep } from '../../domain/reps.js';
import { repStream } from '../../domain/streams.js';
import { Day, RepId, Text, TimeZone } from './fields.js';
import { RepParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';

class RepDto extends ToldDto implements RegisterRep {
  @RepId()
  repId: string;
  @Text({ example: 'Anna de Wit' })
  name: string;
  @Text({ optional: true, example: 'anna@example.com' })
  email?: string;
  @TimeZone({ optional: true, description: 'IANA zone; the company’s when absent' })
  timeZone?: string;
}

class RepDepartureDto extends ToldDto implements RecordRepLeft {
  @Day({ optional: true, description: 'First day without them; the day it happened when absent' })
  leftOn?: string;
}

@Controller('reps')
export class RepsController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records('Register one of our people')
  register(@Body() rep: RepDto, @Teller() by: By) {
    return this.recorder.record(repStream(rep.repId), 'RegisterRep', rep, by);
  }

  @Post(':repId/departure')
  @Records('Record that one of our people left')
  recordLeft(@RepParam() repId: string, @Body() departure: RepDepartureDto, @Teller() by: By) {
    return this.recorder.record(repStream(repId), 'RecordRepLeft', departure, by);
  }
}
