import 'reflect-metadata';
import { runCommandLine } from './command-line.js';

// Whoever reads the answer may have seen enough of it: `klantwaarde status | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2));
