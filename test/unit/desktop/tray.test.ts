import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTray } from '../../../src/desktop/tray.ts';
import { createElectronDouble } from '../../support/electron-double.ts';
import { makeHead, makeOverview, makeQuestion } from './make-question.ts';

const FOLDER = resolve(import.meta.dirname, '../../../resources/tray');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(platform: NodeJS.Platform = 'linux', desktopName = 'KDE') {
  const electron = createElectronDouble();
  const did: string[] = [];
  const shellTray = createTray(electron, {
    platform,
    desktopName,
    folder: FOLDER,
    togglePopover: ({ x }) => void did.push(`popover at ${x}`),
    openWindow: () => void did.push('window'),
    openQuestion: ({ approvalId }) => void did.push(approvalId),
    openScreen: (hash) => void did.push(hash),
    quit: () => void did.push('quit'),
  });
  const [tray] = electron.trays;
  if (tray === undefined) throw new Error('no tray');
  const icon = (): string => String(Reflect.get(Object(tray.images.at(-1)), 'path') ?? tray.images.at(-1));
  const items = () => tray.menus.at(-1) as { label?: string; click?: () => void }[];
  return { electron, tray, did, icon, items, update: shellTray.update };
}

describe('the tray', () => {
  it('shows how many questions wait, and nothing else as a number', () => {
    const { tray, icon, update, electron } = start();
    const steps: [ReturnType<typeof makeOverview>, string, string][] = [
      [makeOverview([]), 'idle-black-22.png', 'Sallyport'],
      [makeOverview([], [makeHead()]), 'running-black-22.png', 'Sallyport: 1 session open'],
      [makeOverview([makeQuestion()], [makeHead()]), 'waiting-1-black-22.png', 'Sallyport: 1 question waits'],
      [
        makeOverview(Array.from({ length: 12 }, () => makeQuestion())),
        'waiting-more-black-22.png',
        'Sallyport: 12 questions wait',
      ],
    ];
    for (const [overview, file, toolTip] of steps) {
      update(overview);
      vi.advanceTimersByTime(250);
      expect(icon()).toBe(join(FOLDER, file));
      expect(existsSync(icon())).toBe(true);
      expect(tray.toolTips.at(-1)).toBe(toolTip);
    }
    expect(electron.app.calls.at(-1)).toBe('setBadgeCount 12');
  });

  it('says it when it is not connected', () => {
    const { tray, items, update } = start();
    update({ isConnected: false, sessions: new Map(), approvals: new Map() });
    expect(tray.toolTips.at(-1)).toBe('Sallyport: not connected to the engine');
    expect(items()[0]?.label).toBe('Not connected to the engine');
  });

  it.each([
    ['linux', 'ubuntu:GNOME', false, 'idle-light-22.png'],
    ['linux', 'KDE', false, 'idle-black-22.png'],
    ['linux', 'KDE', true, 'idle-light-22.png'],
    ['win32', '', true, 'idle-light.png'],
    ['darwin', '', true, 'idle-black.png'],
  ] as const)('on %s %s, dark %s, has the icon %s', (platform, desktop, isDark, file) => {
    const { electron, icon, update } = start(platform, desktop);
    electron.nativeTheme.shouldUseDarkColors = isDark;
    update(makeOverview([]));
    expect(icon()).toBe(join(FOLDER, file));
    expect(existsSync(icon())).toBe(true);
  });

  it('is made anew at most four times a second, and ends with what was last', () => {
    const { tray, update } = start();
    for (let count = 1; count <= 100; count += 1) {
      update(makeOverview(Array.from({ length: count }, () => makeQuestion())));
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(250);
    expect(tray.menus.length).toBeLessThanOrEqual(6);
    expect(tray.toolTips.at(-1)).toBe('Sallyport: 100 questions wait');
  });

  it('has a menu that leads to each question, at most five', () => {
    const { did, items, update } = start();
    const questions = Array.from({ length: 7 }, (_value, at) =>
      makeQuestion({ text: `echo 'a & b ${at}\n\u001b[31m'`, askedAt: Date.now() - 125_000 }),
    );
    const head = makeHead({ title: 'R&D', openApprovals: 1 });
    update(makeOverview(questions, [head, makeHead({ state: 'closed' })]));
    const labels = items().map(({ label }) => label);
    expect(labels[0]).toBe('7 waiting');
    expect(labels[1]).toBe("payments-api · echo 'a && b 0⏎⟨U+001B⟩[31m' · 2 min");
    expect(labels.filter((label) => label?.includes('echo'))).toHaveLength(5);
    expect(labels).toContain('payments-api · R&&D · waits for you');
    expect(labels.filter((label) => label?.startsWith('payments-api'))).toHaveLength(6);
    for (const item of items()) item.click?.();
    expect(did).toEqual([
      ...questions.slice(0, 5).map(({ approvalId }) => approvalId),
      '#/inbox',
      `#/session/${head.sessionId}`,
      '#/new',
      'quit',
    ]);
  });

  it('opens the window on Linux, and the popover beside itself elsewhere', () => {
    for (const [platform, expected] of [
      ['linux', 'window'],
      ['win32', 'popover at 1000'],
      ['darwin', 'popover at 1000'],
    ] as const) {
      const { tray, did } = start(platform);
      tray.emit('click');
      expect(did).toEqual([expected]);
    }
  });

  it('has its number and its menu where macOS has them', () => {
    const { tray, update } = start('darwin');
    update(makeOverview([makeQuestion(), makeQuestion()]));
    expect(tray.titles.at(-1)).toBe('2');
    expect(tray.menus).toEqual([]);
    tray.emit('right-click');
    expect(tray.popUps).toBe(1);
  });
});
