import { describe, expect, it } from 'vitest';
import { LineEditor } from '../../../src/cli/line-editor.ts';
import { QuestionDialog } from '../../../src/cli/question-dialog.ts';
import { renderKeys, renderQuestion } from '../../../src/cli/question-text.ts';
import { measureColumns } from '../../../src/cli/wrap-lines.ts';
import type { Approval, ApprovalAnswer } from '../../../src/protocol/index.ts';
import { makeApproval } from '../../support/made-approval.ts';

const risky = {
  risk: {
    score: 7,
    level: 'high',
    rationale: 'Deletes.',
    evidence: [{ family: 'destroys', score: 7, text: 'Removes a folder.', quote: 'rm -rf' }],
  },
};

const ruled = {
  scopes: ['once', 'session', 'always'],
  rejectScopes: ['once', 'session', 'always'],
  always: { allow: 'A', forbid: 'F', file: '/h/rules/always.rules' },
};

function talk(approval: Approval, lines: readonly string[]): ApprovalAnswer | string {
  const dialog = new QuestionDialog(approval);
  dialog.open();
  for (const line of lines) {
    const turn = dialog.take(line);
    if (turn.kind === 'answer') return turn.answer;
  }
  return 'unanswered';
}

describe('the dialog', () => {
  const rows: [string, Record<string, unknown>, string[], ApprovalAnswer | string][] = [
    ['a allows once', {}, ['a'], { outcome: 'allowed', scope: 'once' }],
    ['A too', {}, [' A '], { outcome: 'allowed', scope: 'once' }],
    ['e allows every run of the step', {}, ['e'], { outcome: 'allowed', scope: 'step' }],
    ['s allows for the session', {}, ['s'], { outcome: 'allowed', scope: 'session' }],
    ['a scope that is not offered is no key', {}, ['t'], 'unanswered'],
    ['Enter alone answers nothing', {}, ['', '', ''], 'unanswered'],
    ['a word that begins with a key is none', {}, ['allow', 'yes', 'y', 'ok'], 'unanswered'],
    ['v and ? answer nothing', {}, ['v', '?'], 'unanswered'],
    ['r with feedback', {}, ['r', 'use trash '], { outcome: 'rejected', feedback: 'use trash' }],
    ['r without feedback', {}, ['r', ''], { outcome: 'rejected' }],
    [
      'w shows the line and wants a yes',
      ruled,
      ['w', 'yes'],
      { outcome: 'allowed', scope: 'always', rule: 'A' },
    ],
    ['w and anything else saves nothing', ruled, ['w', 'y', 'yes'], 'unanswered'],
    ['w is no key where it is not offered', {}, ['w', 'yes'], 'unanswered'],
    ['w at high risk wants the ID', { ...ruled, ...risky }, ['w', 'yes'], 'unanswered'],
    ['f saves a forbidden line', ruled, ['f', 'yes'], { outcome: 'rejected', scope: 'always', rule: 'F' }],
    [
      'x rejects for the session',
      ruled,
      ['x', 'no'],
      { outcome: 'rejected', feedback: 'no', scope: 'session' },
    ],
    ['c takes another text', { isEditable: true }, ['c', 'npm t'], { outcome: 'edited', text: 'npm t' }],
    ['c without a text changes nothing', { isEditable: true }, ['c', '  '], 'unanswered'],
    ['c is no key where it cannot be edited', {}, ['c', 'npm t'], 'unanswered'],
    ['high risk wants the ID', risky, ['a', 'cmd-7k3q9d2e'], { outcome: 'allowed', scope: 'once' }],
    ['high risk: a prefix is not enough', risky, ['a', 'cmd-7k3q'], 'unanswered'],
    ['high risk: the key again is not enough', risky, ['a', 'a'], 'unanswered'],
    ['high risk: rejecting wants no ID', risky, ['r', ''], { outcome: 'rejected' }],
  ];
  it.each(rows)('%s', (_name, changes, lines, expected) => {
    expect(talk(makeApproval(changes), lines)).toEqual(expected);
  });

  it('the help says how long once and a no last for a host', () => {
    const dialog = new QuestionDialog(makeApproval({}));
    dialog.open();
    const turn = dialog.take('?');
    expect(turn.kind === 'say' && turn.text).toMatch(
      /For a host, once and a no hold until the script or program ends/,
    );
  });
});

describe('the block', () => {
  it('tells everything one decides by, with hidden characters made visible', () => {
    const text = renderQuestion(
      makeApproval({
        ...risky,
        text: 'rm -rf dist\x1b[8m # \u202etsil',
        grant: { read: [], write: ['/etc/hosts'], hosts: [{ host: 'example.org', port: 443 }], sockets: [] },
      }),
    );
    for (const part of [
      'cmd-7k3q9d2e',
      'rm -rf dist⟨U+001B⟩[8m # ⟨U+202E⟩tsil',
      'high (7 of 10)',
      'destroys: Removes a folder. (rm -rf)',
      'why: Everything is asked under untrusted.',
      'a yes lets it write /etc/hosts',
      'a yes lets it connect to example.org:443',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('\x1b');
  });
  it('on a terminal every line has the gutter and fits, and only the command is cut within words', () => {
    const text = `printf %s ${'x'.repeat(70)} 日本語日本語日本語日本語日本語日本語 end`;
    for (const columns of [40, 60, 80]) {
      const block = renderQuestion(makeApproval({ ...risky, text, cwd: `/w/${'long-name/'.repeat(12)}` }), {
        columns,
        isFull: true,
      });
      const lines = block.split('\n');
      for (const line of lines) {
        expect(line.startsWith('│')).toBe(true);
        expect(measureColumns(line)).toBeLessThanOrEqual(columns);
      }
      const payload = lines.filter((line) => /^│ (?: {4}| {2}↳ )/.test(line)).map((line) => line.slice(6));
      expect(payload[0]?.length).toBe(columns - 6);
      expect(payload.join('')).toContain(text);
      expect(block).toContain('Everything is asked');
    }
  });
  it('keys are not torn apart', () => {
    const keys = renderKeys(makeApproval(), { columns: 50 }, ['n next question']).split('\n');
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.flatMap((line) => line.trim().split(' · '))).toEqual([
      'a allow once',
      'e allow every run of this step',
      's allow for this session',
      'r reject',
      'v view everything',
      '? help',
      'n next question',
    ]);
  });
  it('cuts long commands and says so', () => {
    const text = renderQuestion(
      makeApproval({ text: Array.from({ length: 40 }, (_, i) => `line${i}`).join('\n') }),
    );
    expect(text).toContain('… 28 more lines');
    expect(text).not.toContain('line12');
  });
});

describe('the line editor', () => {
  const rows: [string, string, string[]][] = [
    ['lines', 'a\rbc\n', ['a', 'bc']],
    ['Backspace and Ctrl-U', 'ab\x7fc\rxyz\x15q\r', ['ac', 'q']],
    ['arrow keys are dropped', '\x1b[Aa\x1b[1;5Cb\r', ['ab']],
    ['control characters are dropped', '\x04\x1a\0a\r', ['a']],
    ['whole letters are erased', 'ä😀\x7f\r', ['ä']],
  ];
  it.each(rows)('%s', (_name, typed, expected) => {
    const lines: string[] = [];
    const ports = { echo: () => {}, onInterrupt: () => {}, onSuspend: () => {} };
    new LineEditor({ ...ports, onLine: (line) => lines.push(line) }).feed(typed);
    expect(lines).toEqual(expected);
  });
});
