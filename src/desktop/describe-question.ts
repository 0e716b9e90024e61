import type { Approval } from '../protocol/index.ts';
import { maskSecrets } from '../replay/index.ts';
import { showLine } from '../timeline/index.ts';

const WISH: Readonly<Record<Approval['kind'], string>> = {
  cmd: 'wants to run a command',
  edit: 'wants to change files',
  net: 'wants to reach a host',
  mcp: 'wants to call a tool',
  perm: 'wants more access',
  skill: 'wants to run a skill',
  agent: 'wants to delegate',
};

const MAX_NAME_CHARS = 40;

function cut(text: string, maxChars: number): string {
  const characters = [...text];
  return characters.length <= maxChars ? text : `${characters.slice(0, maxChars - 1).join('')}…`;
}

/** The folder that a session works in, by its last name. */
export function nameProject(workspace: string): string {
  const last = workspace.split(/[\\/]/).findLast((part) => part !== '');
  return cut(showLine(last ?? workspace, 200), MAX_NAME_CHARS);
}

/** `payments-api · wants to run a command`: who, then what, and nothing of the command. */
export function describeWish({ workspace, kind }: Pick<Approval, 'workspace' | 'kind'>): string {
  return `${nameProject(workspace)} · ${WISH[kind]}`;
}

/** `high · 7/10`. */
export function describeRisk({ risk }: Pick<Approval, 'risk'>): string {
  return risk === null ? 'risk not assessed' : `${risk.level} · ${risk.score}/10`;
}

/** What is asked, secrets masked, on one line of at most `maxChars`. */
export function describePayload({ text }: Pick<Approval, 'text'>, maxChars: number): string {
  return cut(showPayload(text, maxChars), maxChars);
}

/** The same for a place that reads tags and entities, as notices do on Linux: their beginnings are numbers. */
export function describePayloadPlainly({ text }: Pick<Approval, 'text'>, maxChars: number): string {
  const shown = showPayload(text, maxChars)
    .replace(/<(?=[a-z/!?])/gi, '⟨U+003C⟩')
    .replace(/&(?=[a-z#])/gi, '⟨U+0026⟩');
  return cut(shown, maxChars);
}

function showPayload(text: string, maxChars: number): string {
  // masked before it is cut: half a secret is not known as one
  return showLine(maskSecrets(text.slice(0, 4000)), maxChars * 4);
}

/** `2 min`; whole units, rounded down. */
export function describeAge(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
