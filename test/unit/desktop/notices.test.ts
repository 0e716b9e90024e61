import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createNotices } from '../../../src/desktop/notices.ts';
import type { Approval } from '../../../src/protocol/index.ts';
import { createElectronDouble } from '../../support/electron-double.ts';
import { makeOverview, makeQuestion } from './make-question.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(platform: NodeJS.Platform = 'linux') {
  const electron = createElectronDouble();
  const state = { isFocused: false, opened: [] as Approval[] };
  const notices = createNotices(electron, {
    platform,
    isAnyFocused: () => state.isFocused,
    openQuestion: (approval) => void state.opened.push(approval),
  });
  const update = (...approvals: Approval[]): void => notices.update(makeOverview(approvals));
  return { electron, state, notices, update };
}

describe('notices', () => {
  it('say who wants what, how bad it is, and the first words', () => {
    const { electron, update } = start();
    const question = makeQuestion();
    update(question);
    const [notice] = electron.notices;
    expect(notice?.state).toBe('shown');
    expect(notice?.options).toEqual({
      id: question.approvalId,
      groupId: question.sessionId,
      title: 'payments-api · wants to run a command',
      body: 'high · 7/10\nrm -rf dist',
    });
  });

  it('have the risk in its own line on macOS', () => {
    const { electron, update } = start('darwin');
    update(makeQuestion({ risk: null }));
    expect(electron.notices[0]?.options).toMatchObject({
      subtitle: 'risk not assessed',
      body: 'rm -rf dist',
    });
  });

  it('hide secrets, show hidden characters and stay short', () => {
    const { electron, update } = start();
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    update(
      makeQuestion({
        text: `curl -H 'Authorization: Bearer ${secret}' '\u202Egnp.exe' ${'x'.repeat(500)}`,
      }),
    );
    const body = electron.notices[0]?.options.body ?? '';
    expect(body).not.toContain(secret);
    expect(body).toContain('⟨U+202E⟩');
    expect([...body].length).toBeLessThanOrEqual(120);
    expect(body).toMatch(/…$/);
  });

  it('are text where the system reads tags and entities', () => {
    const text = 'true <b>a</b> <img src="x"> <!-- &lt;&#60; 2>&1 && cat < in';
    const bodyOn = (platform: NodeJS.Platform): string => {
      const { electron, update } = start(platform);
      update(makeQuestion({ text, risk: null }));
      return electron.notices[0]?.options.body ?? '';
    };
    expect(bodyOn('linux')).not.toMatch(/<[a-z/!?]|&[a-z#]/i);
    expect(bodyOn('linux')).toContain('true ⟨U+003C⟩b>a⟨U+003C⟩/b>');
    expect(bodyOn('linux').length).toBeLessThanOrEqual(120);
    expect([bodyOn('win32'), bodyOn('darwin')]).toEqual([`risk not assessed\n${text}`, text]);
  });

  it('are taken back when the question is settled, and not shown again', () => {
    const { electron, update } = start();
    const question = makeQuestion();
    update(question);
    update();
    expect(electron.notices.map(({ state }) => state)).toEqual(['closed']);
    vi.advanceTimersByTime(60_000);
    expect(electron.notices).toHaveLength(1);
  });

  it('come at most every two seconds, in order, and only for what still waits', () => {
    const { electron, update } = start();
    const questions = [makeQuestion(), makeQuestion(), makeQuestion()];
    update(...questions);
    expect(electron.notices).toHaveLength(1);
    update(...questions.filter((_question, at) => at !== 1));
    vi.advanceTimersByTime(1999);
    expect(electron.notices).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(electron.notices.map(({ options }) => options.id)).toEqual([
      questions[0]?.approvalId,
      questions[2]?.approvalId,
    ]);
  });

  it('are never more than ten; one that goes makes room', () => {
    const { electron, update } = start();
    update(...Array.from({ length: 15 }, () => makeQuestion()));
    vi.advanceTimersByTime(60_000);
    expect(electron.notices).toHaveLength(10);
    electron.notices[0]?.close();
    expect(electron.notices).toHaveLength(11);
  });

  it('do not come while a window has the focus, nor afterwards', () => {
    const { electron, state, update } = start();
    state.isFocused = true;
    const question = makeQuestion();
    update(question);
    state.isFocused = false;
    update(question);
    vi.advanceTimersByTime(60_000);
    expect(electron.notices).toEqual([]);
  });

  it('stay while the connection is lost, and are not doubled when it is back', () => {
    const { electron, notices, update } = start();
    const question = makeQuestion();
    update(question);
    notices.update({ isConnected: false, sessions: new Map(), approvals: new Map() });
    update(question);
    vi.advanceTimersByTime(60_000);
    expect(electron.notices.map(({ state }) => state)).toEqual(['shown']);
  });

  it('open the window on their question', () => {
    const { electron, state, update } = start();
    const question = makeQuestion();
    update(question);
    electron.notices[0]?.emit('click');
    expect(state.opened).toEqual([question]);
  });
});
