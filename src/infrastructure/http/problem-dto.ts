import { ApiProperty } from '@nestjs/swagger';
import type { ProblemBody } from './problem.js';

class FieldErrorDto {
  @ApiProperty({ example: 'lines[0].net' })
  path: string;
  @ApiProperty({ example: 'must be a whole number' })
  message: string;
}

/** An error (RFC 9457). */
export class ProblemDto implements ProblemBody {
  @ApiProperty({ example: 'urn:klantwaarde:problem:invalid' })
  type: string;
  @ApiProperty({ example: 'The request is not valid' })
  title: string;
  @ApiProperty({ example: 400 })
  status: number;
  @ApiProperty({ required: false, example: 'One field is not valid.' })
  detail?: string;
  @ApiProperty({ required: false, description: 'Name of the rule that refused it', example: 'customer-ended' })
  rule?: string;
  @ApiProperty({ required: false, type: [FieldErrorDto] })
  errors?: FieldErrorDto[];
}
