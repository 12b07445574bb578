import { Command, CommanderError } from 'commander';
import { backupVerb } from './backup-verb.js';
import { copyLogVerb } from './copy-log-verb.js';
import { demoVerb } from './demo-verb.js';
import { exportVerb } from './export-verb.js';
import { importVerb } from './import-verb.js';
import { rebuildVerb } from './rebuild-verb.js';
import { restoreVerb } from './restore-verb.js';
import { serveVerb } from './serve-verb.js';
import { snapshotVerb } from './snapshot-verb.js';
import { statusVerb } from './status-verb.js';

/**
 * Runs one verb. Whatever goes wrong is one sentence on stderr.
 * @returns the exit code: 0 only on success, 2 for a command that makes no sense
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const program = new Command('klantwaarde')
    .description('Relationship management on an event log. Settings come from the environment (KLANTWAARDE_DATA, …).')
    .addCommand(serveVerb())
    .addCommand(importVerb())
    .addCommand(statusVerb())
    .addCommand(rebuildVerb())
    .addCommand(snapshotVerb())
    .addCommand(exportVerb())
    .addCommand(backupVerb())
    .addCommand(restoreVerb())
    .addCommand(copyLogVerb())
    .addCommand(demoVerb());
  throwInsteadOfExit(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      process.stderr.write(`${sentence(error)}\n`);
      return 1;
    }
    if (error.exitCode === 0) return 0;
    // Without a verb commander shows the help by itself.
    if (error.code !== 'commander.help') process.stderr.write(`${sentence(error)}\n`);
    return 2;
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => undefined });
  for (const verb of command.commands) throwInsteadOfExit(verb);
}

function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ''] = message.replace(/^error: /, '').split('\n(');
  const text = first.replaceAll(/\s*\n\s*/g, ' ').trim() || 'Something went wrong.';
  return `${text[0]?.toUpperCase()}${text.slice(1)}${/[.!?…)]$/.test(text) ? '' : '.'}`;
}
