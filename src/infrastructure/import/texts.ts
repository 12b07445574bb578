/** Longest label that an event holds. */
export const LABEL_LENGTH = 200;

/** Gives equal texts as one object: a file repeats its articles and countries on every line. */
export class Interned {
  private readonly texts = new Map<string, string>();

  get(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    if (this.texts.size >= 1_000_000) this.texts.clear();
    this.texts.set(text, text);
    return text;
  }
}

/** A label as events hold it: at most 200 characters, of which no half surrogate pair is left. */
export function asLabel(text: string): string {
  if (text.length <= LABEL_LENGTH) return text;
  const cut = text.slice(0, LABEL_LENGTH);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
