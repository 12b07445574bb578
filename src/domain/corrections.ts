import { z } from 'zod';
import type { Told } from './command.js';
import { event, sealable } from './event.js';
import { instant, longText, uuid } from './shapes.js';

export const events = {
  /** Names the latest effective version of an event and carries its full replacement. */
  EventCorrected: event(
    z.strictObject({
      targetEventId: uuid,
      replacement: z.strictObject({
        type: z.string().min(1),
        schemaVersion: z.int().min(1),
        occurredAt: instant,
        data: z.record(z.string(), z.unknown()),
      }),
      reason: sealable(longText),
    }),
  ),
  EventRetracted: event(z.strictObject({ targetEventId: uuid, reason: sealable(longText) })),
};

export interface CorrectEvent extends Told {
  readonly targetEventId: string;
  /** The whole event as it should have been, texts in plain; its type stays that of the target. */
  readonly replacement: {
    /** That of the target when left out. */
    readonly occurredAt?: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
  readonly reason: string;
}

export interface RetractEvent extends Told {
  readonly targetEventId: string;
  readonly reason: string;
}

export interface Commands {
  CorrectEvent: CorrectEvent;
  RetractEvent: RetractEvent;
}
