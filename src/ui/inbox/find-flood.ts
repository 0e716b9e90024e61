import type { Approval } from '../../protocol/index.ts';
import { compareApprovals } from '../local/index.ts';
import { actionKeyOf } from './name-action.ts';

/** More than so many new questions … */
const MANY = 3;
/** … of one session within so many ms are a flood. */
const WINDOW_MS = 10_000;

/** One action of a flood. */
export interface FloodLine {
  readonly approval: Approval;
  readonly count: number;
}

/** Questions of one session that came too fast to be looked at one by one; none of them is lost. */
export interface Flood {
  /** All of them, the worst first. */
  readonly approvals: readonly Approval[];
  /** By action, with the worst question of each; the most frequent first. */
  readonly lines: readonly FloodLine[];
  /** From the first to the last, ms. */
  readonly spanMs: number;
}

/** The flood among the waiting questions of one session, where there is one. */
export function findFlood(approvals: readonly Approval[]): Flood | undefined {
  const inOrder = approvals.toSorted((a, b) => a.askedAt - b.askedAt);
  const members = new Set<Approval>();
  inOrder.forEach((first, place) => {
    const last = inOrder[place + MANY];
    if (last === undefined || last.askedAt - first.askedAt > WINDOW_MS) return;
    for (const member of inOrder.slice(place, place + MANY + 1)) members.add(member);
  });
  const flooded = [...members];
  const first = flooded[0];
  const last = flooded.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    approvals: flooded.toSorted(compareApprovals),
    lines: listLines(flooded),
    spanMs: last.askedAt - first.askedAt,
  };
}

function listLines(approvals: readonly Approval[]): FloodLine[] {
  const byAction = Map.groupBy(approvals, actionKeyOf);
  const lines: FloodLine[] = [];
  for (const same of byAction.values()) {
    const worst = same.toSorted(compareApprovals)[0];
    if (worst !== undefined) lines.push({ approval: worst, count: same.length });
  }
  return lines.sort((a, b) => b.count - a.count || compareApprovals(a.approval, b.approval));
}
