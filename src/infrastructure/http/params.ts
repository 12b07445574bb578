import { Param } from '@nestjs/common';
import { checkRepId, checkUuid } from './fields.js';
import { invalid } from './problem.js';

function checked(name: string, check: (value: unknown) => string | undefined, tidy: (value: string) => string) {
  return Param(name, {
    transform(value: string) {
      const message = check(value);
      if (message) throw invalid([{ path: name, message }]);
      return tidy(value);
    },
  });
}

/** A UUID in the address. */
export function UuidParam(name = 'id') {
  return checked(name, checkUuid, (value) => value.toLowerCase());
}

/** The id of one of our people in the address. */
export function RepParam(name = 'repId') {
  return checked(name, checkRepId, (value) => value);
}

/** One of a few words in the address. */
export function WordParam(name: string, words: readonly string[]) {
  const message = `must be one of ${words.join(', ')}`;
  return checked(
    name,
    (value) => (words.includes(value as string) ? undefined : message),
    (value) => value,
  );
}
