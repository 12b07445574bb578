/** A command goes against a rule. */
export class Refused extends Error {
  constructor(
    /** Kebab-case name, for ever: callers act on it. */
    readonly rule: string,
    message: string,
    /** Field of the command that is to blame, where there is one: `contactPersons.0.id`. */
    readonly path?: string,
  ) {
    super(message);
    this.name = 'Refused';
  }
}

/** What the command is about does not exist. */
export class Unknown extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Unknown';
  }
}

/** What was told has not the shape it must have. */
export class Invalid extends Error {
  constructor(readonly errors: readonly { readonly path: string; readonly message: string }[]) {
    super(errors.map(({ path, message }) => `${path}: ${message}`).join('; '));
    this.name = 'Invalid';
  }
}

/** For lists that name each thing once, and at least one. @throws Refused */
export function mustDiffer(keys: readonly string[], path: string): void {
  if (keys.length === 0) throw new Refused('nothing-told', 'Nothing is told that could be recorded.', path);
  keys.forEach((key, index) => {
    if (keys.indexOf(key) < index) throw new Refused('told-twice', `${key} is named twice.`, `${path}.${index}`);
  });
}

/** For what holds from a day up to but not including another. @throws Refused */
export function mustEndLater({ validFrom, validTo }: { readonly validFrom: string; readonly validTo?: string }): void {
  if (validTo !== undefined && validTo <= validFrom) {
    throw new Refused('ends-before-it-begins', `It would end on ${validTo}, before it begins.`, 'validTo');
  }
}
