/**
 * Reads stored events as far as rows need them. Checking an event as a whole costs more than reading it, and a session
 * may have half a million: so of the types that there are most of only the fields are checked that a row is made of,
 * which is what the type says that comes out. All other types are checked as a whole.
 */
import {
  type EventType,
  RiskLevel,
  type RunId,
  RunOutcome,
  StepCategory,
  type StepId,
  Verdict,
} from '../../protocol/index.ts';
import type { RowEvent } from '../../timeline/index.ts';
import { damagedEvent, parseEvent } from './parse-event.ts';

/** An event as it is stored, with the columns beside it. */
export interface StoredEvent {
  readonly seq: number;
  readonly type: string;
  readonly body: string;
}

type Fields = { readonly [name: string]: unknown };
type Check = (value: unknown) => boolean;

const STEP_OR_RUN = /^(?:step|run)-[0-9a-hjkmnp-tv-z]{10}$/;
const APPROVAL = /^[a-z]{2,5}-[0-9a-hjkmnp-tv-z]{8}$/;
const VERDICTS = new Set<unknown>(Verdict.options);
const CATEGORIES = new Set<unknown>(StepCategory.options);
const OUTCOMES = new Set<unknown>(RunOutcome.options);
const LEVELS = new Set<unknown>(RiskLevel.options);

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isFlag: Check = (value) => typeof value === 'boolean';
const isRun: Check = (value) => typeof value === 'string' && STEP_OR_RUN.test(value);
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function maybe(check: Check): Check {
  return (value) => value === undefined || check(value);
}
function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}
function withFields(checks: { readonly [name: string]: Check }): Check {
  const list = Object.entries(checks);
  return (value) => isFields(value) && list.every(([name, check]) => check(value[name]));
}

const isReasons = listOf(withFields({ text: isText }));
const isRiskFields = withFields({ score: isNumber, level: (value) => LEVELS.has(value) });
const isRisk: Check = (value) => value === null || isRiskFields(value);
const isStream = withFields({ totalBytes: isNumber });

const CHECKS: { readonly [T in EventType]?: Check } = {
  'step/proposed': withFields({
    stepId: isRun,
    turnId: isText,
    parentId: maybe(isRun),
    kind: isText,
    text: isText,
    argv: maybe(Array.isArray),
    assignments: listOf(withFields({ name: isText, value: withFields({ text: isText }) })),
    wrappers: listOf(isText),
    agentName: isText,
    isUnforeseen: isFlag,
  }),
  'step/judged': withFields({
    stepId: isRun,
    runId: maybe(isRun),
    verdict: (value) => VERDICTS.has(value),
    category: (value) => CATEGORIES.has(value),
    argv: maybe(listOf(isText)),
    grantId: maybe(isText),
    reasons: isReasons,
    risk: isRisk,
    facts: withFields({
      isHeld: isFlag,
      program: (value) => value === undefined || value === null || isText(value),
      paths: listOf(withFields({ text: isText })),
    }),
  }),
  'step/started': withFields({ stepId: isRun, runId: isRun }),
  'step/finished': withFields({
    stepId: isRun,
    runId: isRun,
    outcome: (value) => OUTCOMES.has(value),
    exitCode: maybe(isNumber),
    signal: maybe(isText),
    feedback: maybe(isText),
    output: maybe(withFields({ stdout: isStream, stderr: isStream })),
  }),
  'approval/asked': withFields({
    approvalId: (value) => typeof value === 'string' && APPROVAL.test(value),
    stepId: maybe(isRun),
    runId: maybe(isRun),
    text: isText,
    reasons: isReasons,
    risk: isRisk,
  }),
  'wall/denied': withFields({
    stepId: maybe(isRun),
    runId: maybe(isRun),
    op: isText,
    path: maybe(isText),
    host: maybe(isText),
    rule: isText,
  }),
};

const STEP_ID = '(step-[0-9a-hjkmnp-tv-z]{10})';
const HEAD = '^\\{"seq":(\\d+),"at":(\\d+),"sessionId":"[0-9a-f-]{36}"';
/** All that rows need of a start stands in front of what was enforced, which is long. */
const STARTED = new RegExp(
  `${HEAD},"type":"step/started","stepId":"${STEP_ID}","runId":"(run-[0-9a-hjkmnp-tv-z]{10})"[,}]`,
);
/** A judgement of no run: rows need nothing of it. Where a run is named, it stands behind the step. */
const PREVIEW = new RegExp(
  `${HEAD},"type":"step/judged","stepId":"${STEP_ID}","verdict":"(?:allow|ask|refuse)"`,
);

/** Reads an event by its first fields alone, where they are all that counts. */
function readPrefix({ seq, type, body }: StoredEvent): RowEvent | undefined {
  if (type === 'step/started') {
    const [, storedSeq, at, stepId, runId] = STARTED.exec(body) ?? [];
    if (runId === undefined || Number(storedSeq) !== seq) return undefined;
    return { type, seq, at: Number(at), stepId: stepId as StepId, runId: runId as RunId };
  }
  // quotes inside of texts are stored with a backslash: this is a field, wherever it stands
  if (type !== 'step/judged' || body.includes('"runId":')) return undefined;
  const [, storedSeq, at, stepId] = PREVIEW.exec(body) ?? [];
  if (stepId === undefined || Number(storedSeq) !== seq) return undefined;
  const facts = { isHeld: false, paths: [] };
  return {
    type,
    seq,
    at: Number(at),
    stepId: stepId as StepId,
    verdict: 'ask',
    category: 'inside',
    reasons: [],
    risk: null,
    facts,
  };
}

/** Throws a `host` fault that names `place` when the event is damaged. */
export function readRowEvent(stored: StoredEvent, place: string): RowEvent {
  const short = readPrefix(stored);
  if (short !== undefined) return short;
  const check: Check | undefined = Object.hasOwn(CHECKS, stored.type)
    ? CHECKS[stored.type as EventType]
    : undefined;
  if (check === undefined) return parseEvent(stored.body, place);
  const event = readFields(stored.body, place);
  const isWhole = event['type'] === stored.type && event['seq'] === stored.seq && isNumber(event['at']);
  if (!isWhole || !check(event)) throw damagedEvent(place);
  return event as unknown as RowEvent;
}

function readFields(body: string, place: string): Fields {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isFields(parsed)) return parsed;
  } catch (thrown) {
    throw damagedEvent(place, thrown);
  }
  throw damagedEvent(place);
}
