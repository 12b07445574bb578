import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { contactScheme } from '../../application/questions/scheme.js';
import type { By } from '../../application/record.js';
import type { DrawUpContactScheme, ToldSchemeLine } from '../../domain/scheme.js';
import type { Layer, OurRole, SchemeChannel } from '../../domain/shapes.js';
import { customerStream } from '../../domain/streams.js';
import { AnswersTable, Asker, WhenQuery } from './asking.js';
import { AskedBy, type Caller, orCsv, tableLike } from './csv-answer.js';
import { Day, Each, Id, LongText, Numeric, OneOf, RepId, Whole } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { layers, ourRoles, schemeChannels } from './words.js';

export class FrequencyLineDto implements Omit<ToldSchemeLine, 'ourPerson' | 'theirPerson'> {
  @OneOf(ourRoles)
  ourRole: OurRole;
  @OneOf(layers, { optional: true, description: 'Any when absent' })
  theirLayer?: Layer;
  @OneOf(schemeChannels, { example: 'visit' })
  channel: SchemeChannel;
  @Numeric({ min: 0.1, max: 365, example: 10 })
  timesPerYear: number;
  @Whole({
    optional: true,
    min: 0,
    max: 100,
    description: 'Due from this share of the interval; 70 when absent',
    example: 70,
  })
  earliestPct?: number;
  @Whole({ optional: true, min: 100, max: 300, description: 'Overdue past this share; 100 when absent', example: 100 })
  latestPct?: number;
}

class SchemeLineDto extends FrequencyLineDto implements ToldSchemeLine {
  @RepId({ optional: true, description: 'Narrows the role to one of us' })
  ourPerson?: string;
  @Id({ optional: true, description: 'Narrows the layer to one contact person' })
  theirPerson?: string;
}

class ContactSchemeDto extends ToldDto implements DrawUpContactScheme {
  @Each(() => SchemeLineDto, { min: 1, max: 50 })
  lines: SchemeLineDto[];
  @Day({ optional: true, description: 'The day it happened when absent' })
  validFrom?: string;
  @LongText({ example: 'The director wants to be seen every quarter' })
  reason: string;
}

class SchemeQuery extends WhenQuery {}

const schemeLine = {
  line: { number: 1, ourRole: 'accountManager', theirLayer: 'tactical', channel: 'visit', timesPerYear: 10 },
  rep: { id: 'anna', name: 'Anna de Wit' },
  days: 46,
  interval: 36.5,
  state: 'overdue',
  text: '46 of 36 days',
  dueOn: '2026-02-20',
};

@Controller('customers/:id/contact-scheme')
export class ContactSchemeController {
  constructor(
    private readonly recorder: Recorder,
    private readonly asker: Asker,
  ) {}

  @Get()
  @AnswersTable('The contact scheme of a customer: what is due when, line by line', {
    customerId: '0190b6f5-7c1e-7d3a-9a4b-2f6c8e1d5a90',
    segment: 'A',
    basis: 'policy',
    lines: [schemeLine],
  })
  async scheme(@UuidParam() id: string, @Query() query: SchemeQuery, @AskedBy() caller: Caller) {
    const answer = await this.asker.ask(contactScheme, { customerId: id }, query);
    return orCsv(answer, 'contact-scheme', ({ lines }) => tableLike(lines, schemeLine), caller);
  }

  @Put()
  @Records('Draw up the customer’s own contact scheme', 'In the place of what its segment’s visit frequency gives it.')
  drawUp(@UuidParam() id: string, @Body() scheme: ContactSchemeDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'DrawUpContactScheme', scheme, by);
  }
}
