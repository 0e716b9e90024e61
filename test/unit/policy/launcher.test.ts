import { describe, expect, test } from 'vitest';
import { isLauncher } from '../../../src/policy/index.ts';
import table from '../../cases/split/launchers.json' with { type: 'json' };

describe('a held program that only starts another', () => {
  test.each(
    table.map((row) => ({ ...row, name: `${row.path} ${row.shebang ?? ''}: ${row.argv.join(' ')}` })),
  )('$name is $isLauncher', (row) => {
    const program = row.shebang === undefined ? { path: row.path } : { path: row.path, shebang: row.shebang };
    expect(isLauncher(row.argv, program)).toBe(row.isLauncher);
  });
});
