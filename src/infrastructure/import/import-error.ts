/** The file or the options can't be used at all; the message is one sentence for the person who gave them. */
export class ImportError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImportError';
  }
}
