import { setTimeout as pause } from 'node:timers/promises';
import type { Metadata } from '@grpc/grpc-js';
import { refusals } from './refusals.js';
import type { ProposedEvent, WriteOutcome } from './store.js';

/** How an append goes wrong: the connection falls, the server says that it could not confirm in time, or says nothing. */
export type AppendFailure = 'cut' | 'timed-out' | 'silent';

interface FailingAppend {
  readonly when: 'before' | 'after';
  readonly how: AppendFailure;
}

/** As long as the real server waits. */
const COMMIT_TIMEOUT_MS = 2_000;

/** What goes wrong on purpose; looked at by each call. */
export class Faults {
  delayMs = 0;
  commitDelayMs = 0;
  login: 'accepted' | 'unauthenticated' | 'denied' = 'accepted';
  isDiskFull = false;
  isReady = true;
  leaderElsewhere: { readonly host: string; readonly port: number } | undefined;
  /** No event of these types is ever stored: what holds one times out. */
  readonly poison = new Set<string>();
  private readonly unconfirmed = new Set<bigint>();
  private readonly failingAppends: FailingAppend[] = [];

  constructor(private readonly cut: () => void) {}

  failNextAppend(when: 'before' | 'after', how: AppendFailure): void {
    this.failingAppends.push({ when, how });
  }

  /** @throws Refusal */
  async enter(): Promise<void> {
    if (this.delayMs > 0) await pause(this.delayMs);
    if (!this.isReady) throw refusals.notReady();
    if (this.login === 'unauthenticated') throw refusals.unauthenticated();
    if (this.login === 'denied') throw refusals.accessDenied();
  }

  /** Stores an append, or not, or stores it and keeps quiet about it. @throws Refusal */
  async storing(events: readonly ProposedEvent[], store: () => WriteOutcome): Promise<WriteOutcome> {
    if (this.isDiskFull) throw refusals.full();
    if (events.some(({ type }) => this.poison.has(type))) throw refusals.timedOut('Commit phase timeout.');
    const failing = this.failingAppends.shift();
    if (failing?.when === 'before') await this.fail(failing.how);
    const answer = store();
    if (failing) await this.fail(failing.how);
    if (this.commitDelayMs > 0 && answer.kind === 'written') await this.confirm(answer.position);
    return answer;
  }

  /** Until an append is confirmed, the real server drops the same one when it comes again, which then times out. */
  private async confirm(position: bigint): Promise<void> {
    if (this.unconfirmed.has(position)) {
      await pause(COMMIT_TIMEOUT_MS);
      throw refusals.timedOut('Commit phase timeout.');
    }
    this.unconfirmed.add(position);
    await pause(this.commitDelayMs);
    this.unconfirmed.delete(position);
  }

  /** A follower hands appends to the leader itself, unless the client wants to talk to the leader. @throws Refusal */
  requireLeader(metadata: Metadata): void {
    if (!this.leaderElsewhere || metadata.get('requires-leader')[0] !== 'true') return;
    throw refusals.notLeader(this.leaderElsewhere.host, this.leaderElsewhere.port);
  }

  private async fail(how: AppendFailure): Promise<void> {
    if (how === 'timed-out') throw refusals.timedOut('Commit phase timeout.');
    if (how === 'cut') this.cut();
    await new Promise(() => {});
  }
}
