import type { ApprovalId, Event, EventOf, RunId, SessionHead, StepId } from '../protocol/index.ts';
import { isTurnStep } from './is-root-step.ts';
import { cutAt, shortCommand } from './row-texts.ts';

type OpenRisk = Exclude<SessionHead['openRisk'], undefined>;

interface HeadScript {
  readonly stepId: StepId;
  readonly activity: string;
  /** Runs that the script's own process asked for: they are judged, the script itself is not. */
  readonly calls: readonly RunId[];
}

/** A session's head, and what is needed to fold it further. */
export interface HeadFold {
  /** Undefined before `session/opened`. */
  readonly head: SessionHead | undefined;
  readonly questions: readonly { readonly approvalId: ApprovalId; readonly risk: OpenRisk }[];
  /** The script that runs, or ran last. */
  readonly script: HeadScript | undefined;
}

export const EMPTY_HEAD: HeadFold = { head: undefined, questions: [], script: undefined };

const MAX_ACTIVITY = 200;
/** A line is not searched for in more of a script than this. */
const MAX_SEARCHED = 4000;

/** A script in one line: its first that says something. */
export function activityOf(script: string): string {
  const lines = script.slice(0, MAX_SEARCHED).split('\n');
  const line = lines.find((text) => text.trim() !== '' && !text.startsWith('#!')) ?? '';
  return cutAt(line.trim(), MAX_ACTIVITY);
}

/** How a script ended, by the end of its own run. */
export function scriptOutcomeOf(
  event: Pick<EventOf<'step/finished'>, 'outcome' | 'exitCode' | 'signal'>,
): SessionHead['outcome'] {
  const { outcome, exitCode, signal } = event;
  if (outcome === 'refused') return 'failed';
  if (outcome !== 'ran' || signal !== undefined) return 'stopped';
  return exitCode === 0 ? 'ok' : 'failed';
}

/** The policy as one word. */
export function policyWordOf(policy: EventOf<'config/snapshot'>['content']['approvalPolicy']): string {
  return typeof policy === 'string' ? policy : 'granular';
}

/** The head after one more event of the same session, in the order of `seq`. Events before its opening are passed over. */
export function foldHead(fold: HeadFold, event: Event): HeadFold {
  if (event.type === 'session/opened') return { ...EMPTY_HEAD, head: openHead(event) };
  const { head } = fold;
  if (head === undefined) return fold;
  const moved = { ...fold, head: { ...head, lastAt: event.at, lastSeq: event.seq } };
  switch (event.type) {
    case 'approval/asked':
    case 'approval/answered':
    case 'approval/withdrawn':
    case 'approval/expired':
      return foldQuestion(moved, event);
    case 'step/proposed':
    case 'step/judged':
    case 'step/finished':
    case 'turn/started':
    case 'turn/ended':
      return foldStep(moved, event);
    default:
      return foldState(moved, event);
  }
}

type Opened = HeadFold & { readonly head: SessionHead };

function openHead(event: EventOf<'session/opened'>): SessionHead {
  const { sessionId, title, origin, agentName, workspace, hasTerminal, at, seq } = event;
  return {
    sessionId,
    title,
    origin,
    agentName,
    workspace,
    ...(hasTerminal && { hasTerminal }),
    state: 'open',
    isPaused: false,
    isWorking: false,
    openedAt: at,
    lastAt: at,
    sandboxMode: '',
    approvalPolicy: '',
    activity: '',
    outcome: 'none',
    openApprovals: 0,
    lastSeq: seq,
  };
}

function change(fold: Opened, head: Partial<SessionHead>): Opened {
  return { ...fold, head: { ...fold.head, ...head } };
}

function foldState(fold: Opened, event: Event): HeadFold {
  switch (event.type) {
    case 'config/snapshot': {
      const { sandboxMode, approvalPolicy } = event.content;
      return change(fold, { sandboxMode, approvalPolicy: policyWordOf(approvalPolicy) });
    }
    case 'session/paused':
      return change(fold, { isPaused: true });
    case 'session/resumed':
      return change(fold, { isPaused: false });
    case 'session/closed':
      return endSession(fold, 'closed', event.at);
    case 'session/lost':
      return endSession(fold, 'lost', event.at);
    default:
      return fold;
  }
}

function endSession(fold: Opened, state: 'closed' | 'lost', closedAt: number): HeadFold {
  const activity = fold.script?.activity ?? '';
  const ended = change(fold, { state, closedAt, isPaused: false, isWorking: false, activity });
  return withQuestions(ended, []);
}

type StepEvent = EventOf<'step/proposed' | 'step/judged' | 'step/finished' | 'turn/started' | 'turn/ended'>;

function foldStep(fold: Opened, event: StepEvent): HeadFold {
  switch (event.type) {
    case 'turn/started':
      return change(fold, { isWorking: true });
    case 'turn/ended':
      return change(fold, { isWorking: false, activity: fold.script?.activity ?? '' });
    case 'step/proposed': {
      if (!isTurnStep(event)) return fold;
      const activity = activityOf(event.text);
      return { ...change(fold, { activity }), script: { stepId: event.stepId, activity, calls: [] } };
    }
    case 'step/judged':
      return foldJudged(fold, event);
    case 'step/finished': {
      const { script } = fold;
      if (event.stepId !== script?.stepId || script.calls.includes(event.runId)) return fold;
      return change(fold, { outcome: scriptOutcomeOf(event) });
    }
  }
}

function foldJudged(fold: Opened, event: EventOf<'step/judged'>): HeadFold {
  const { stepId, runId, argv, verdict } = event;
  const { script } = fold;
  if (runId === undefined) return fold;
  if (script !== undefined && stepId === script.stepId) {
    return { ...fold, script: { ...script, calls: [...script.calls, runId] } };
  }
  if (argv === undefined || verdict === 'refuse') return fold;
  return change(fold, { activity: cutAt(shortCommand(argv), MAX_ACTIVITY) });
}

type QuestionEvent = EventOf<
  'approval/asked' | 'approval/answered' | 'approval/withdrawn' | 'approval/expired'
>;

function foldQuestion(fold: Opened, event: QuestionEvent): HeadFold {
  const { approvalId } = event;
  const others = fold.questions.filter((question) => question.approvalId !== approvalId);
  if (event.type !== 'approval/asked') return withQuestions(fold, others);
  const risk = event.risk === null ? null : { score: event.risk.score, level: event.risk.level };
  return withQuestions(fold, [...others, { approvalId, risk }]);
}

function withQuestions(fold: Opened, questions: HeadFold['questions']): HeadFold {
  const { openRisk: _before, ...head } = fold.head;
  const openApprovals = questions.length;
  if (openApprovals === 0) return { ...fold, questions, head: { ...head, openApprovals } };
  return { ...fold, questions, head: { ...head, openApprovals, openRisk: worstOf(questions) } };
}

function worstOf(questions: HeadFold['questions']): OpenRisk {
  let worst: OpenRisk = null;
  for (const { risk } of questions) if (risk !== null && risk.score >= (worst?.score ?? 0)) worst = risk;
  return worst;
}
