import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the SQL file of a fact says of its table. */
export function aboutFact(projections: string, name: string): string {
  const lines = readFileSync(join(projections, 'facts', `${name}.sql`), 'utf8').split('\n');
  const comment = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith('-- from:')),
  );
  return comment.map((line) => line.replace(/^-- ?/, '')).join(' ');
}
