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
