/** Reads Jest's JSON results: fails when a test was skipped, and closes with a line that counts. */
import { readFileSync } from 'node:fs';

const results = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const skipped = results.testResults.flatMap((file) =>
  file.assertionResults
    .filter((test) => test.status === 'pending' || test.status === 'todo')
    .map((test) => test.fullName),
);
for (const name of skipped) console.error(`Skipped: ${name}`);
console.log(`${results.numPassedTests} passed, ${results.numFailedTests} failed`);
process.exit(skipped.length > 0 || results.numFailedTests > 0 || results.numPassedTests === 0 ? 1 : 0);
