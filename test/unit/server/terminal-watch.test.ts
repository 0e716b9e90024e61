import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TerminalScreen } from '../../../src/engine/session/terminal-screen.ts';
import { SessionId } from '../../../src/protocol/index.ts';
import { createTerminalWatch } from '../../../src/server/terminal-watch.ts';

const sessionId = SessionId.parse('01a20304-d90d-79ca-a701-672a380de28f');
const MIB = 1024 * 1024;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function createScreen(isOfPage = false): { screen: TerminalScreen; done: string[] } {
  const done: string[] = [];
  const screen: TerminalScreen = new TerminalScreen(
    { columns: 80, rows: 24 },
    {
      isOfPage,
      type: (bytes) => void done.push(`type ${Buffer.from(bytes)}`),
      resize: (size) => {
        done.push(`resize ${size.columns}x${size.rows}`);
        screen.noteSize(size);
      },
    },
  );
  return { screen, done };
}

/** A page that reads when it is told to. */
function createReader() {
  const told: { name: string; offset: number; text: string }[] = [];
  let unsent = 0;
  let read: (() => void) | undefined;
  const watch = createTerminalWatch({
    notify: (name, params) => {
      const { offset = -1, data = '', ...rest } = params as { offset?: number; data?: string };
      told.push({ name, offset, text: data === '' ? JSON.stringify(rest) : atob(data) });
    },
    pipe: {
      unsentBytes: () => unsent,
      whenNotFull: () => new Promise((resolve) => (read = resolve)),
    },
  });
  return {
    watch,
    told,
    /** All that came, and where something is missing. */
    shown: () => {
      let next: number | undefined;
      return told.map(({ offset, text }) => {
        const isTorn = next !== undefined && offset !== next;
        next = offset + text.length;
        return isTorn ? `[cut]${text}` : text;
      });
    },
    block: () => {
      unsent = 4 * MIB;
    },
    read: () => {
      unsent = 0;
      read?.();
    },
  };
}

describe('a terminal that a page looks at', () => {
  it('shows what was printed before, and then what comes', () => {
    const { screen } = createScreen();
    screen.take(Buffer.from('early '));
    const reader = createReader();
    const begun = reader.watch.watch(sessionId, screen);
    expect(begun).toEqual({ size: { columns: 80, rows: 24 }, mayResize: false, offset: 0 });
    expect(reader.told).toEqual([]);
    vi.advanceTimersByTime(1);
    screen.take(Buffer.from('la'));
    screen.take(Buffer.from('te'));
    vi.advanceTimersByTime(100);
    screen.take(Buffer.from('!'));
    expect(reader.shown()).toEqual(['early ', 'late', '!']);
  });

  it('keeps the last 2 MiB, and says where they begin', () => {
    const { screen } = createScreen();
    screen.take(Buffer.alloc(3 * MIB, 'x'));
    screen.take(Buffer.from('end'));
    const reader = createReader();
    expect(reader.watch.watch(sessionId, screen).offset).toBe(MIB + 3);
    vi.advanceTimersByTime(10_000);
    const all = reader.told.map(({ text }) => text).join('');
    expect(all.length).toBe(2 * MIB);
    expect(all.endsWith('xend')).toBe(true);
    expect(reader.shown().join('')).not.toContain('[cut]');
  });

  it('leaves out the middle of a flood, and tells by the place', () => {
    const { screen } = createScreen();
    const reader = createReader();
    reader.watch.watch(sessionId, screen);
    vi.advanceTimersByTime(100);
    screen.take(Buffer.from('first'));
    for (let count = 0; count < 5; count += 1) screen.take(Buffer.alloc(MIB, 'y'));
    screen.take(Buffer.from('last'));
    vi.advanceTimersByTime(1000);
    const shown = reader.shown();
    expect(shown[0]).toBe('first');
    expect(shown[1]?.startsWith('[cut]yy')).toBe(true);
    expect(shown.at(-1)?.endsWith('last')).toBe(true);
    expect(shown.join('').length).toBeLessThan(100_000);
  });

  it('sends nothing to a page that does not read, and goes on when it does', async () => {
    const { screen } = createScreen();
    const reader = createReader();
    reader.watch.watch(sessionId, screen);
    vi.advanceTimersByTime(100);
    reader.block();
    for (let count = 0; count < 100; count += 1) {
      screen.take(Buffer.from('z'));
      vi.advanceTimersByTime(30);
    }
    expect(reader.told).toEqual([]);
    reader.read();
    await vi.advanceTimersByTimeAsync(100);
    expect(reader.shown()).toEqual(['z'.repeat(100)]);
  });

  it('tells the size, and lets a page change it only where there is no other screen', () => {
    const opened = createScreen();
    const reader = createReader();
    reader.watch.watch(sessionId, opened.screen);
    opened.screen.resize({ columns: 10, rows: 10 });
    opened.screen.noteSize({ columns: 100, rows: 30 });
    expect(opened.done).toEqual([]);
    expect(reader.told.map(({ text }) => text)).toEqual([
      JSON.stringify({ sessionId, size: { columns: 100, rows: 30 } }),
    ]);
    const ofPage = createScreen(true);
    expect(reader.watch.watch(sessionId, ofPage.screen).mayResize).toBe(true);
    ofPage.screen.resize({ columns: 10, rows: 10 });
    ofPage.screen.type(Buffer.from('ls\r'));
    expect(ofPage.done).toEqual(['resize 10x10', 'type ls\r']);
  });

  it('is told nothing of a terminal that it has left', () => {
    const first = createScreen();
    const second = createScreen();
    const reader = createReader();
    reader.watch.watch(sessionId, first.screen);
    reader.watch.watch(sessionId, second.screen);
    vi.advanceTimersByTime(10);
    first.screen.take(Buffer.from('old'));
    second.screen.take(Buffer.from('new'));
    reader.watch.end();
    second.screen.take(Buffer.from('newer'));
    vi.advanceTimersByTime(1000);
    expect(reader.shown()).toEqual(['new']);
  });
});
