import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { applyEdits } from '../../src/engine/session/apply-edits.ts';
import { planEdits } from '../../src/engine/session/plan-edits.ts';
import { judgeEdit, parsePatch } from '../../src/policy/index.ts';
import type { ConfigSnapshot } from '../../src/protocol/index.ts';
import { makeFolder } from '../support/real-engine.ts';
import { makeRandom } from '../support/seeded-random.ts';
import { makeSnapshot } from '../unit/policy/judge-fixture.ts';

vi.setConfig({ testTimeout: 240_000 });

const ROUNDS = 2000;

const PATCHES = [
  '*** Begin Patch\n*** Update File: a.txt\n@@ two\n three\n-four\n+FOUR\n*** Add File: new/x.txt\n+x\n*** Delete File: b.txt\n*** End Patch\n',
  '*** Begin Patch\n*** Update File: sub/c.txt\n*** Move to: moved/c.txt\n@@\n-c\n+C\n*** End of File\n*** End Patch\n',
  '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n--- /dev/null\n+++ b/n.txt\n@@ -0,0 +1 @@\n+n\n',
  'diff --git a/b.txt b/sub/d.txt\nsimilarity index 90%\nrename from b.txt\nrename to sub/d.txt\n--- a/b.txt\n+++ b/sub/d.txt\n@@ -1 +1 @@\n-b\n+d\n',
];
const PIECES = [
  ...[
    '../outside/o.txt',
    '/etc/hostname',
    'link/o.txt',
    '../work/../outside/o.txt',
    './a.txt',
    '.git/config',
  ],
  ...[
    '\0',
    '\r\n',
    '*** ',
    '@@',
    '+',
    '-',
    ' ',
    '*** Move to: ../outside/m.txt\n',
    '*** Delete File: link/o.txt\n',
  ],
  ...[
    'rename to ../outside/r.txt\n',
    '+++ b/../outside/u.txt\n',
    '--- /dev/null\n',
    'a.txt',
    'é\u202e',
    '\\ No newline at end of file\n',
  ],
];

describe.skipIf(process.platform !== 'linux')('patches that were changed at random (Linux)', () => {
  test(`${ROUNDS} of them crash nothing and write nothing outside`, async () => {
    const base = makeFolder('sallyport-fuzz', '/var/tmp');
    const [cwd, outside] = [join(base.path, 'work'), join(base.path, 'outside')];
    mkdirSync(outside);
    writeFileSync(join(outside, 'o.txt'), 'o\n');
    const snapshot = makeSnapshot({
      workspace: cwd,
      writableRoots: [cwd],
      home: base.path,
      secretPaths: [],
      protectedPaths: [],
    });
    const random = makeRandom(20);
    const before = printOf(outside);
    const reached = [0, 0, 0, 0];
    const written: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round % 4 === 0) fill(cwd);
      const came = await goThrough(mutate(pick(PATCHES, random), random), cwd, snapshot);
      reached[came.steps] = (reached[came.steps] ?? 0) + 1;
      written.push(...came.written);
    }
    const after = printOf(outside);
    const left = readdirSync(base.path, { recursive: true, encoding: 'utf8' });
    base.remove();
    expect(after).toBe(before);
    expect(left.filter((name) => name.includes('.sallyport-'))).toEqual([]);
    expect(written.filter((path) => !path.startsWith(`${cwd}/`))).toEqual([]);
    // The rounds are worth something: many of each kind came so far.
    for (const count of [reached[0], reached[1], reached[3]]) expect(count).toBeGreaterThan(100);
  });

  /** How far it came: 0 it is no patch, 1 it was read, 2 it is allowed without a question, 3 it was written. */
  async function goThrough(text: string, cwd: string, snapshot: ConfigSnapshot) {
    const reading = parsePatch(text);
    if ('problem' in reading) return { steps: 0, written: [] };
    const planned = await planEdits(reading.changes, {
      cwd,
      snapshot,
      ownFolders: [],
      isOpened: () => false,
    });
    if ('problem' in planned) return { steps: 1, written: [] };
    const files = planned.files.map(({ shown }) => shown);
    const facts = { at: 0, cwd, home: snapshot.home, paths: [], isTruncated: false, isHeld: false };
    if (judgeEdit(files, snapshot, facts).verdict !== 'allow') return { steps: 1, written: [] };
    const applied = await applyEdits(planned.files, { umask: 0o022, isWalled: true });
    if ('problem' in applied) return { steps: 2, written: [] };
    return { steps: 3, written: applied.written.map(({ path }) => path) };
  }

  function fill(cwd: string): void {
    rmSync(cwd, { recursive: true, force: true });
    mkdirSync(join(cwd, 'sub'), { recursive: true });
    writeFileSync(join(cwd, 'a.txt'), 'one\ntwo\nthree\nfour\n');
    writeFileSync(join(cwd, 'b.txt'), 'b\n');
    writeFileSync(join(cwd, 'sub/c.txt'), 'c\n');
    symlinkSync('../outside', join(cwd, 'link'));
  }

  function pick<Item>(items: readonly Item[], random: () => number): Item {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  function mutate(text: string, random: () => number): string {
    let patch = text;
    for (let changes = Math.floor(random() * 3); changes > 0; changes -= 1) {
      const at = Math.floor(random() * patch.length);
      const end = at + Math.floor(random() * (random() < 0.5 ? 3 : 30));
      const piece = random() < 0.7 ? pick(PIECES, random) : patch.slice(at, end);
      patch = patch.slice(0, at) + piece + patch.slice(random() < 0.5 ? at : end);
    }
    const name = /(?:File: |to: |[ab]\/)([\w./]+\.txt)/g;
    return random() < 0.3
      ? patch.replace(name, (all, path: string) => all.replace(path, pick(PIECES, random)))
      : patch;
  }

  function printOf(folder: string): string {
    const hash = createHash('sha256');
    for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
    return hash.digest('hex');
  }
});
