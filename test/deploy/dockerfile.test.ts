import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Copy, DockerfileParser, type From, type Healthcheck } from 'dockerfile-ast';
import { readConfig } from '../../src/infrastructure/config.js';
import { projectFolder } from './compose-file.js';

const text = readFileSync(`${projectFolder}Dockerfile`, 'utf8');
const dockerfile = DockerfileParser.parse(text);
const instructions = dockerfile.getInstructions();
const ignored = readFileSync(`${projectFolder}.dockerignore`, 'utf8').split('\n');

interface Stage {
  readonly from: From;
  readonly instructions: typeof instructions;
}

const stages: Stage[] = [];
for (const instruction of instructions) {
  if (instruction.getKeyword() === 'FROM') stages.push({ from: instruction as From, instructions: [] });
  else stages.at(-1)?.instructions.push(instruction);
}
const final = stages.at(-1) as Stage;
const argumentsOf = (stage: Stage, keyword: string) =>
  stage.instructions.filter((one) => one.getKeyword() === keyword).map((one) => one.getArgumentsContent() ?? '');

describe('The Dockerfile', () => {
  it('builds each stage on one slim image of Node 24, pinned to a version', () => {
    const [image] = dockerfile.getInitialARGs();
    expect(image?.getProperty()?.getName()).toBe('NODE_IMAGE');
    expect(image?.getProperty()?.getValue()).toMatch(/^node:24\.\d+\.\d+-(bookworm-)?slim$/);
    for (const { from } of stages) expect(from.getImage()).toMatch(/^\$\{NODE_IMAGE\}$/);
    expect(stages).toHaveLength(3);
  });

  it('uses a Node that the program takes', () => {
    const { engines } = JSON.parse(readFileSync(`${projectFolder}package.json`, 'utf8'));
    expect(engines.node).toBe('>=24');
  });

  it('installs without scripts, and what is only for development stays in the stage that builds', () => {
    const installs = stages.map((stage) => argumentsOf(stage, 'RUN').filter((run) => run.includes('npm ')));
    expect(installs).toEqual([
      ['npm ci --ignore-scripts --no-audit --no-fund', 'npm run build'],
      [expect.stringMatching(/^npm ci --omit=dev --ignore-scripts /)],
      [],
    ]);
  });

  it('leaves the program to a user who is not root and can not change it', () => {
    expect(argumentsOf(final, 'USER')).toEqual(['node']);
    const copies = final.instructions.filter((one) => one.getKeyword() === 'COPY') as Copy[];
    expect(copies.flatMap((copy) => copy.getFlags().map((flag) => flag.getName()))).not.toContain('chown');
    const afterUser = final.instructions.slice(final.instructions.findIndex((one) => one.getKeyword() === 'USER'));
    expect(afterUser.map((one) => one.getKeyword())).not.toContain('RUN');
  });

  it('copies what is there, and what the build may see of it', () => {
    let copied = 0;
    for (const stage of stages) {
      for (const copy of stage.instructions.filter((one) => one.getKeyword() === 'COPY') as Copy[]) {
        const from = copy.getFromFlag()?.getValue();
        const sources = copy.getArguments().slice(0, -1).map(String);
        if (from !== undefined && from !== null) {
          expect(stages.map((one) => one.from.getBuildStage())).toContain(from);
          continue;
        }
        for (const source of sources) {
          copied++;
          expect([source, existsSync(join(projectFolder, source))]).toEqual([source, true]);
          expect(ignored).toContain(`!${source.replace('./', '')}`);
        }
      }
    }
    expect(copied).toBeGreaterThan(5);
  });

  it('shows the build nothing else, secrets and data least of all', () => {
    expect(ignored).toContain('*');
    const shown = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    for (const name of shown) expect(text).toContain(name);
    expect(shown).not.toEqual(expect.arrayContaining([expect.stringMatching(/data|deploy|secret|\.env|\.git|test/)]));
  });

  it('holds no secret', () => {
    const names = instructions
      .filter((one) => ['ENV', 'ARG'].includes(one.getKeyword()))
      .map((one) => one.getArgumentsContent() ?? '');
    expect(names.join(' ')).not.toMatch(/PASSWORD|SECRET|TOKEN|MASTER_KEY/i);
  });

  it('sets only what the program knows, and leaves it to the operator to call the network trusted', () => {
    const set = Object.fromEntries(
      argumentsOf(final, 'ENV')
        .flatMap((line) => line.replaceAll('\\\n', ' ').split(/\s+/))
        .map((pair) => pair.split('=') as [string, string]),
    );
    expect(set).toEqual({ NODE_ENV: 'production', HOST: '0.0.0.0', PORT: '3000', KLANTWAARDE_DATA: '/data' });
    expect(() => readConfig(set)).toThrow(/KLANTWAARDE_TRUSTED_NETWORK/);
    expect(readConfig({ ...set, KLANTWAARDE_TRUSTED_NETWORK: 'true' })).toMatchObject({ dataFolder: '/data' });
  });

  it('checks its health with its own Node, at an address that the service has', () => {
    const [check] = final.instructions.filter((one) => one.getKeyword() === 'HEALTHCHECK') as Healthcheck[];
    const [, command = ''] = /\bCMD (\[.*\])$/s.exec(check?.getArgumentsContent() ?? '') ?? [];
    const [node, flag, program] = JSON.parse(command) as string[];
    expect([node, flag]).toEqual(['node', '-e']);
    expect(program).toContain('/api/v1/health/live');
    expect(() => new Function('process', 'fetch', program as string)).not.toThrow();
  });

  it('runs the command line as it is built', () => {
    expect(argumentsOf(final, 'ENTRYPOINT')).toEqual(['["klantwaarde"]']);
    expect(argumentsOf(final, 'CMD')).toEqual(['["serve"]']);
    expect(argumentsOf(final, 'RUN').join()).toContain('ln -s /app/bin/klantwaarde.js /usr/local/bin/klantwaarde');
  });
});
