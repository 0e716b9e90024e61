import type { MenuItemConstructorOptions } from 'electron';
import type { Approval, SessionHead } from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';
import { describeAge, describePayload, nameProject } from './describe-question.ts';
import type { Overview } from './overview.ts';

const MAX_QUESTIONS = 5;
const MAX_SESSIONS = 8;
const MAX_PAYLOAD_CHARS = 40;

export interface TrayActions {
  openQuestion(approval: Approval): void;
  /** A screen of the page, by its part behind `#`. */
  openScreen(hash: string): void;
  quit(): void;
}

/** The icon: an outline, a dot while sessions are open, a number for what waits for a person and nothing else. */
export function trayIconOf({ sessions, approvals }: Overview): string {
  if (approvals.size > 9) return 'waiting-more';
  if (approvals.size > 0) return `waiting-${approvals.size}`;
  return [...sessions.values()].some(({ state }) => state === 'open') ? 'running' : 'idle';
}

export function describeTray(overview: Overview): string {
  if (!overview.isConnected) return 'Sallyport: not connected to the engine';
  const { size } = overview.approvals;
  if (size > 0) return `Sallyport: ${size} ${size === 1 ? 'question waits' : 'questions wait'}`;
  const running = [...overview.sessions.values()].filter(({ state }) => state === 'open').length;
  if (running > 0) return `Sallyport: ${running} ${running === 1 ? 'session' : 'sessions'} open`;
  return 'Sallyport';
}

/** The menu of the tray: what waits, the inbox, the open sessions, and the way out. */
export function buildTrayMenu(
  overview: Overview,
  actions: TrayActions,
  nowMs: number,
): MenuItemConstructorOptions[] {
  const approvals = [...overview.approvals.values()];
  const open = [...overview.sessions.values()].filter(({ state }) => state === 'open');
  return [
    { label: describeHeader(overview), enabled: false },
    ...approvals.slice(0, MAX_QUESTIONS).map((approval) => ({
      label: plainLabel(describeQuestion(approval, nowMs)),
      click: () => actions.openQuestion(approval),
    })),
    { label: 'Open inbox', click: () => actions.openScreen('#/inbox') },
    { type: 'separator' },
    ...open.slice(0, MAX_SESSIONS).map((head) => ({
      label: plainLabel(describeSession(head)),
      click: () => actions.openScreen(`#/session/${head.sessionId}`),
    })),
    { label: 'New session…', click: () => actions.openScreen('#/new') },
    { type: 'separator' },
    { label: 'Quit Sallyport', click: () => actions.quit() },
  ];
}

function describeHeader({ isConnected, approvals }: Overview): string {
  if (!isConnected) return 'Not connected to the engine';
  return approvals.size === 0 ? 'Nothing is waiting' : `${approvals.size} waiting`;
}

function describeQuestion(approval: Approval, nowMs: number): string {
  const payload = describePayload(approval, MAX_PAYLOAD_CHARS);
  return `${nameProject(approval.workspace)} · ${payload} · ${describeAge(nowMs - approval.askedAt)}`;
}

function describeSession(head: SessionHead): string {
  const word = stateWord(head);
  return `${nameProject(head.workspace)} · ${showLine(head.title, 40)} · ${word}`;
}

function stateWord({ openApprovals, isPaused, isWorking }: SessionHead): string {
  if (openApprovals > 0) return 'waits for you';
  if (isPaused) return 'paused';
  return isWorking ? 'working' : 'idle';
}

/** Menus take `&` for the mark of a key. */
function plainLabel(text: string): string {
  return text.replaceAll('&', '&&');
}
