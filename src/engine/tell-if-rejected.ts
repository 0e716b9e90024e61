import type { ApprovalKind } from '../protocol/index.ts';

export interface RejectedThing {
  readonly kind: ApprovalKind;
  readonly agentName: string;
  /** The script could not be split: it is asked about as a whole, before it begins. */
  readonly isWholeScript: boolean;
  /** What joins the step to the next one. */
  readonly operator: string;
}

/** Names of sessions that run a script and have no agent. */
const NO_AGENT = new Set(['script', 'exec', 'run', 'demo', 'page', 'mcp']);

/** What happens when a person says no, in one or two sentences. */
export function tellIfRejected(thing: RejectedThing): string {
  const { kind, agentName } = thing;
  if (!NO_AGENT.has(agentName)) return `${REFUSED[kind]}. ${agentName} is told and continues.`;
  if (kind === 'edit') return `${REFUSED.edit}; the program that tried is told and may go on.`;
  if (kind === 'cmd' || kind === 'skill') return tellCommand(thing);
  return `${REFUSED[kind]}; the script goes on.`;
}

const REFUSED: Record<ApprovalKind, string> = {
  cmd: 'The command does not run',
  edit: 'Nothing is written there',
  net: 'The connection is refused',
  mcp: 'The tool is not called',
  perm: 'The access stays as it is',
  skill: 'The program of the skill does not run',
  agent: 'The delegated agent does not go on with it',
};

function tellCommand({ isWholeScript, operator }: RejectedThing): string {
  if (isWholeScript) return 'The script does not start and its caller gets status 126.';
  const told = 'The command does not run and its caller gets status 126';
  if (operator === '&&') return `${told}; what follows && does not run either.`;
  if (operator === '||') return `${told}; what follows || runs instead.`;
  return `${told}; the script goes on.`;
}
