import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const projectFolder = resolve(import.meta.dirname, '../../..');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as users start it, in a process of its own, with nothing set but what is given. */
export function start(args: readonly string[], env: Readonly<Record<string, string>>) {
  if (!existsSync(join(projectFolder, 'dist/infrastructure/cli/main.js'))) {
    throw new Error('The command line is not built: run "npm run build" first, or the tests through "npm test".');
  }
  const child = spawn(process.execPath, [join(projectFolder, 'bin/klantwaarde.js'), ...args], {
    cwd: projectFolder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((settle, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => settle({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

export function klantwaarde(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  return start(args, env).ended;
}

/** The answer of a verb with --json that has to succeed. */
export async function answerOf<Answer>(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { code, stdout, stderr } = await klantwaarde([...args, '--json'], env);
  if (code !== 0) throw new Error(`klantwaarde ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Answer;
}

/** A service on a free port, once it answers. */
export async function startService(env: Readonly<Record<string, string>>) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api/v1`;
  const { child, ended } = start(['serve'], { ...env, PORT: String(port) });
  let isOver = false;
  ended.then(() => {
    isOver = true;
  });
  for (;;) {
    if (isOver) throw new Error(`The service did not start: ${(await ended).stderr}`);
    const isReady = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) break;
    await pause(50);
  }
  return {
    url,
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
