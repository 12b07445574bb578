/** Runs Jest as ES modules need it; `JEST_RESULTS` names a file for the results, arguments are Jest's own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const results = process.env.JEST_RESULTS;
const run = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    '--maxWorkers=100%',
    ...(results ? ['--json', `--outputFile=${results}`] : []),
    ...process.argv.slice(2),
  ],
  { stdio: ['inherit', results ? 'ignore' : 'inherit', 'inherit'] },
);
process.exit(run.status ?? 1);
