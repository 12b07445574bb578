/** A position as users see it: `<log id>-<position>`, so that one of another log is recognised. */
export function formatPosition(logId: string, position: bigint): string {
  return `${logId}-${position}`;
}

export class BadPosition extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadPosition';
  }
}

/** @throws BadPosition when the text is not a position of this log. */
export function parsePosition(logId: string, text: string): bigint {
  const match = /^([a-z0-9]+)-(\d{1,20})$/.exec(text);
  if (!match) throw new BadPosition(`"${text}" is not a position.`);
  if (match[1] !== logId) throw new BadPosition(`Position ${text} belongs to another log than ${logId}.`);
  return BigInt(match[2] as string);
}
