import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rejectionCases } from '../cases/exec/rejections.ts';
import {
  allowOnce,
  makeFolder,
  type RealEngine,
  rejectWith,
  startRealEngine,
} from '../support/real-engine.ts';

describe.skipIf(process.platform !== 'linux')('a rejected step (Linux: real gate and wall)', () => {
  let real: RealEngine;
  beforeAll(async () => {
    real = await startRealEngine();
  });
  afterAll(() => real.stop());

  test.each(rejectionCases)('$name', async (row) => {
    const folder = makeFolder();
    writeFileSync(join(folder.path, 'keep'), 'kept\n');
    const rejected: string[] = [];
    const ran = await real.run(row.script, {
      cwd: folder.path,
      policy: 'untrusted',
      answer: (approval) => {
        if (!approval.text.startsWith(row.reject)) return allowOnce;
        rejected.push(approval.text);
        return rejectWith('no');
      },
    });
    const files = Object.fromEntries(
      Object.keys(row.files).map((name) => {
        const path = join(folder.path, name);
        return [name, existsSync(path) ? readFileSync(path, 'utf8') : null];
      }),
    );
    folder.remove();
    expect(rejected).toHaveLength(1);
    expect({ files, stdout: ran.stdout, exitCode: ran.result.exitCode }).toEqual({
      files: row.files,
      stdout: row.stdout,
      exitCode: row.exitCode,
    });
  });
});
