import { definitionOf } from '../../../src/domain/catalogue.js';
import { loadFacts } from '../../../src/infrastructure/duckdb/sql-files.js';

const facts = loadFacts();

describe('the SQL of the facts', () => {
  it('is there', () => {
    expect(facts.length).toBeGreaterThan(30);
  });

  it.each(facts.map((fact) => [fact.name, fact] as const))('%s names only events of the catalogue', (_, fact) => {
    const named = [...fact.inserts, ...fact.whenSuperseded].flatMap((sql) => [
      ...[...sql.matchAll(/\btype\s*=\s*'(\w+)'/g)].map(([, type]) => type),
      ...[...sql.matchAll(/\btype\s+IN\s*\(([^)]*)\)/g)].flatMap(([, list]) =>
        [...(list ?? '').matchAll(/'(\w+)'/g)].map(([, type]) => type),
      ),
      ...[...sql.matchAll(/\bWHEN\s+'([A-Z]\w+)'/g)].map(([, type]) => type),
    ]);
    const from = fact.from === '*' ? [] : [...fact.from];
    for (const type of [...from, ...named])
      expect([type, definitionOf(type ?? '') !== undefined]).toEqual([type, true]);
    if (fact.from !== '*') for (const type of named) expect(from).toContain(type);
  });

  it.each(facts.filter((fact) => fact.from !== '*').map((fact) => [fact.name, fact] as const))(
    '%s is made from every event that it says it is made from',
    (_, fact) => {
      const sql = fact.inserts.join('\n');
      for (const type of fact.from) expect(sql).toContain(`'${type}'`);
    },
  );

  it('says no two things about one event in different words: every row carries its position and when it happened', () => {
    for (const fact of facts) {
      expect(fact.create).toMatch(/position BIGINT/);
      expect(fact.create).toMatch(/occurred_at TIMESTAMP/);
    }
  });
});
