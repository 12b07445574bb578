import type { Customer } from '../domain/customer.js';
import type { DomainEvent, EventOf } from '../domain/event.js';
import { convertedProspect, type events, joiningCustomers, mergedCustomer } from '../domain/external-ids.js';
import { requestIdFor } from '../domain/ids.js';
import { type Claim, claimsOf, holds, joined, mentioned } from '../domain/others.js';
import { Refused } from '../domain/refused.js';
import { customerStream, externalIdStream } from '../domain/streams.js';
import { chainHash } from './chain.js';
import type { Histories, History } from './histories.js';
import { type EventLog, type RecordedEvent, WrongExpectedRevision } from './ports/event-log.js';
import { readStored } from './stored-event.js';
import type { Turns } from './turns.js';
import { type Request, writeEvent } from './writing.js';

type Claimed = EventOf<typeof events, 'ExternalIdClaimed'>['data'];

/** Whoever makes customers part of one another claims this: judging who is part of whom takes several streams. */
const joining: Claim = { source: joiningCustomers, key: 'all', rule: '', path: '' };

/** How long a claim may stand without what it is for before it is fenced; for each time that it was fought over before. */
export const claimPatienceMs = 1_000;
const longestPatienceMs = 10_000;
const pollMs = 25;

/**
 * The rules that hold over several customers, whichever process records them: who is mentioned exists, nobody becomes
 * part of itself, and what only one may have is claimed first, each in a stream of its own.
 *
 * A claim names the revision at which its customer's stream goes on. Only the append at that revision can make it good,
 * so once any other event stands there the claim has come to nothing, for ever. A process that wants what another one
 * claimed waits a little, and then puts an event there itself; the other one, if it is alive, finds its append in
 * conflict, decides again, and has to claim again. Nothing of this depends on a clock: patience only decides who wins.
 */
export class Relations {
  constructor(
    private readonly log: EventLog,
    private readonly histories: Histories,
    private readonly turns: Turns,
    private readonly patienceMs: number,
  ) {}

  /**
   * Claims what these events need: they have to be appended right behind `own`. The answer ends the claims' turns, and
   * must be called when the events are durable or given up: until then nobody else in this process can judge the claims.
   * @throws Refused
   */
  async settle(own: History, events: readonly DomainEvent[], request: Request): Promise<(() => void) | undefined> {
    for (const mention of events.flatMap(mentioned)) {
      if (mention.customerId !== own.id && !(await this.exists(mention.customerId))) {
        throw new Refused('unknown-other-customer', `There is no customer ${mention.customerId}.`, mention.path);
      }
    }
    const joins = events.flatMap((event) => joined(own.id, event));
    // What it has already stays its own: nobody can have taken it unless the stream has gone on, and then the append fails.
    const wanted = events.flatMap(claimsOf).filter((claim) => !holds(own.state as Customer, claim));
    const claims = wanted.map((claim) => ({ claim, stream: externalIdStream(claim.source, claim.key) }));
    if (joins.length > 0) claims.push({ claim: joining, stream: externalIdStream(joining.source, joining.key) });
    if (claims.length === 0) return undefined;
    // The same order for everyone keeps two from waiting for each other.
    claims.sort((one, other) => (one.stream < other.stream ? -1 : 1));
    const done = await this.turns.takeAll(claims.map(({ stream }) => stream));
    try {
      // Before anything is claimed: what is refused anyway should leave nothing for others to wait for.
      await this.mustNotMeet(joins);
      for (const { claim, stream } of claims) await this.claim(claim, stream, own, request);
      await this.mustNotMeet(joins);
      return done;
    } catch (error) {
      done();
      throw error;
    }
  }

  private async exists(customerId: string): Promise<boolean> {
    const stream = customerStream(customerId);
    const known = this.turns.isTaken(stream) ? undefined : this.histories.find(stream);
    const customer = known ? (known.state as Customer) : await this.customer(customerId);
    return customer.profile.registered;
  }

  /** As the log has it: a state that is kept may be in the middle of something. */
  private async customer(customerId: string): Promise<Customer> {
    return (await this.histories.load(customerStream(customerId))).state as Customer;
  }

  private async mustNotMeet(joins: ReturnType<typeof joined>): Promise<void> {
    for (const { part, of } of joins) await this.mustNotBePartOf(of, part);
  }

  /** @throws Refused when `whole` is, by merging or taking over, part of `part` already. */
  private async mustNotBePartOf(whole: string, part: string): Promise<void> {
    const seen = new Set<string>();
    const next = [whole];
    for (let id = next.pop(); id !== undefined; id = next.pop()) {
      if (id === part) {
        throw new Refused('part-of-itself', `Customer ${whole} is part of ${part} already.`);
      }
      if (seen.has(id)) continue;
      seen.add(id);
      const { takenOverBy } = (await this.customer(id)).profile;
      if (takenOverBy) next.push(takenOverBy);
      const survivor = await this.ownerOf({ source: mergedCustomer, key: id, rule: '', path: '' });
      if (survivor) next.push(survivor);
    }
  }

  /** Who has it; undefined when nobody claimed it, or the claim came to nothing. */
  private async ownerOf(claim: Claim): Promise<string | undefined> {
    const last = await this.lastClaim(externalIdStream(claim.source, claim.key));
    if (!last) return undefined;
    const { customerId } = readStored(last).data as Claimed;
    return holds(await this.customer(customerId), claim) ? customerId : undefined;
  }

  private async lastClaim(stream: string): Promise<RecordedEvent | undefined> {
    let last: RecordedEvent | undefined;
    for await (const recorded of this.histories.read(stream)) last = recorded;
    return last;
  }

  /** Only the last claim counts. A new one follows it at the exact revision, and only when that one has come to nothing. */
  private async claim(claim: Claim, stream: string, own: History, request: Request): Promise<void> {
    const next = nextRevision(own);
    const data: Claimed = { source: claim.source, key: claim.key, customerId: own.id, revision: String(next) };
    let last: RecordedEvent | undefined;
    for (;;) {
      const place = last ? last.revision + 1n : 0n;
      const event = writeEvent(
        stream,
        { type: 'ExternalIdClaimed', occurredAt: request.told, data },
        Number(place),
        request,
        last && chainHash(last),
      );
      try {
        const { repeated } = await this.log.append(stream, [event], last ? last.revision : 'none');
        // The same request may have claimed for another revision then, and others may have claimed since.
        if (!repeated) return;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
      last = await this.lastClaim(stream);
      if (!last) continue;
      const { customerId, revision } = readStored(last).data as Claimed;
      if (customerId !== own.id) {
        if (await this.isGood(last, claim, request)) {
          throw new Refused(claim.rule, takenBy(customerId, claim), claim.path);
        }
      } else if (revision !== undefined && BigInt(revision) >= next) {
        // Claimed for this very append; or this customer's stream has gone on meanwhile, and the append will tell.
        return;
      }
    }
  }

  /**
   * Whether what was claimed is there, or else can never come any more.
   * @param last the last claim of its stream
   */
  private async isGood(last: RecordedEvent, claim: Claim, request: Request): Promise<boolean> {
    const { customerId, revision } = readStored(last).data as Claimed;
    const owner = await this.histories.load(customerStream(customerId));
    let polls = Math.min(this.patienceMs * Number(last.revision + 1n), longestPatienceMs) / pollMs;
    for (;;) {
      if (holds(owner.state as Customer, claim)) return true;
      if (revision !== undefined && BigInt(revision) < nextRevision(owner)) return false;
      if (polls > 0) {
        polls -= 1;
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      } else if (await this.fence(owner, last, claim, request)) {
        return false;
      }
      await this.histories.continue(owner);
    }
  }

  /** Takes the revision that a claim is waiting for. False when something else was quicker. */
  private async fence(owner: History, last: RecordedEvent, claim: Claim, request: Request): Promise<boolean> {
    const { source, key } = claim;
    // Of the claim, not of who finds it: several that do so at once do the same thing.
    const id = requestIdFor('claim lapsed', last.stream, String(last.revision));
    const event = writeEvent(
      owner.stream,
      { type: 'ExternalIdClaimLapsed', occurredAt: request.told, data: { source, key } },
      0,
      { ...request, id, causationId: last.id },
      owner.lastHash,
    );
    try {
      await this.log.append(owner.stream, [event], owner.revision ?? 'none');
      return true;
    } catch (error) {
      if (error instanceof WrongExpectedRevision) return false;
      throw error;
    }
  }
}

/** Of the next event of a stream. */
function nextRevision({ revision }: History): bigint {
  return revision === undefined ? 0n : revision + 1n;
}

function takenBy(owner: string, { source, key }: Claim): string {
  if (source === mergedCustomer) return `Customer ${key} was merged into ${owner} already.`;
  if (source === convertedProspect) return `Customer ${key} was converted by a referral of ${owner} already.`;
  return `Customer ${owner} has the outside key ${source}:${key} already.`;
}
