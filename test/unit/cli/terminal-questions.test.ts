import { describe, expect, it } from 'vitest';
import { CLEAR_BELOW, PLAIN_TERMINAL } from '../../../src/cli/plain-terminal.ts';
import { TerminalQuestions } from '../../../src/cli/terminal-questions.ts';
import type { AnswerResult, ApprovalAnswer } from '../../../src/protocol/index.ts';
import { makeApproval } from '../../support/made-approval.ts';

describe('questions on a terminal', () => {
  function createTerminal(result: AnswerResult['result'] = 'accepted') {
    let screen = '';
    let onKeys: ((text: string) => void) | undefined;
    const timers: (() => void)[] = [];
    const answers: [string, ApprovalAnswer][] = [];
    const typed: string[] = [];
    const captures: [boolean, string][] = [];
    const questions = new TerminalQuestions({
      terminal: {
        write: (text) => {
          screen += text;
          captures.push([onKeys !== undefined, text]);
        },
        columns: () => 80,
        typeForScript: (keys) => void typed.push(keys),
        capture: (listener) => {
          onKeys = listener;
          return () => {
            onKeys = undefined;
          };
        },
      },
      answer: async (approval, answer) => {
        answers.push([approval.approvalId, answer]);
        const { approvalId } = approval;
        return result === 'already-settled'
          ? { result, approvalId, outcome: 'rejected', by: 'page' }
          : { result: 'accepted', approvalId };
      },
      onInterrupt: () => {
        screen += '<interrupt>';
      },
      onSuspend: () => {
        screen += '<suspend>';
      },
      setTimer: (callback) => {
        timers.push(callback);
        return () => {
          const index = timers.indexOf(callback);
          if (index !== -1) timers.splice(index, 1);
        };
      },
    });
    return {
      questions,
      answers,
      typed,
      /** What was written, and whether the keys were read here then. */
      captures,
      screen: () => screen,
      isCaptured: () => onKeys !== undefined,
      type: (text: string) => onKeys?.(text),
      passGrace: () => timers.splice(0).forEach((timer) => void timer()),
    };
  }
  const first = makeApproval();
  const second = makeApproval({ approvalId: 'cmd-aaaaaaaa', text: 'second thing' });

  it('are written to a terminal that was brought back first, whatever was printed on it', () => {
    const terminal = createTerminal();
    terminal.questions.ask(makeApproval());
    expect(terminal.screen().startsWith(`${PLAIN_TERMINAL}\r\n${CLEAR_BELOW}`)).toBe(true);
    expect(terminal.screen()).toContain('npm test');
  });

  it('what was typed before the prompt does not answer', async () => {
    const t = createTerminal();
    t.questions.ask(first);
    t.type('a\r');
    t.passGrace();
    expect(t.answers).toEqual([]);
    t.type('a\r');
    expect(t.answers).toEqual([['cmd-7k3q9d2e', { outcome: 'allowed', scope: 'once' }]]);
    await Promise.resolve();
    expect(t.screen()).toContain('cmd-7k3q9d2e: allowed (once)');
    expect(t.isCaptured()).toBe(false);
  });

  it('the keys are given back before the result is shown', async () => {
    const t = createTerminal();
    t.questions.ask(first);
    t.passGrace();
    t.type('a\r');
    await Promise.resolve();
    expect(t.captures.filter(([, text]) => text.includes('allowed (once)'))).toEqual([
      [false, 'cmd-7k3q9d2e: allowed (once)\r\n'],
    ]);
  });

  it('what is typed behind an answer is for the script, and never for the next question', async () => {
    const t = createTerminal();
    t.questions.ask(first);
    t.passGrace();
    t.type('a\rone line\rtwo');
    await Promise.resolve();
    expect(t.typed).toEqual(['one line\rtwo']);
    t.questions.ask(first);
    t.questions.ask(second);
    t.passGrace();
    t.type('a\ra\r');
    await Promise.resolve();
    t.passGrace();
    expect(t.answers).toHaveLength(2);
    t.questions.settle(second.approvalId, 'allowed (once) by page');
    expect([t.typed, t.isCaptured()]).toEqual([['one line\rtwo'], false]);
  });

  it('one after the other, and the terminal is given back at the end', async () => {
    const t = createTerminal();
    t.questions.ask(first);
    t.questions.ask(second);
    t.questions.ask(second);
    t.passGrace();
    expect(t.screen()).not.toContain('second thing');
    t.type('a\r');
    await Promise.resolve();
    expect(t.screen()).toContain('second thing');
    t.type('r\rno\r');
    expect(t.answers).toHaveLength(1);
    t.passGrace();
    t.type('r\rno\r');
    await Promise.resolve();
    expect(t.answers[1]).toEqual(['cmd-aaaaaaaa', { outcome: 'rejected', feedback: 'no' }]);
    expect(t.isCaptured()).toBe(false);
  });

  it('the outcome of an answer stands before the next question, also when the history tells it first', async () => {
    const t = createTerminal();
    t.questions.ask(first);
    t.questions.ask(second);
    t.passGrace();
    t.type('a\r');
    t.questions.settle(first.approvalId, 'allowed (once) by terminal');
    await Promise.resolve();
    const screen = t.screen();
    expect(screen.indexOf('cmd-7k3q9d2e: allowed (once)')).toBeGreaterThan(0);
    expect(screen.indexOf('second thing')).toBeGreaterThan(screen.indexOf('cmd-7k3q9d2e: allowed (once)'));
  });

  it('one that is answered elsewhere goes away and says so', () => {
    const t = createTerminal();
    t.questions.ask(first);
    t.passGrace();
    t.type('a');
    t.questions.settle(first.approvalId, 'rejected by cli');
    expect(t.screen()).toContain('cmd-7k3q9d2e: rejected by cli');
    t.type('\r');
    expect(t.answers).toEqual([]);
    expect(t.isCaptured()).toBe(false);
  });

  it('one that was answered first by somebody else says so', async () => {
    const t = createTerminal('already-settled');
    t.questions.ask(first);
    t.passGrace();
    t.type('a\r');
    await Promise.resolve();
    expect(t.screen()).toContain('already answered: rejected by page');
  });

  it('Ctrl-C interrupts, also before the prompt', () => {
    const t = createTerminal();
    t.questions.ask(first);
    t.type('\x03');
    t.passGrace();
    t.type('\x03');
    expect(t.screen().match(/<interrupt>/g)).toHaveLength(2);
  });

  it.each([
    ['Ctrl-C', '\x03', '<interrupt>'],
    ['Ctrl-Z', '\x1a', '<suspend>'],
  ])(
    '%s is passed on, and what is typed behind it is no answer before an Enter by itself',
    (name, key, passed) => {
      for (const isInGrace of [true, false]) {
        const t = createTerminal();
        t.questions.ask(first);
        if (!isInGrace) t.passGrace();
        t.type(isInGrace ? key : `a${key}\r`);
        expect(t.screen()).toContain(passed);
        t.passGrace();
        expect(t.screen()).toContain(`${name} was passed on; the question still stands`);
        if (!isInGrace) t.type(key);
        for (const words of ['a\r', 'echo hi\r', 'r\rno\r']) t.type(words);
        expect(t.answers).toEqual([]);
        expect(t.screen()).toContain('Nothing was answered');
        t.type('\ra\r');
        expect(t.answers).toEqual([['cmd-7k3q9d2e', { outcome: 'allowed', scope: 'once' }]]);
      }
    },
  );

  it('a question whose asker Ctrl-C has ended goes without a reminder', () => {
    const t = createTerminal();
    t.questions.ask(first);
    t.passGrace();
    t.type('\x03');
    t.questions.settle(first.approvalId, 'withdrawn: the asking program is gone');
    t.passGrace();
    expect(t.screen()).toContain('withdrawn: the asking program is gone');
    expect(t.screen()).not.toContain('still stands');
    expect(t.isCaptured()).toBe(false);
  });
});
