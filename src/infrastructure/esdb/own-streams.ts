/** Where the id of a log lies. */
export const IDENTITY_STREAM = 'log-identity';
/** Before the name of every stream that holds a key. */
export const KEY_STREAMS = 'key-';

/** Which streams of a server are those of one log. Names without the prefix are what the port knows. */
export class OwnStreams {
  /** What the server filters by: the log's own streams, without those that the adapter keeps for itself. */
  readonly pattern: string;

  constructor(readonly prefix: string) {
    this.pattern = `^${escaped(prefix)}(?!\\$|${KEY_STREAMS}|${IDENTITY_STREAM}$)`;
  }

  /** @throws TypeError for a name that the port's streams can't have */
  inServer(stream: string): string {
    if (stream === '' || this.isTechnical(stream)) throw new TypeError(`"${stream}" can't be the name of a stream.`);
    if (!stream.isWellFormed()) throw new TypeError(`The name of a stream holds half a character.`);
    return this.prefix + stream;
  }

  /** The port's name of a stream, or undefined when it is not one of this log's or the event is one of the server. */
  nameOf(streamInServer: string, type: string): string | undefined {
    // The end of a stream is written into the stream itself.
    if (type.startsWith('$') || !streamInServer.startsWith(this.prefix)) return undefined;
    const stream = streamInServer.slice(this.prefix.length);
    return this.isTechnical(stream) ? undefined : stream;
  }

  private isTechnical(stream: string): boolean {
    return stream.startsWith('$') || stream.startsWith(KEY_STREAMS) || stream === IDENTITY_STREAM;
  }
}

/** As part of a regular expression. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
