#!/usr/bin/env node
// Plain JavaScript that an older Node can read as well: it finds the Node that the project brings along.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const REQUIRED = 24;
const main = fileURLToPath(new URL('../dist/infrastructure/cli/main.js', import.meta.url));

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

function ownNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    return [join(folder, 'bin', 'node'), join(folder, 'bin', 'node.exe')].find((file) => existsSync(file));
  } catch {
    return undefined;
  }
}

if (Number.parseInt(process.versions.node, 10) < REQUIRED) {
  const node = ownNode();
  if (node) {
    // The channel tells the other process when this one is gone, however it ended.
    const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        // A terminal sends Ctrl-C to both.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      });
    }
    child.on('error', (error) => fail(`The Node that the project brings along can't be started: ${error.message}.`));
    child.on('exit', (code, signal) => {
      if (!signal) {
        process.exitCode = code ?? 1;
        return;
      }
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  } else {
    fail(
      `klantwaarde needs Node ${REQUIRED} or newer and this is ${process.version}: install it, or run "npm ci" with install scripts allowed.`,
    );
  }
} else if (!existsSync(main)) {
  fail('klantwaarde is not built yet: run "npm run build".');
} else {
  if (process.channel) {
    process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.channel.unref();
  }
  // Compiled code is kept with the project, so that the next start is quicker; where nothing can be written it isn't.
  module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/klantwaarde', import.meta.url)));
  await import(pathToFileURL(main).href);
}
