import type { Customer } from '../domain/customer.js';
import type { DomainEvent, EventOf } from '../domain/event.js';
import { convertedProspect, type events, mergedCustomer } from '../domain/external-ids.js';
import { type Claim, claimsOf, holds, joined, mentioned } from '../domain/others.js';
import { Refused } from '../domain/refused.js';
import { customerStream, externalIdStream } from '../domain/streams.js';
import { chainHash } from './chain.js';
import type { Histories } from './histories.js';
import { type EventLog, type RecordedEvent, WrongExpectedRevision } from './ports/event-log.js';
import { readStored } from './stored-event.js';
import type { Turns } from './turns.js';
import { type Request, writeEvent } from './writing.js';

type Claimed = EventOf<typeof events, 'ExternalIdClaimed'>['data'];

/**
 * The rules that hold over several customers: who is mentioned exists, nobody becomes part of itself, and what only one
 * may have is claimed first, each in a stream of its own. A process that dies after claiming leaves a claim that came
 * to nothing; the next one to ask takes it over at the exact revision.
 */
export class Relations {
  constructor(
    private readonly log: EventLog,
    private readonly histories: Histories,
    private readonly turns: Turns,
  ) {}

  /**
   * Claims what these events need. The answer ends the claims' turns, and must be called when the events are durable or
   * given up: until then nobody else in this process can judge the claims.
   * @throws Refused
   */
  async settle(ownId: string, events: readonly DomainEvent[], request: Request): Promise<(() => void) | undefined> {
    const joins = events.flatMap((event) => joined(ownId, event));
    const claims = events.flatMap(claimsOf);
    for (const mention of events.flatMap(mentioned)) {
      if (mention.customerId !== ownId && !(await this.exists(mention.customerId))) {
        throw new Refused('unknown-other-customer', `There is no customer ${mention.customerId}.`, mention.path);
      }
    }
    if (joins.length === 0 && claims.length === 0) return undefined;
    const done = await this.turns.takeAll([
      ...claims.map(({ source, key }) => externalIdStream(source, key)),
      ...(joins.length > 0 ? ['joining customers'] : []),
    ]);
    try {
      for (const { part, of } of joins) await this.mustNotBePartOf(of, part);
      for (const [index, claim] of claims.entries()) await this.claim(claim, ownId, index, request);
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
    const last = await this.lastClaim(claim);
    if (!last) return undefined;
    const { customerId } = readStored(last).data as Claimed;
    return holds(await this.customer(customerId), claim) ? customerId : undefined;
  }

  private async lastClaim({ source, key }: Claim): Promise<RecordedEvent | undefined> {
    let last: RecordedEvent | undefined;
    for await (const recorded of this.histories.read(externalIdStream(source, key))) last = recorded;
    return last;
  }

  private async claim(claim: Claim, customerId: string, index: number, request: Request): Promise<void> {
    const stream = externalIdStream(claim.source, claim.key);
    const data: Claimed = { source: claim.source, key: claim.key, customerId };
    let last: RecordedEvent | undefined;
    for (;;) {
      const previous = last && chainHash(last);
      const event = writeEvent(
        stream,
        { type: 'ExternalIdClaimed', occurredAt: request.told, data },
        index,
        request,
        previous,
      );
      try {
        const { repeated } = await this.log.append(stream, [event], last ? last.revision : 'none');
        // A repeat was claimed once, and may have been taken over by another since.
        if (!repeated) return;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
      last = await this.lastClaim(claim);
      if (!last) continue;
      const owner = (readStored(last).data as Claimed).customerId;
      if (owner === customerId) return;
      if (holds(await this.customer(owner), claim)) {
        throw new Refused(claim.rule, takenBy(owner, claim), claim.path);
      }
    }
  }
}

function takenBy(owner: string, { source, key }: Claim): string {
  if (source === mergedCustomer) return `Customer ${key} was merged into ${owner} already.`;
  if (source === convertedProspect) return `Customer ${key} was converted by a referral of ${owner} already.`;
  return `Customer ${owner} has the outside key ${source}:${key} already.`;
}
