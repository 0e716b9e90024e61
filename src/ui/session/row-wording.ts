import {
  ArrowRightToLine,
  BrickWall,
  CircleX,
  Globe,
  Hand,
  Info,
  KeyRound,
  type LucideIcon,
  MessageSquare,
  Pencil,
  Plug,
  ShieldCheck,
  SquareTerminal,
  Terminal,
} from 'lucide-react';
import type { RowKind, TimelineRow } from '../../protocol/index.ts';

const ICONS: Record<RowKind, LucideIcon> = {
  turn: ArrowRightToLine,
  message: MessageSquare,
  command: Terminal,
  approval: Hand,
  grant: KeyRound,
  edit: Pencil,
  network: Globe,
  tool: Plug,
  denial: BrickWall,
  review: ShieldCheck,
  output: SquareTerminal,
  note: Info,
};

const KIND_NAMES: Record<RowKind, string> = {
  turn: 'script',
  message: 'message',
  command: 'command',
  approval: 'question',
  grant: 'grant',
  edit: 'file',
  network: 'network',
  tool: 'tool',
  denial: 'blocked',
  review: 'review',
  output: 'output',
  note: 'note',
};

function isAsked(kind: RowKind): boolean {
  return kind === 'command' || kind === 'approval' || kind === 'tool';
}

/** The icon before a row: of what it is about, or that it waits or was rejected. */
export function iconOfRow(row: Pick<TimelineRow, 'kind' | 'outcome'>): LucideIcon {
  if (row.outcome === 'waiting') return Hand;
  if (row.outcome === 'rejected' && isAsked(row.kind)) return CircleX;
  return ICONS[row.kind];
}

/** What the icon says, in a word. */
export function nameOfKind(kind: RowKind): string {
  return KIND_NAMES[kind];
}

/** A row's text as it is set: a plain word first where there is one, and whether the rest is exact text, in mono. */
export interface RowWording {
  readonly lead: string | undefined;
  readonly text: string;
  readonly isExact: boolean;
}

const VERB = /^([a-z]{2,12}) (\S.*)$/s;

/** `write ~/.npmrc`: the verb is ours, the path is not. */
function splitVerb(text: string): RowWording {
  const found = VERB.exec(text);
  return { lead: found?.[1], text: found?.[2] ?? text, isExact: true };
}

/** Which parts of a row's text are words of ours, and which are exact. */
export function wordingOfRow({ kind, text }: Pick<TimelineRow, 'kind' | 'text'>): RowWording {
  switch (kind) {
    case 'command':
    case 'approval':
    case 'turn':
    case 'tool':
      return { lead: undefined, text, isExact: true };
    case 'edit':
    case 'denial':
    case 'network':
      return splitVerb(text);
    case 'grant':
      return { lead: 'grant', text, isExact: true };
    case 'review':
    case 'message':
    case 'note':
    case 'output':
      return { lead: undefined, text, isExact: false };
  }
}

/** The first line of a script that says something, and how many lines it has beside that. */
export function headOfScript(text: string): { readonly line: string; readonly moreLines: number } {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return { line: lines[0] ?? '', moreLines: Math.max(0, lines.length - 1) };
}

/** The risk is told in the row: it is no small one, or a person was asked. */
export function tellsRisk({ risk, approvalId, kind }: TimelineRow): boolean {
  if (risk === undefined || kind === 'review') return false;
  return approvalId !== undefined || (risk !== null && risk.level !== 'low');
}
