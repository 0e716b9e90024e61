/**
 * One notice of the system per question, while no window of ours has the focus.
 *
 * Promises: a notice is taken back when its question is settled, whoever answered; at most ten are open, and at most one
 * comes every two seconds; what it says is bounded, masked, shows hidden characters and is text, where the system would
 * read tags too. Does not promise that the system
 * shows it: the number beside the tray and the inbox hold every question.
 */
import type { Approval, ApprovalId } from '../protocol/index.ts';
import { describePayload, describePayloadPlainly, describeRisk, describeWish } from './describe-question.ts';
import type { ElectronPort, NotificationPort } from './electron-port.ts';
import type { Overview } from './overview.ts';

const BETWEEN_MS = 2000;
const MAX_OPEN = 10;
const MAX_BODY_CHARS = 120;

export interface NoticesParts {
  readonly platform: NodeJS.Platform;
  isAnyFocused(): boolean;
  openQuestion(approval: Approval): void;
}

export interface Notices {
  update(overview: Overview): void;
}

export function createNotices(
  { Notification }: Pick<ElectronPort, 'Notification'>,
  parts: NoticesParts,
): Notices {
  /** Open ones, kept so that they are not collected as garbage while they can be clicked. */
  const open = new Map<ApprovalId, NotificationPort>();
  let waiting = new Map<ApprovalId, Approval>();
  let known: ReadonlySet<ApprovalId> = new Set();
  let lastShownAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function showNext(): void {
    clearTimeout(timer);
    const [approval] = waiting.values();
    if (approval === undefined || open.size >= MAX_OPEN) return;
    const waitMs = lastShownAt + BETWEEN_MS - Date.now();
    if (waitMs > 0) {
      timer = setTimeout(showNext, waitMs);
      return;
    }
    waiting.delete(approval.approvalId);
    // who looks at a window has the question before the eyes
    if (!parts.isAnyFocused()) show(approval);
    showNext();
  }

  function show(approval: Approval): void {
    const notice = new Notification(describeNotice(approval, parts.platform));
    open.set(approval.approvalId, notice);
    lastShownAt = Date.now();
    const forget = (): void => {
      if (open.get(approval.approvalId) === notice) open.delete(approval.approvalId);
      showNext();
    };
    notice.on('click', () => {
      forget();
      parts.openQuestion(approval);
    });
    notice.on('close', forget);
    notice.on('failed', forget);
    notice.show();
  }

  function withdraw(approvalId: ApprovalId): void {
    const notice = open.get(approvalId);
    open.delete(approvalId);
    notice?.close();
  }

  return {
    update: ({ approvals, isConnected }) => {
      // whether they still wait is told by the next connection
      if (!isConnected) return;
      waiting = new Map([...waiting].filter(([id]) => approvals.has(id)));
      for (const id of [...open.keys()]) if (!approvals.has(id)) withdraw(id);
      for (const [id, approval] of approvals) {
        if (!known.has(id) && Notification.isSupported() && !parts.isAnyFocused()) waiting.set(id, approval);
      }
      known = new Set(approvals.keys());
      showNext();
    },
  };
}

function describeNotice(approval: Approval, platform: NodeJS.Platform) {
  const { approvalId, sessionId } = approval;
  const risk = describeRisk(approval);
  const ids = { id: approvalId, groupId: sessionId, title: describeWish(approval) };
  // only macOS has a line for it
  if (platform === 'darwin')
    return { ...ids, subtitle: risk, body: describePayload(approval, MAX_BODY_CHARS) };
  const describe = platform === 'linux' ? describePayloadPlainly : describePayload;
  return { ...ids, body: `${risk}\n${describe(approval, MAX_BODY_CHARS - risk.length - 1)}` };
}
