import type { Approval } from '../../protocol/index.ts';
import { maskSecrets } from '../../replay/index.ts';

/** Two questions with the same key ask for the same thing: same text but for white space, same kind and category. */
export function actionKeyOf(approval: Approval): string {
  return [approval.kind, approval.category, nameAction(approval)].join('\n');
}

/** The text of what is asked for, without what only lays it out. */
export function nameAction(approval: Approval): string {
  return approval.text.trim().replace(/[ \t]+/g, ' ');
}

/** It as lists show it: without the secrets in it. The card shows all of it. */
export function listAction(approval: Approval): string {
  return maskSecrets(nameAction(approval));
}

const VERBS: Record<Approval['kind'], string> = {
  cmd: 'run',
  edit: 'change',
  net: 'connect to',
  mcp: 'call',
  perm: 'get access:',
  skill: 'run the skill',
  agent: 'let a sub-agent',
};

/** What is done with the named thing: `run`, `connect to`. */
export function verbOf(kind: Approval['kind']): string {
  return VERBS[kind];
}
