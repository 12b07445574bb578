import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Caller, remove, ServiceProcess, temporaryFolder } from '../support/service.js';

/** One of several services on the same log: the built program as a process of its own, with a data folder of its own. */
export class Node {
  private process!: ServiceProcess;
  /** How to call it. */
  at!: Caller;

  private constructor(
    readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  /** Returns when it listens; it need not be ready yet. */
  static async start(env: Record<string, string>): Promise<Node> {
    const node = new Node(await temporaryFolder(), env);
    await node.start();
    return node;
  }

  async start(): Promise<void> {
    this.process = ServiceProcess.start(this.folder, this.env);
    this.at = await this.process.caller();
  }

  /** Whatever it is doing. */
  async kill(): Promise<void> {
    this.process.process.kill('SIGKILL');
    await this.process.ended;
  }

  /** Settles when it answers questions. */
  async ready(): Promise<void> {
    while ((await this.at.get('/health/ready')).status !== 200) await pause(20);
  }

  /** Settles when its process managers have handled everything up to a position, and have kept that. */
  async handled(position: string): Promise<void> {
    const wanted = BigInt(position.split('-')[1] as string);
    for (;;) {
      const text = await readFile(join(this.folder, 'data', 'process-managers.json'), 'utf8').catch(() => undefined);
      if (text !== undefined && BigInt((JSON.parse(text) as { position: string }).position) >= wanted) return;
      await pause(50);
    }
  }

  async stop(): Promise<void> {
    this.process.process.kill('SIGTERM');
    await this.process.ended;
    await remove(this.folder);
  }

  get stderr(): string {
    return this.process.stderr;
  }
}
