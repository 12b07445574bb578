import { definitionOf } from './catalogue.js';
import type { CorrectEvent, events, RetractEvent } from './corrections.js';
import type { Decider } from './decider.js';
import { type DomainEvent, type EventOf, upcast, validate } from './event.js';
import { type Moment, mustHaveHappened, toInstant } from './moment.js';
import { Invalid, Refused, Unknown } from './refused.js';
import { events as segmentation } from './segmentation.js';

/** An event as its stream holds it, by its id. */
export interface Happened extends DomainEvent {
  readonly id: string;
}

/** An event as it counts now. `id` is that of the event that says so last: itself, or its latest correction. */
export type Version = Happened;

type Correction = EventOf<typeof events, 'EventCorrected'>;
type Retraction = EventOf<typeof events, 'EventRetracted'>;

export function isCorrecting(type: string): boolean {
  return type === 'EventCorrected' || type === 'EventRetracted';
}

/** What can't be taken back as it stands: it undoes or joins other things, or was decided upon as it stood. */
const uncorrectable: ReadonlySet<string> = new Set([
  'CustomersMerged',
  'EventRetracted',
  'PersonalDataErased',
  'ExternalIdClaimLapsed',
  ...Object.keys(segmentation),
]);

/** A stream's events in their places, each in the version that counts; a retracted one leaves its place empty. */
class Places {
  readonly versions: (Version | undefined)[] = [];
  private readonly placeOf = new Map<string, number>();
  private readonly retractedBy = new Map<number, string>();

  constructor(log: Iterable<Happened>) {
    for (const event of log) this.add(event);
  }

  private add(event: Happened): void {
    if (!isCorrecting(event.type)) {
      this.placeOf.set(event.id, this.versions.push(event) - 1);
      return;
    }
    const { targetEventId } = (event as Correction | Retraction).data;
    const place = this.placeOf.get(targetEventId);
    if (place === undefined)
      throw new Error(`Event ${event.id} corrects ${targetEventId}, which is not in its stream.`);
    this.placeOf.set(event.id, place);
    if (event.type === 'EventRetracted') {
      this.versions[place] = undefined;
      this.retractedBy.set(place, event.id);
    } else {
      this.versions[place] = replacementOf(event as Happened & Correction);
    }
  }

  /** Where the latest version of what a command targets is. @throws Refused, Unknown */
  target(eventId: string): { place: number; version: Version } {
    const place = this.placeOf.get(eventId);
    if (place === undefined) throw new Unknown(`There is no event ${eventId} here.`);
    const retraction = this.retractedBy.get(place);
    const version = this.versions[place];
    if (retraction === eventId || (version && uncorrectable.has(version.type))) {
      throw new Refused('not-correctable', `Event ${eventId} can't be corrected or retracted.`, 'targetEventId');
    }
    if (!version) {
      throw new Refused('already-superseded', `Event ${eventId} was retracted by ${retraction}.`, 'targetEventId');
    }
    if (version.id !== eventId) {
      throw new Refused(
        'already-superseded',
        `Event ${eventId} was corrected: ${version.id} counts now.`,
        'targetEventId',
      );
    }
    return { place, version };
  }
}

function replacementOf(event: Happened & Correction): Version {
  const { type, schemaVersion, occurredAt, data } = event.data.replacement;
  const definition = definitionOf(type);
  if (!definition) throw new Error(`Event ${event.id} replaces a ${type}, which this version does not know.`);
  return { id: event.id, type, occurredAt, data: upcast(definition, schemaVersion, data) };
}

/** The effective history: what counts now, in the order of the log. Corrections themselves are no part of it. */
export function effective(log: readonly Happened[]): readonly Version[] {
  if (!log.some(({ type }) => isCorrecting(type))) return log;
  return new Places(log).versions.filter((version) => version !== undefined);
}

/** The state after these effective events. */
export function fold<State>(decider: Decider<State>, id: string, versions: Iterable<DomainEvent>): State {
  const state = decider.initial(id);
  for (const version of versions) decider.evolve(state, version);
  return state;
}

/** Folds with the rules: the state, and what each place goes against. */
function foldStrictly<State>(decider: Decider<State>, id: string, versions: readonly (Version | undefined)[]) {
  const state = decider.initial(id);
  const against = new Map<number, Refused>();
  versions.forEach((version, place) => {
    if (!version) return;
    try {
      decider.check(state, version);
    } catch (error) {
      if (error instanceof Unknown) against.set(place, new Refused('built-upon', error.message));
      else if (error instanceof Refused) against.set(place, error);
      else throw error;
    }
    decider.evolve(state, version);
  });
  return { state, against };
}

export interface Corrected<State> {
  readonly event: Correction | Retraction;
  /** The target as it counts from now on; undefined when it was retracted. */
  readonly version: DomainEvent | undefined;
  /** The state of the history as it counts from now on. */
  readonly state: State;
}

/** @throws Refused, Unknown, Invalid */
export function correct<State>(
  decider: Decider<State>,
  id: string,
  log: readonly Happened[],
  command: CorrectEvent,
  moment: Moment,
): Corrected<State> {
  const places = new Places(log);
  const { place, version } = places.target(command.targetEventId);
  const occurredAt = replacedMoment(command, version, moment);
  const replaced: Version = { ...version, occurredAt, data: command.replacement.data };
  const definition = mustBeSameThing(version, replaced);
  const state = refold(decider, id, places.versions, place, replaced);
  if (occurredAt !== version.occurredAt) decider.checkMoved(state, replaced);
  return checked({
    event: {
      type: 'EventCorrected',
      occurredAt: moment.occurredAt,
      data: {
        targetEventId: command.targetEventId,
        replacement: {
          type: version.type,
          schemaVersion: definition.version,
          occurredAt,
          data: { ...command.replacement.data },
        },
        reason: command.reason,
      },
    },
    version: replaced,
    state,
  });
}

/** @throws Refused, Unknown */
export function retract<State>(
  decider: Decider<State>,
  id: string,
  log: readonly Happened[],
  command: RetractEvent,
  moment: Moment,
): Corrected<State> {
  const places = new Places(log);
  const { place } = places.target(command.targetEventId);
  const state = refold(decider, id, places.versions, place, undefined);
  const { targetEventId, reason } = command;
  return checked({
    event: { type: 'EventRetracted', occurredAt: moment.occurredAt, data: { targetEventId, reason } },
    version: undefined,
    state,
  });
}

function checked<State>(corrected: Corrected<State>): Corrected<State> {
  const { type, data } = corrected.event;
  validate(type, definitionOf(type), data);
  return corrected;
}

function replacedMoment({ replacement }: CorrectEvent, target: Version, { now }: Moment): string {
  if (replacement.occurredAt === undefined) return target.occurredAt;
  const path = 'replacement.occurredAt';
  const occurredAt = toInstant(replacement.occurredAt);
  if (!occurredAt) throw new Invalid([{ path, message: 'must be an instant in ISO 8601 with its offset' }]);
  mustHaveHappened(occurredAt, now, path);
  return occurredAt;
}

function mustBeSameThing(target: Version, replaced: Version) {
  const path = 'replacement.data';
  const definition = validate(replaced.type, definitionOf(replaced.type), replaced.data, path);
  const before = target.data as Readonly<Record<string, unknown>>;
  const after = replaced.data as Readonly<Record<string, unknown>>;
  const { identity } = definition;
  if (identity && after[identity] !== before[identity]) {
    throw new Refused('another-thing', `The correction would be about another ${identity}.`, `${path}.${identity}`);
  }
  // Only an import sets them: by a correction they would let through what the rules refuse.
  const flags = after.flags;
  if (Array.isArray(flags) && flags.length > 0 && !Array.isArray(before.flags)) {
    throw new Refused('flags-reserved', 'Flags are set by imports only.', `${path}.flags`);
  }
  return definition;
}

/** The state with one place changed. @throws Refused when something goes against a rule that did not before */
function refold<State>(
  decider: Decider<State>,
  id: string,
  before: readonly (Version | undefined)[],
  place: number,
  version: Version | undefined,
): State {
  const { state, against } = foldStrictly(decider, id, before.with(place, version));
  if (against.size === 0) return state;
  // A history that was recorded under milder rules may still be corrected elsewhere.
  const { against: already } = foldStrictly(decider, id, before);
  for (const [where, refused] of against) {
    if (where !== place && already.get(where)?.rule === refused.rule) continue;
    if (where === place)
      throw new Refused(refused.rule, refused.message, refused.path && `replacement.data.${refused.path}`);
    throw new Refused(
      refused.rule,
      `Event ${before[where]?.id} would no longer hold: ${refused.message}`,
      'targetEventId',
    );
  }
  return state;
}
