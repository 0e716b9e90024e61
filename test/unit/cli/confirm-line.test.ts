import { describe, expect, it } from 'vitest';
import { confirmLine, lineToSave } from '../../../src/cli/confirm-line.ts';
import { Approval, type ApprovalAnswer } from '../../../src/protocol/index.ts';

const LINE = 'prefix_rule(pattern=["ls"], decision="allow")';
const approval = Approval.parse({
  approvalId: 'cmd-7k3q9d2e',
  sessionId: '01900000-0000-7000-8000-000000000001',
  kind: 'cmd',
  text: 'ls',
  cwd: '/w',
  workspace: '/w',
  category: 'inside',
  reasons: [],
  risk: null,
  scopes: ['once', 'always'],
  always: { allow: LINE, forbid: 'F', file: '/h/always.rules' },
  digest: 'd',
  askedAt: 0,
  expiresAt: 1,
});
const always: ApprovalAnswer = { outcome: 'allowed', scope: 'always' };

function terminal(typed: string) {
  const shown: string[] = [];
  return {
    shown,
    isTerminal: true,
    ask: async (text: string) => {
      shown.push(text);
      return typed;
    },
  };
}
const noTerminal = { isTerminal: false, ask: async (): Promise<string> => 'y' };

describe('the line of an answer for always', () => {
  it.each([
    ['y', true],
    [' YES ', true],
    ['n', false],
    ['', false],
  ])('is shown with its file and saved only after a yes: %j', async (typed, isSaved) => {
    const place = terminal(typed);
    expect(await confirmLine(always, approval, place)).toBe(isSaved);
    expect(place.shown.join()).toContain(LINE);
    expect(place.shown.join()).toContain('/h/always.rules');
  });

  it('is refused without a terminal, with the words to add', async () => {
    await expect(confirmLine(always, approval, noTerminal)).rejects.toThrow(`--rule '${LINE}'`);
    const never: ApprovalAnswer = { outcome: 'rejected', scope: 'always' };
    await expect(confirmLine(never, approval, noTerminal)).rejects.toThrow('--rule F');
  });

  it('is not asked about when it was typed, nor where nothing is saved', async () => {
    expect(await confirmLine({ ...always, rule: LINE }, approval, noTerminal)).toBe(true);
    expect(await confirmLine({ outcome: 'allowed', scope: 'once' }, approval, noTerminal)).toBe(true);
    expect(lineToSave({ outcome: 'allowed', scope: 'session' }, approval)).toBeUndefined();
    expect(lineToSave({ ...always, rule: 'R' }, approval)).toEqual({ line: 'R', file: '/h/always.rules' });
  });
});
