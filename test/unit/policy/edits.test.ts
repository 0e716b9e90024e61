import { describe, expect, test } from 'vitest';
import { applyHunks, parsePatch, unifiedDiff } from '../../../src/policy/index.ts';

function apply(before: string, patch: string): string {
  const reading = parsePatch(patch);
  if ('problem' in reading) return `problem: ${reading.problem}`;
  const [change] = reading.changes;
  if (change?.op !== 'update') return `no update: ${change?.op}`;
  const outcome = applyHunks(before, change.hunks);
  return 'problem' in outcome ? `problem: ${outcome.problem}` : outcome.text;
}

function update(...lines: string[]): string {
  return ['*** Begin Patch', '*** Update File: a.txt', ...lines, '*** End Patch', ''].join('\n');
}

function unified(...lines: string[]): string {
  return ['--- a/a.txt', '+++ b/a.txt', ...lines, ''].join('\n');
}

describe('the *** Begin Patch form', () => {
  test('has files that are added, changed, moved and deleted', () => {
    const patch = [
      '',
      '*** Begin Patch',
      '*** Add File: new/one.txt',
      '+first',
      '+',
      '*** Update File: a.txt',
      '*** Move to: b.txt',
      '@@ function f',
      ' kept',
      '-old',
      '+new',
      '*** End of File',
      '*** Delete File: gone.txt',
      '*** End Patch',
    ];
    expect(parsePatch(patch.join('\r\n'))).toEqual({
      changes: [
        { op: 'add', path: 'new/one.txt', text: 'first\n\n' },
        {
          op: 'update',
          path: 'a.txt',
          to: 'b.txt',
          hunks: [
            {
              at: 8,
              anchors: ['function f'],
              lines: [
                { kind: 'keep', text: 'kept' },
                { kind: 'drop', text: 'old' },
                { kind: 'add', text: 'new' },
              ],
              isAtEnd: true,
            },
          ],
        },
        { op: 'delete', path: 'gone.txt' },
      ],
    });
  });

  test.each([
    ['', 'the patch is empty'],
    ['hello', 'line 1 of the patch: this is neither a patch'],
    ['*** Begin Patch\n*** Add File: a\n+x', 'line 4 of the patch: it ends without "*** End Patch"'],
    ['*** Begin Patch\n*** End Patch', 'the patch changes no file'],
    ['*** Begin Patch\n*** Rename File: a\n*** End Patch', 'line 2 of the patch: here must stand'],
    ['*** Begin Patch\n*** Add File: \n*** End Patch', 'line 2 of the patch: a path is missing'],
    ['*** Begin Patch\n*** Add File: a\nx\n*** End Patch', 'line 3 of the patch: each line of a new file'],
    ['*** Begin Patch\n*** Update File: a\n*** End Patch', 'line 2 of the patch: it changes nothing'],
    [
      '*** Begin Patch\n*** Update File: a\n@@\n x\n*** End Patch',
      'line 3 of the patch: it changes nothing here',
    ],
    ['*** Begin Patch\n*** Update File: a\n?x\n*** End Patch', 'line 3 of the patch: a line of the file'],
    ['*** Begin Patch\n*** Delete File: a\n*** End Patch\nmore', 'line 4 of the patch: nothing may follow'],
  ])('that is wrong is a problem with its line: %j', (patch, problem) => {
    const reading = parsePatch(patch);
    expect('problem' in reading ? reading.problem : 'none').toContain(problem);
  });

  test('is applied where its lines stand, below what it names', () => {
    const before = 'a\nx\nb\nx\nc\n';
    expect(apply(before, update('@@ b', '-x', '+y'))).toBe('a\nx\nb\ny\nc\n');
    expect(apply(before, update('-x', '+1', '@@', '-x', '+2'))).toBe('a\n1\nb\n2\nc\n');
    expect(apply(before, update('@@', '+end'))).toBe('a\nx\nb\nx\nc\nend\n');
    expect(apply(before, update('@@ a', '+in'))).toBe('a\nin\nx\nb\nx\nc\n');
    expect(apply(before, update('-x', '+z', '*** End of File'))).toBe('a\nz\nb\nx\nc\n');
    expect(apply('x\nx\n', update('-x', '+z', '*** End of File'))).toBe('x\nz\n');
  });

  test('keeps line ends, the missing one at the end, and what it only compares', () => {
    expect(apply('a\r\nb\r\nc', update(' a', '-b', '+B', '+B2'))).toBe('a\r\nB\r\nB2\r\nc');
    expect(apply('a\r\nb\nc\n', update(' a', '-b', '+B'))).toBe('a\r\nB\r\nc\n');
    expect(apply('a  \nb\n', update(' a', '-b', '+B'))).toBe('a  \nB\n');
    expect(apply('\tif x:\n\t\ty\n', update(' if x:', '-  y', '+\t\tz'))).toBe('\tif x:\n\t\tz\n');
    expect(apply('a', update('-a', '+b', '+c'))).toBe('b\nc');
    expect(apply('a\n\nb\n', update(' a', '', '-b', '+c'))).toBe('a\n\nc\n');
  });

  test('that does not fit is a problem, also when it would take too long to know', () => {
    expect(apply('a\nb\n', update('-c', '+d'))).toContain(
      'line 3 of the patch: these lines are not in the file',
    );
    expect(apply('a\nb\n', update('-b', '+c', '@@', '-a', '+d'))).toContain('line 5 of the patch');
    expect(apply('a\n', update('@@ nowhere', '-a', '+b'))).toContain('"a"');
    const many = 'x\n'.repeat(6000);
    expect(apply(many, update(...Array<string>(3000).fill('-x'), '-y', '+z'))).toContain('takes too long');
  });
});

describe('a unified diff', () => {
  test('is applied at the place it names, or the nearest', () => {
    const before = 'x\n1\nx\n2\nx\n3\n';
    expect(apply(before, unified('@@ -3,2 +3,2 @@ title', '-x', '+y', ' 2'))).toBe('x\n1\ny\n2\nx\n3\n');
    expect(apply(`new\n${before}`, unified('@@ -5 +5 @@', '-x', '+y'))).toBe('new\nx\n1\ny\n2\nx\n3\n');
    expect(apply('', unified('@@ -0,0 +1,2 @@', '+a', '+b'))).toBe('a\nb\n');
    expect(apply('a\n', unified('@@ -1 +1 @@', '-a', '\\ No newline at end of file', '+b'))).toBe('b\n');
    expect(apply('a\n', unified('@@ -1 +1 @@', '-a', '+b', '\\ No newline at end of file'))).toBe('b');
  });

  test('may add, delete and rename', () => {
    const text = [
      'diff --git a/new.txt b/new.txt',
      'new file mode 100644',
      'index 0000000..1111111',
      '--- /dev/null',
      '+++ b/new.txt',
      '@@ -0,0 +1 @@',
      '+hi',
      'diff --git a/gone b/gone',
      'deleted file mode 100644',
      '--- a/gone',
      '+++ /dev/null',
      '@@ -1 +0,0 @@',
      '-bye',
      'diff --git a/from.txt b/to.txt',
      'similarity index 100%',
      'rename from from.txt',
      'rename to to.txt',
      '',
    ];
    expect(parsePatch(text.join('\n'))).toEqual({
      changes: [
        { op: 'add', path: 'new.txt', text: 'hi\n' },
        { op: 'delete', path: 'gone' },
        { op: 'update', path: 'from.txt', to: 'to.txt', hunks: [] },
      ],
    });
  });

  test.each([
    [['GIT binary patch'], 'what is no text'],
    [['old mode 100644', 'new mode 100755'], 'the mode of a file'],
    [['new file mode 120000'], 'only plain files'],
    [['new file mode 100755'], 'cannot be made executable'],
    [['--- "a/x"', '+++ "b/x"', '@@ -1 +1 @@', '-a', '+b'], 'names in quotes'],
    [['--- a/x', '+++ b/x', '@@ -1,2 +1 @@', '-a'], 'the patch ends inside a place'],
    [['--- a/x', '+++ b/x', '@@ -1 +1 @@', '-a', '-a', '+b'], 'other lines than its "@@" says'],
    [['--- a/x', '+++ b/x', '@@ nonsense @@'], 'a place is named as in'],
    [['--- a/x', '+++ b/x'], 'it changes nothing in the file'],
  ])('that is wrong is a problem: %j', (lines, problem) => {
    const reading = parsePatch(lines.join('\n'));
    expect('problem' in reading ? reading.problem : 'none').toContain(problem);
  });
});

describe('the diff that is shown', () => {
  test('is what turns the one text into the other', () => {
    const before = Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join('');
    const after = before.replace('line 5\n', '').replace('line 30', 'LINE 30').concat('more');
    const { patch, cutBytes } = unifiedDiff(before, after, 10_000);
    expect(cutBytes).toBe(0);
    expect(patch.match(/^@@.*@@$/gm)).toEqual(['@@ -3,7 +3,6 @@', '@@ -28,7 +27,7 @@', '@@ -38,3 +37,4 @@']);
    expect(apply(before, unified(...patch.trimEnd().split('\n')))).toBe(after);
  });

  test('of a text that has nothing in common, and of nothing', () => {
    expect(unifiedDiff('', 'a\nb\n', 1000)).toEqual({ patch: '@@ -0,0 +1,2 @@\n+a\n+b\n', cutBytes: 0 });
    expect(unifiedDiff('a\n', '', 1000).patch).toBe('@@ -1,1 +0,0 @@\n-a\n');
    expect(unifiedDiff('a\n', 'a\n', 1000)).toEqual({ patch: '', cutBytes: 0 });
  });

  test('is cut between lines, and says how much is missing', () => {
    const { patch, cutBytes } = unifiedDiff('', 'é\n'.repeat(100), 40);
    expect(patch.length).toBeLessThanOrEqual(40);
    expect(Buffer.byteLength(patch) + cutBytes).toBe(
      Buffer.byteLength(unifiedDiff('', 'é\n'.repeat(100), 9999).patch),
    );
  });

  test('turns any text into any other', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const text = (): string =>
      Array.from({ length: random(30) }, () => `${'abc'.charAt(random(3))}\n`).join('');
    for (let round = 0; round < 300; round += 1) {
      const [before, after] = [text(), text()];
      if (before === after) continue;
      const { patch } = unifiedDiff(before, after, 100_000);
      expect(apply(before, unified(...patch.trimEnd().split('\n')))).toBe(after);
    }
  });
});
