import type { LiveView } from '../../client/index.ts';
import type { Approval } from '../../protocol/index.ts';
import { countThings, showLine } from '../../timeline/index.ts';
import { byWords } from '../inspector/index.ts';
import { compareApprovals, folderNameOf } from '../local/index.ts';

type Settled = LiveView['settled'][number];

const SPOKEN_CHARS = 120;

function nameRisk(risk: Approval['risk']): string {
  return risk === null ? 'not reviewed' : `${risk.level} ${risk.score}`;
}

/** What is said about new requests, as one sentence however many they are. */
export function tellAsked(asked: readonly Approval[]): string {
  const worst = asked.toSorted(compareApprovals)[0];
  if (worst === undefined) return '';
  const where = showLine(folderNameOf(worst.workspace), 60);
  if (asked.length === 1) {
    return `${where} asks: ${showLine(worst.text, SPOKEN_CHARS)}, ${nameRisk(worst.risk)}.`;
  }
  return `${countThings(asked.length, 'new request')}, highest is ${nameRisk(worst.risk)} from ${where}.`;
}

/** What is said about requests that were settled. */
export function tellSettled(settled: readonly Settled[]): string {
  const first = settled[0];
  if (first === undefined) return '';
  if (settled.length > 1) return `${countThings(settled.length, 'request')} are settled.`;
  const what = first.approval === undefined ? first.approvalId : showLine(first.approval.text, SPOKEN_CHARS);
  const by = first.outcome === 'withdrawn' ? '' : showLine(byWords(first.by), 60);
  return `${what}: ${[first.outcome, by].filter((part) => part !== '').join(' ')}.`;
}

/** What came since the view before: nothing at all when that was not yet the engine's. */
export function findNews(
  before: Pick<LiveView, 'about' | 'approvals' | 'settled'>,
  now: Pick<LiveView, 'approvals' | 'settled'>,
): { readonly asked: readonly Approval[]; readonly settled: readonly Settled[] } {
  if (before.about === undefined) return { asked: [], settled: [] };
  const known = new Set(before.approvals.map(({ approvalId }) => approvalId));
  const over = new Set(before.settled.map(({ approvalId }) => approvalId));
  return {
    asked: now.approvals.filter(({ approvalId }) => !known.has(approvalId)),
    settled: now.settled.filter(({ approvalId }) => !over.has(approvalId)),
  };
}
