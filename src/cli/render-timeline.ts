import type { Event, EventOf } from '../protocol/index.ts';
import { showLine, showText } from '../timeline/index.ts';
import { describeAccess } from './question-text.ts';

/** A session as lines for a person, in the order it happened. */
export function renderTimeline(events: readonly Event[]): string {
  const texts = new Map<string, string>();
  const lines: string[] = [];
  for (const event of events) {
    if (event.type === 'step/proposed') texts.set(event.stepId, event.text);
    for (const [index, line] of describeEvent(event, texts).entries()) {
      const head = index === 0 ? new Date(event.at).toISOString().slice(11, 23) : ' '.repeat(12);
      lines.push(`${head}  ${line}`.trimEnd());
    }
  }
  return `${lines.join('\n')}\n`;
}

type Texts = ReadonlyMap<string, string>;

function textOf(texts: Texts, stepId: string | undefined): string {
  const text = stepId === undefined ? undefined : texts.get(stepId);
  return text === undefined ? '' : showLine(text, 120);
}

function describeEvent(event: Event, texts: Texts): string[] {
  switch (event.type) {
    case 'session/opened':
    case 'session/closed':
    case 'session/lost':
    case 'session/paused':
    case 'session/resumed':
    case 'config/snapshot':
    case 'turn/started':
    case 'turn/ended':
    case 'message/added':
      return describeSessionEvent(event);
    case 'step/proposed':
    case 'step/judged':
    case 'step/started':
    case 'step/finished':
    case 'edit/proposed':
    case 'edit/applied':
      return describeStepEvent(event, texts);
    case 'wall/denied':
      return [
        `wall blocked ${event.op} ${showLine(event.path ?? event.host ?? '', 200)}: ${showLine(event.rule, 200)}`,
      ];
    case 'network/judged':
      return [
        `network ${event.verdict} ${showLine(event.host)}:${event.port} (${showLine(event.rule, 200)})`,
      ];
    default:
      return describeApprovalEvent(event);
  }
}

type SessionEvent = EventOf<
  | 'session/opened'
  | 'session/closed'
  | 'session/lost'
  | 'session/paused'
  | 'session/resumed'
  | 'config/snapshot'
  | 'turn/started'
  | 'turn/ended'
  | 'message/added'
>;

function describeSessionEvent(event: SessionEvent): string[] {
  switch (event.type) {
    case 'session/opened':
      return [
        `session ${event.sessionId} opened by ${showLine(event.origin)} on ${new Date(event.at).toISOString().slice(0, 10)}`,
        `in ${showLine(event.workspace)}: ${showLine(event.title, 200)}`,
      ];
    case 'session/closed':
      return [
        `session closed: ${event.reason}${event.detail === undefined ? '' : ` (${showLine(event.detail)})`}`,
      ];
    case 'session/lost':
      return ['session lost: its engine ended without closing it'];
    case 'session/paused':
      return [`session paused by ${showLine(event.by, 60)}`];
    case 'session/resumed':
      return [`session resumed by ${showLine(event.by, 60)}`];
    case 'config/snapshot': {
      const { sandboxMode, approvalPolicy, networkAccess } = event.content;
      const network = networkAccess || sandboxMode === 'danger-full-access' ? 'on' : 'asked';
      const policy = typeof approvalPolicy === 'string' ? approvalPolicy : 'granular';
      const by = event.by === undefined ? '' : `, read again by ${showLine(event.by, 100)}`;
      const head = `configuration${by}: ${sandboxMode}, ${policy}, network ${network}`;
      return [head, ...event.warnings.map((warning) => `warning: ${showLine(warning)}`)];
    }
    case 'turn/started':
      return ['turn started'];
    case 'turn/ended':
      return [`turn ended: ${event.outcome}`];
    case 'message/added':
      return [`${event.role}: ${showText(event.text, 2000).replaceAll('\n', ' ')}`];
  }
}

type StepEvent = EventOf<
  'step/proposed' | 'step/judged' | 'step/started' | 'step/finished' | 'edit/proposed' | 'edit/applied'
>;

function describeStepEvent(event: StepEvent, texts: Texts): string[] {
  const what = textOf(texts, event.stepId);
  switch (event.type) {
    case 'step/proposed':
      return [`${event.kind} ${event.stepId}${event.isUnforeseen ? ' (not foreseen)' : ''}: ${what}`];
    case 'step/judged':
      return describeJudgement(event, what);
    case 'step/started': {
      const wall =
        event.access === undefined ? '' : ` (wall ${event.access.wall}, gate ${event.access.gate})`;
      return [`started ${event.runId}: ${what}${wall}`];
    }
    case 'step/finished':
      return describeFinish(event, what);
    case 'edit/proposed':
      return event.files.map((file) => `edit proposed: ${file.change} ${showLine(file.path)}`);
    case 'edit/applied':
      return event.files.map((file) => `edit applied: ${showLine(file.path)}`);
  }
}

function describeJudgement(event: EventOf<'step/judged'>, what: string): string[] {
  const risk = event.risk === null ? 'risk not assessed' : `risk ${event.risk.level} ${event.risk.score}`;
  const when = event.runId === undefined ? 'preview' : event.runId;
  const head = `judged ${event.verdict} (${event.category}, ${risk}; ${when}): ${what}`;
  return [head, ...event.reasons.map((reason) => `  why: ${showLine(reason.text)}`)];
}

function describeFinish(event: EventOf<'step/finished'>, what: string): string[] {
  const status = event.exitCode === undefined ? '' : ` with status ${event.exitCode}`;
  const signal = event.signal === undefined ? '' : ` by ${event.signal}`;
  const lines = [`${event.outcome}${status}${signal} ${event.runId}: ${what}`];
  if (event.feedback !== undefined) lines.push(`  feedback: ${showLine(event.feedback)}`);
  return lines;
}

type ApprovalEvent = Exclude<
  Event,
  SessionEvent | StepEvent | EventOf<'wall/denied'> | EventOf<'network/judged'>
>;

function describeApprovalEvent(event: ApprovalEvent): string[] {
  switch (event.type) {
    case 'approval/asked': {
      const access = describeAccess(event.grant).map((line) => `  a yes lets it ${line}`);
      return [`ASKED ${event.approvalId}: ${showLine(event.text, 200)}`, ...access];
    }
    case 'approval/answered': {
      const scope = event.scope === undefined ? '' : ` (${event.scope})`;
      const feedback = event.feedback === undefined ? '' : `: ${showLine(event.feedback)}`;
      return [
        `ANSWERED ${event.approvalId}: ${event.outcome}${scope} by ${showLine(event.by, 60)}${feedback}`,
      ];
    }
    case 'approval/withdrawn':
      return [`WITHDRAWN ${event.approvalId}: ${showLine(event.reason)}`];
    case 'approval/expired':
      return [`EXPIRED ${event.approvalId}`];
    case 'grant/added':
      return [
        `grant ${event.grant.grantId} added (${event.grant.scope})`,
        ...describeAccess(event.grant.access).map((line) => `  ${line}`),
      ];
    case 'grant/ended':
      return [`grant ${event.grantId} ended: ${event.reason} by ${showLine(event.by, 60)}`];
    case 'review/started':
      return [`review of ${event.approvalId} by ${showLine(event.reviewer)} started`];
    case 'review/finished':
      return [`review of ${event.approvalId}: ${event.review.status}: ${showLine(event.review.rationale)}`];
  }
}
