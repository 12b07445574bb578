import type { Told } from '../../domain/command.js';
import { Id, Instant } from './fields.js';

/** What every recording may say beside its own content. */
export class ToldDto implements Told {
  @Id({
    optional: true,
    description: 'Made by the caller, so that a retry is harmless; made by the server when absent',
  })
  id?: string;

  @Instant({ optional: true, description: 'When it happened; now when absent' })
  occurredAt?: string;
}
