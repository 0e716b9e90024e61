import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEngineProcess } from '../../../src/desktop/engine-process.ts';
import { createElectronDouble } from '../../support/electron-double.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start() {
  const electron = createElectronDouble();
  const heard: string[] = [];
  let again = (): void => {};
  const engine = createEngineProcess(
    electron,
    { modulePath: '/engine-host.js', version: '1.2.3' },
    {
      onReady: (isOwn) => void heard.push(`ready ${isOwn}`),
      onGone: () => void heard.push('gone'),
      onPageClosed: (pageId) => void heard.push(`closed ${pageId}`),
      onGivenUp: (reason, tryAgain) => {
        heard.push(`given up: ${reason}`);
        again = tryAgain;
      },
    },
  );
  engine.start();
  const child = () => {
    const last = electron.children.at(-1);
    if (last === undefined) throw new Error('no child');
    return last;
  };
  return { engine, electron, heard, child, again: () => again() };
}

describe("the engine's process", () => {
  it('is started with the version, and told of as it stands', () => {
    const { engine, heard, child } = start();
    expect(child().args).toEqual(['1.2.3']);
    expect(engine.isReady).toBe(false);
    child().emit('message', { type: 'ready', isOwn: true });
    expect([engine.isReady, engine.isOwn]).toEqual([true, true]);
    child().emit('message', { type: 'page-closed', pageId: 4 });
    child().emit('message', { type: 'gone' });
    expect([engine.isReady, engine.isOwn]).toEqual([false, false]);
    expect(heard).toEqual(['ready true', 'closed 4', 'gone']);
  });

  it.each([
    null,
    'ready',
    7,
    {},
    { type: 'ready' },
    { type: 'page-closed', pageId: '4' },
    { type: 'failed' },
  ])('does not take %j for a message', (message) => {
    const { heard, child } = start();
    child().emit('message', message);
    expect(heard).toEqual([]);
  });

  it('is started again after a crash, later each time, three times a minute', () => {
    const { electron, heard, child } = start();
    for (const [at, delayMs] of [250, 1000, 4000].entries()) {
      child().emit('message', { type: 'ready', isOwn: true });
      child().emit('exit', 11);
      vi.advanceTimersByTime(delayMs - 1);
      expect(electron.children).toHaveLength(at + 1);
      vi.advanceTimersByTime(1);
      expect(electron.children).toHaveLength(at + 2);
    }
    child().emit('message', { type: 'failed', message: 'no lock', hint: 'remove it' });
    child().emit('exit', 1);
    vi.advanceTimersByTime(600_000);
    expect(electron.children).toHaveLength(4);
    expect(heard.at(-1)).toBe('given up: no lock\nremove it');
  });

  it('crashes that are minutes apart do not add up', () => {
    const { electron, heard, child } = start();
    for (let count = 0; count < 8; count += 1) {
      child().emit('exit', 11);
      vi.advanceTimersByTime(61_000);
    }
    expect(electron.children).toHaveLength(9);
    expect(heard).toEqual([]);
  });

  it('is tried again when a person says so', () => {
    const { electron, heard, child, again } = start();
    for (let count = 0; count < 4; count += 1) {
      child().emit('exit', 9);
      vi.advanceTimersByTime(5000);
    }
    expect(heard).toEqual(['given up: The engine ended with status 9.']);
    again();
    again();
    expect(electron.children).toHaveLength(5);
  });

  it('what an earlier process says late changes nothing', () => {
    const { engine, electron, child } = start();
    child().emit('exit', 1);
    vi.advanceTimersByTime(250);
    electron.children[0]?.emit('message', { type: 'ready', isOwn: true });
    electron.children[0]?.emit('exit', 1);
    vi.advanceTimersByTime(60_000);
    expect(engine.isReady).toBe(false);
    expect(electron.children).toHaveLength(2);
  });

  it('is asked to end, and not started again', async () => {
    const { engine, electron, child } = start();
    const ended = engine.end();
    expect(child().posted).toEqual([{ message: { type: 'stop' }, ports: [] }]);
    child().emit('exit', 0);
    await ended;
    await engine.end();
    vi.advanceTimersByTime(60_000);
    expect(electron.children).toHaveLength(1);
    expect(child().isKilled).toBe(false);
  });

  it('is killed when it does not end', async () => {
    const { engine, child } = start();
    const ended = engine.end();
    vi.advanceTimersByTime(8000);
    await ended;
    expect(child().isKilled).toBe(true);
  });
});
