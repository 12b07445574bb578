import { EsdbKeyRing } from '../../../src/infrastructure/esdb/esdb-key-ring.js';

// Makes the keys of the subjects it is told and prints them.
const [connectionString, prefix, masterKey, ...subjects] = process.argv.slice(2);
const ring = await EsdbKeyRing.open({
  connectionString: connectionString as string,
  prefix,
  masterKey: Buffer.from(masterKey as string, 'hex'),
});
const lines = await Promise.all(
  subjects.map(async (subject) => `${subject} ${(await ring.keyFor(subject)).toString('hex')}\n`),
);
process.stdout.write(lines.join(''));
await ring.close();
