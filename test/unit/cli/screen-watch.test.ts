import { describe, expect, it } from 'vitest';
import { ScreenQuestions } from '../../../src/cli/screen-questions.ts';
import { ScreenWatch } from '../../../src/cli/screen-watch.ts';
import type { Approval } from '../../../src/protocol/index.ts';

function watchAfter(...pieces: string[]): ScreenWatch {
  const watch = new ScreenWatch();
  for (const piece of pieces) watch.feed(Buffer.from(piece));
  return watch;
}

describe('what a program has done to the screen', () => {
  it.each([
    ['the other screen', '\x1b[?1049h', true],
    ['the other screen and back', '\x1b[?1049h text \x1b[?1049l', false],
    ['two modes, one given back', '\x1b[?1049;1h\x1b[?1l', true],
    ['an edited line', '$ \x1b[?2004h', true],
    ['a line that was entered', '$ \x1b[?2004hls\r\n\x1b[?2004l\r', false],
    ['colours and a hidden cursor', '\x1b[31mred\x1b[0m\x1b[?25l', false],
    ['a mode that is not private', '\x1b[4h', false],
    ['a reset', '\x1b[?1049h\x1bc', false],
    ['a soft reset', '\x1b[?1h\x1b[!p', false],
    ['a sequence inside a title', '\x1b]2;\x1b[?1049h\x07', false],
    ['a sequence in two pieces', '\x1b[?10|49h', true],
    ['too many parameters', `\x1b[?${'1;'.repeat(500)}1049h`, true],
  ])('%s', (_name, text, isOwned) => {
    expect(watchAfter(...text.split('|')).isOwned).toBe(isOwned);
  });

  it.each([
    ['text', 'text', true],
    ['a letter after escape', '\x1b7', true],
    ['escape', '\x1b', false],
    ['half a sequence', '\x1b[3', false],
    ['half a title', '\x1b]2;ti', false],
    ['a title', '\x1b]2;title\x1b\\', true],
    ['a cancelled title', '\x1b]2;ti\x18', true],
    ['a character set', '\x1b(', false],
    ['a whole character set', '\x1b(B', true],
  ])('knows whether %s may be followed by something else', (_name, text, isBetween) => {
    expect(watchAfter(text).isBetween).toBe(isBetween);
  });
});

interface Stage {
  readonly watch: ScreenWatch;
  readonly questions: ScreenQuestions;
  readonly told: string[];
  runTimers(): void;
}

function createStage(): Stage {
  const told: string[] = [];
  const timers = new Set<() => void>();
  const watch = new ScreenWatch();
  const questions = new ScreenQuestions({
    watch,
    asker: {
      onAsked: ({ approvalId }) => told.push(`ask ${approvalId}`),
      onSettled: (approvalId) => told.push(`settle ${approvalId}`),
    },
    write: (text) => told.push(text),
    setTimer: (callback) => {
      timers.add(callback);
      return () => timers.delete(callback);
    },
  });
  const runTimers = (): void => {
    for (const timer of [...timers]) timer();
  };
  return { watch, questions, told, runTimers };
}

const question = (approvalId: string): Approval => ({ approvalId }) as Approval;
const ID = 'cmd-00000001' as Approval['approvalId'];

describe('questions beside a program on the screen', () => {
  it('come at once where the program draws none', () => {
    const { questions, told } = createStage();
    questions.onAsked(question(ID));
    questions.onSettled(ID, 'allowed');
    expect(told).toEqual([`ask ${ID}`, `settle ${ID}`]);
  });

  it('wait with a title and a bell, and come when the screen is given back', () => {
    const { questions, told, watch } = createStage();
    watch.feed(Buffer.from('\x1b[?1049h'));
    questions.onAsked(question(ID));
    expect(told).toEqual(['\x1b[22;2t\x1b]2;sallyport: a question waits\x07\x07']);
    watch.feed(Buffer.from('drawn'));
    expect(told).toHaveLength(1);
    watch.feed(Buffer.from('\x1b[?1049l'));
    expect(told.slice(1)).toEqual(['\x1b[23;2t', `ask ${ID}`]);
  });

  it('give the title back when they were answered elsewhere', () => {
    const { questions, told, watch } = createStage();
    watch.feed(Buffer.from('\x1b[?1049h'));
    questions.onAsked(question(ID));
    questions.onSettled(ID, 'allowed by page');
    expect(told.slice(1)).toEqual(['\x1b[23;2t']);
    watch.feed(Buffer.from('\x1b[?1049l'));
    expect(told).toHaveLength(2);
  });

  it('do not break a sequence that is half written, and are not kept away by one', () => {
    const { questions, told, watch, runTimers } = createStage();
    watch.feed(Buffer.from('\x1b[3'));
    questions.onAsked(question(ID));
    expect(told).toEqual([]);
    watch.feed(Buffer.from('1m'));
    expect(told).toEqual([`ask ${ID}`]);
    watch.feed(Buffer.from('\x1b]2;never ended'));
    questions.onSettled(ID, 'allowed');
    expect(told).toHaveLength(1);
    runTimers();
    expect(told.slice(1)).toEqual(['\x18\x1b\\', `settle ${ID}`]);
  });
});
