import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** Imports point inward. What each room may import, of ours and of others; a folder outside the table is a mistake too. */
const rooms: Record<string, { ours: string[]; packages: RegExp; forbidden?: RegExp }> = {
  domain: {
    ours: ['domain'],
    packages: /^(zod|uuid|simple-statistics)$/,
    forbidden:
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\brandomUUID\b|\bprocess\.|\bconsole\./,
  },
  application: {
    ours: ['domain', 'application'],
    packages: /^(@nestjs\/(common|cqrs)|rxjs|luxon|lru-cache|zod|uuid|node:crypto|node:util)$/,
    forbidden: /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.(env|argv|exit)|\bconsole\./,
  },
  infrastructure: { ours: ['domain', 'application', 'infrastructure', 'main.js'], packages: /./ },
};

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort();
}

/** Every way in which the tree below `src` breaks the rules, one sentence each. */
function complaints(src: string): string[] {
  const found: string[] = [];
  for (const [room, rule] of Object.entries(rooms)) {
    const files = filesBelow(join(src, room), '.ts');
    if (files.length === 0) found.push(`src/${room} is empty: nothing is guarded there`);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const at = relative(src, file);
      for (const { fileName: imported } of ts.preProcessFile(text, true, true).importedFiles) {
        if (imported.startsWith('.')) {
          const target = relative(src, resolve(dirname(file), imported)).split('/')[0] ?? '';
          if (!rule.ours.includes(target)) found.push(`${at} may not import ${imported}`);
        } else {
          const name = builtinModules.includes(imported) ? `node:${imported}` : imported;
          if (!rule.packages.test(name)) found.push(`${at} may not import ${imported}`);
        }
      }
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const word = rule.forbidden?.exec(code)?.[0];
      if (word) found.push(`${at} may not use ${word}: time, chance and the machine enter at the edge`);
    }
  }
  for (const folder of ['facts', 'views']) {
    const files = filesBelow(join(src, 'projections', folder), '');
    if (files.length === 0) found.push(`src/projections/${folder} is empty: nothing is guarded there`);
    for (const file of files) {
      const at = relative(src, file);
      if (!file.endsWith('.sql')) {
        found.push(`${at} is not SQL`);
        continue;
      }
      const sql = readFileSync(file, 'utf8').replace(/--.*$/gm, '');
      const word =
        /\b(now|today|random|gen_random_uuid|uuid|current_timestamp|current_date|get_current_time)\s*\(|\bcurrent_(date|timestamp|time)\b/i.exec(
          sql,
        )?.[0];
      if (word) found.push(`${at} may not use ${word}: a rebuild has to give the same rows`);
    }
  }
  return found;
}

const src = join(import.meta.dirname, '..', 'src');

describe('The rooms of the house', () => {
  it('import only inward, keep clock and chance outside, and are none of them empty', () => {
    expect(complaints(src)).toEqual([]);
  });

  it('hold only the rooms that the rules know', () => {
    const unknown = readdirSync(src, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !(entry.name in rooms) && entry.name !== 'projections')
      .map((entry) => entry.name);
    expect(unknown).toEqual([]);
  });

  describe('when a rule is broken', () => {
    let tree: string;

    beforeEach(() => {
      tree = mkdtempSync(join(tmpdir(), 'rooms-'));
      for (const [file, text] of Object.entries({
        'domain/visits.ts': "import { z } from 'zod';\nexport const a = z;\n",
        'application/record.ts': "import { a } from '../domain/visits.js';\nexport const b = a;\n",
        'infrastructure/log.ts':
          "import { b } from '../application/record.js';\nimport 'node:fs';\nexport const c = b;\n",
        'projections/facts/visit.sql': 'SELECT 1;\n',
        'projections/views/visits.sql': 'SELECT 1;\n',
      })) {
        mkdirSync(dirname(join(tree, file)), { recursive: true });
        writeFileSync(join(tree, file), text);
      }
    });
    afterEach(() => rmSync(tree, { recursive: true }));

    it('nothing is said of a tree that keeps them', () => {
      expect(complaints(tree)).toEqual([]);
    });

    it.each([
      [
        'domain/visits.ts',
        "import { c } from '../infrastructure/log.js';\n",
        'may not import ../infrastructure/log.js',
      ],
      [
        'domain/visits.ts',
        "import type { b } from '../application/record.js';\n",
        'may not import ../application/record.js',
      ],
      ['domain/visits.ts', "import { readFileSync } from 'fs';\n", 'may not import fs'],
      ['domain/visits.ts', "export * from '@nestjs/common';\n", 'may not import @nestjs/common'],
      ['domain/visits.ts', 'export const at = Date.now();\n', 'may not use Date.now'],
      [
        'application/record.ts',
        "const c = await import('../infrastructure/log.js');\n",
        'may not import ../infrastructure/log.js',
      ],
      ['application/record.ts', "import { DatabaseSync } from 'node:sqlite';\n", 'may not import node:sqlite'],
      ['projections/facts/visit.sql', 'SELECT now();\n', 'may not use now('],
      ['projections/facts/visit.ts', 'export {};\n', 'is not SQL'],
    ])('%s with %j is named', (file, text, complaint) => {
      writeFileSync(join(tree, file), text);
      expect(complaints(tree)).toEqual([expect.stringContaining(complaint)]);
    });

    it('an empty room is named', () => {
      rmSync(join(tree, 'domain/visits.ts'));
      expect(complaints(tree)).toContainEqual(expect.stringContaining('src/domain is empty'));
      rmSync(join(tree, 'projections/views/visits.sql'));
      expect(complaints(tree)).toContainEqual(expect.stringContaining('src/projections/views is empty'));
    });
  });
});
