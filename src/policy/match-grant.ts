/**
 * Whether a live grant answers a question. Promises: only a person's own answer opens a critical step; an expired, used
 * up or foreign grant opens nothing; a command grant opens no more access than it was given with. Does not decide
 * whether a question is needed at all. Without it one yes could spread to steps that nobody was shown.
 */
import type { AccessGrant, CommandMatch, Grant, HostPort, Risk, StepCategory } from '../protocol/index.ts';
import { isAtOrBelow } from './path-access-join.ts';

/** What a grant is held against: one run of one step, with the access that it needs. */
export interface GrantQuestion {
  readonly sessionId: string;
  readonly turnId?: string | undefined;
  readonly stepId?: string | undefined;
  readonly runId?: string | undefined;
  readonly category: StepCategory;
  readonly argv?: readonly string[] | undefined;
  readonly cwd: string;
  /** The words are those of a call of a tool. */
  readonly of?: CommandMatch['of'];
  readonly risk: Risk | null;
  /** The least access the step needs beyond the session's. */
  readonly access?: AccessGrant | undefined;
}

function coversHost(granted: HostPort, asked: HostPort): boolean {
  if (granted.host.toLowerCase() !== asked.host.toLowerCase()) return false;
  return granted.port === undefined || granted.port === asked.port;
}

/** True when every path, host and socket of `asked` is open under `granted`; writing implies reading. */
export function coversAccess(granted: AccessGrant, asked: AccessGrant): boolean {
  const readable = [...granted.read, ...granted.write];
  return (
    asked.write.every((path) => granted.write.some((folder) => isAtOrBelow(path, folder))) &&
    asked.read.every((path) => readable.some((folder) => isAtOrBelow(path, folder))) &&
    asked.hosts.every((host) => granted.hosts.some((open) => coversHost(open, host))) &&
    asked.sockets.every((socket) => granted.sockets.includes(socket))
  );
}

function isEmptyAccess(access: AccessGrant): boolean {
  return access.read.length + access.write.length + access.hosts.length + access.sockets.length === 0;
}

/** Held in this scope still, and for this session, turn, step or run. */
function isLive(grant: Grant, question: GrantQuestion, nowMs: number): boolean {
  if (grant.holder !== 'user' && grant.holder !== question.sessionId) return false;
  if (grant.untilMs !== undefined && nowMs >= grant.untilMs) return false;
  switch (grant.scope) {
    case 'once':
      return grant.runId !== undefined && grant.runId === question.runId;
    case 'step':
      return grant.stepId !== undefined && grant.stepId === question.stepId;
    case 'turn':
      return grant.turnId !== undefined && grant.turnId === question.turnId;
    case 'until':
      return grant.untilMs !== undefined;
    case 'session':
      return grant.holder === question.sessionId;
    case 'always':
      return true;
  }
}

function matchesWords(command: CommandMatch, question: RefusedThing): boolean {
  const { argv } = question;
  if (argv === undefined || argv.length === 0 || command.argv.length === 0) return false;
  if (command.cwd !== question.cwd || command.of !== question.of) return false;
  if (command.match === 'exact' ? argv.length !== command.argv.length : argv.length < command.argv.length)
    return false;
  return command.argv.every((word, index) => argv[index] === word);
}

/** What was rejected for a session, or what may be the same again. */
type RefusedThing = Pick<GrantQuestion, 'argv' | 'cwd' | 'access' | 'of'>;

/**
 * True when a remembered rejection answers for `asked`: the same words in the same folder, or one of the same paths, hosts
 * or sockets. A path below a rejected one is another thing, and is asked about.
 */
export function matchesRefusal(refusal: Grant, asked: RefusedThing): boolean {
  if (refusal.refuses !== true) return false;
  const { command, access } = refusal;
  if (command !== undefined)
    return asked.argv?.length === command.argv.length && matchesWords(command, asked);
  if (access === undefined || asked.access === undefined) return false;
  const { write, hosts, sockets } = asked.access;
  return (
    write.some((path) => access.write.includes(path)) ||
    sockets.some((path) => access.sockets.includes(path)) ||
    hosts.some((host) => access.hosts.some((other) => coversHost(other, host)))
  );
}

function isStepBound(grant: Grant): boolean {
  return grant.scope === 'once' || grant.scope === 'step';
}

function answersCommand(grant: Grant, question: GrantQuestion): boolean {
  const isSame = grant.command === undefined ? isStepBound(grant) : matchesWords(grant.command, question);
  if (!isSame) return false;
  if (question.access === undefined || isEmptyAccess(question.access)) {
    return question.category !== 'outside' || isStepBound(grant);
  }
  return grant.access !== undefined && coversAccess(grant.access, question.access);
}

/**
 * True when `grant` answers `question` at `nowMs` (epoch ms). An access grant answers questions about the wall only; a
 * command grant, bound to its step when it has no command, answers the same argv in the same folder.
 */
export function matchesGrant(grant: Grant, question: GrantQuestion, nowMs: number): boolean {
  if (grant.refuses === true || !isLive(grant, question, nowMs)) return false;
  if (question.risk?.level === 'critical' && grant.scope !== 'once') return false;
  if (grant.kind === 'command') return answersCommand(grant, question);
  const isAboutWall =
    question.category === 'blocked' || question.category === 'more-access' || question.category === 'outside';
  if (!isAboutWall || question.access === undefined || grant.access === undefined) return false;
  return !isEmptyAccess(question.access) && coversAccess(grant.access, question.access);
}
