import { describe, expect, test } from 'vitest';
import { countPatch, readPatch } from '../../../src/ui/inspector/read-patch.ts';
import { rejectScopes } from '../../../src/ui/inspector/reject-panel.tsx';
import { isNothingLeft, requestParts, withoutParts } from '../../../src/ui/inspector/request-parts.ts';
import { approvalOf } from '../../gallery/canned-parts.ts';
import { PAYMENTS } from '../../gallery/canned-payments.ts';

const REQUESTED = {
  read: ['/a', '/b c'],
  write: ['/a'],
  hosts: [{ host: 'x.example', port: 443 }, { host: 'x.example' }],
  sockets: ['/run/s'],
};

describe('the parts of a request', () => {
  test('are told apart, also the same path and the same host', () => {
    const keys = requestParts(REQUESTED).map(({ key }) => key);
    expect(new Set(keys).size).toBe(6);
    expect(keys).toContain('reach x.example:443');
  });
  test.each(requestParts(REQUESTED).map(({ key }) => key))('%s alone is left out', (key) => {
    const rest = requestParts(withoutParts(REQUESTED, new Set([key]))).map((part) => part.key);
    expect(rest).toEqual(
      requestParts(REQUESTED)
        .map((part) => part.key)
        .filter((other) => other !== key),
    );
  });
  test('nothing is left out at first, and with all left out nothing is left', () => {
    const all = new Set(requestParts(REQUESTED).map(({ key }) => key));
    expect(withoutParts(REQUESTED, new Set())).toEqual(REQUESTED);
    expect(isNothingLeft(REQUESTED, new Set())).toBe(false);
    expect(isNothingLeft(REQUESTED, all)).toBe(true);
    expect(isNothingLeft(undefined, new Set())).toBe(false);
  });
});

describe('the lines of a change', () => {
  const patch = '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n+-- not a head\n';
  test('are without heads, and a removed line that looks like one stays', () => {
    expect(readPatch(patch)).toEqual([
      { kind: 'place', text: '@@ -1,2 +1,2 @@' },
      { kind: 'same', text: 'same' },
      { kind: 'removed', text: 'old' },
      { kind: 'added', text: 'new' },
      { kind: 'added', text: '-- not a head' },
    ]);
    expect(countPatch(readPatch(patch))).toEqual({ added: 2, removed: 1 });
  });
  test('are none of what is no text', () => {
    expect(readPatch('')).toEqual([]);
  });

  test('show all of a line that is as long as a file, in pieces that keep characters whole', () => {
    const line = `${'x'.repeat(3999)}😀${'y'.repeat(9000)}END`;
    const lines = readPatch(`@@ -0,0 +1,1 @@\n+${line}\n`);
    expect(
      lines
        .slice(1)
        .map(({ text }) => text)
        .join(''),
    ).toBe(line);
    expect(lines.slice(1).every(({ text }) => text.length <= 4000 && text.isWellFormed())).toBe(true);
    expect(countPatch(lines)).toEqual({ added: 1, removed: 0 });
  });
});

describe('how long a no can hold', () => {
  test('is for always only with the line that it saves', () => {
    expect(rejectScopes(approvalOf(PAYMENTS, 0, {}))).toEqual(['once', 'session']);
    const always = { forbid: 'prefix_rule(pattern=["x"], decision="forbidden")', file: '/r' };
    expect(rejectScopes(approvalOf(PAYMENTS, 0, { always }))).toEqual(['once', 'session', 'always']);
  });
});
