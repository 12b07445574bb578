import { Body, Controller, Post } from '@nestjs/common';
import type { By } from '../../application/record.js';
import type { OurRole } from '../../domain/shapes.js';
import { customerStream } from '../../domain/streams.js';
import type { AssignAccountTeamMember, RemoveAccountTeamMember } from '../../domain/team.js';
import { Day, OneOf, RepId } from './fields.js';
import { UuidParam } from './params.js';
import { Recorder, Records, Teller } from './recording.js';
import { ToldDto } from './told.js';
import { ourRoles } from './words.js';

class TeamMemberDto extends ToldDto implements AssignAccountTeamMember, RemoveAccountTeamMember {
  @RepId()
  repId: string;
  @OneOf(ourRoles)
  role: OurRole;
  @Day({ optional: true, description: 'The day it happened when absent' })
  validFrom?: string;
}

@Controller('customers/:id/account-team')
export class TeamController {
  constructor(private readonly recorder: Recorder) {}

  @Post()
  @Records('Put one of us on the account team', 'A new account manager takes over from the one before.')
  assign(@UuidParam() id: string, @Body() member: TeamMemberDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'AssignAccountTeamMember', member, by);
  }

  @Post('departure')
  @Records('Take one of us off the account team')
  remove(@UuidParam() id: string, @Body() member: TeamMemberDto, @Teller() by: By) {
    return this.recorder.record(customerStream(id), 'RemoveAccountTeamMember', member, by);
  }
}
