import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * The network in front of the server: it forwards the bytes of each connection to the port behind it until it is cut,
 * falls silent (connections stay and are accepted, nothing comes through, not even pings) or is unplugged.
 */
export class Wire {
  port = 0;
  private listener: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private isSilent = false;

  constructor(private readonly target: number) {}

  async plugIn(): Promise<void> {
    if (this.listener) return;
    this.listener = createServer((socket) => this.accept(socket));
    this.listener.listen(this.port, '127.0.0.1');
    await once(this.listener, 'listening');
    this.port = (this.listener.address() as AddressInfo).port;
  }

  async unplug(): Promise<void> {
    const { listener } = this;
    this.listener = undefined;
    if (!listener) return;
    const closed = once(listener, 'close');
    listener.close();
    this.cut();
    await closed;
  }

  /** Ends every connection at once, as a fallen process does. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  silence(isSilent: boolean): void {
    this.isSilent = isSilent;
    for (const socket of this.sockets) {
      if (isSilent) socket.pause();
      else socket.resume();
    }
  }

  private accept(incoming: Socket): void {
    const outgoing = connect(this.target, '127.0.0.1');
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (to.write(bytes)) return;
        from.pause();
        to.once('drain', () => this.isSilent || from.resume());
      });
      from.on('error', () => from.destroy());
      from.once('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.isSilent) from.pause();
    }
  }
}
