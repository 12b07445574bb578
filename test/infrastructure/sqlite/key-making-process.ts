import { SqliteKeyRing } from '../../../src/infrastructure/sqlite/sqlite-key-ring.js';

// Makes the keys of the subjects it is told and prints them.
const [file, ...subjects] = process.argv.slice(2);
const ring = await SqliteKeyRing.open(file as string);
for (const subject of subjects) {
  const key = await ring.keyFor(subject);
  process.stdout.write(`${subject} ${key.toString('hex')}\n`);
}
await ring.close();
