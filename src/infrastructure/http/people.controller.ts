import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type {
  AddContactPerson,
  ChangeConsent,
  ChangeContactPersonRole,
  ConsentChannel,
  RecordContactPersonLeft,
} from '../../domain/people.js';
import type { Layer } from '../../domain/shapes.js';
import { customerStream } from '../../domain/streams.js';
import { Flag, LongText, OneOf, Text } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { consentChannels, layers } from './words.js';

class ContactPersonDto extends ToldDto implements AddContactPerson {
  @Text({ example: 'Sanne Visser' })
  name: string;
  @Text({ optional: true, example: 'sanne@example.com' })
  email?: string;
  @Text({ optional: true, example: '+31 30 123 45 67' })
  phone?: string;
  @Text({ optional: true, example: 'purchasing manager' })
  role?: string;
  @OneOf(layers)
  layer: Layer;
}

class RoleDto extends ToldDto implements Omit<ChangeContactPersonRole, 'contactPersonId'> {
  @Text({ optional: true, example: 'director' })
  role?: string;
  @OneOf(layers, { optional: true })
  layer?: Layer;
}

class DepartureDto extends ToldDto implements Omit<RecordContactPersonLeft, 'contactPersonId'> {
  @LongText({ optional: true, example: 'Retired' })
  reason?: string;
}

class ConsentDto extends ToldDto implements Omit<ChangeConsent, 'contactPersonId'> {
  @OneOf(consentChannels, { example: 'newsletter' })
  channel: ConsentChannel;
  @Flag()
  granted: boolean;
}

@Controller('customers/:id/contact-persons')
export class PeopleController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records('Add a contact person of the customer', '`id` is the contact person’s id from then on.')
  add(@UuidParam() id: string, @Body() person: ContactPersonDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'AddContactPerson', person, by);
  }

  @Post(':personId/role')
  @Records('Change a contact person’s role or layer')
  changeRole(
    @UuidParam() id: string,
    @UuidParam('personId') contactPersonId: string,
    @Body() role: RoleDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'ChangeContactPersonRole', { ...role, contactPersonId }, by);
  }

  @Post(':personId/departure')
  @Records('Record that a contact person left')
  recordLeft(
    @UuidParam() id: string,
    @UuidParam('personId') contactPersonId: string,
    @Body() departure: DepartureDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'RecordContactPersonLeft', { ...departure, contactPersonId }, by);
  }

  @Post(':personId/consent')
  @Records('Record that a contact person gives or withdraws consent for a channel')
  changeConsent(
    @UuidParam() id: string,
    @UuidParam('personId') contactPersonId: string,
    @Body() consent: ConsentDto,
    @Teller() by: By,
  ) {
    return this.recorder.record(customerStream(id), 'ChangeConsent', { ...consent, contactPersonId }, by);
  }
}
