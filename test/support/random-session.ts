import type { Event, EventBody, GrantId, RunId, SessionId, StepId } from '../../src/protocol/index.ts';
import samples from '../cases/protocol/events.json' with { type: 'json' };
import {
  asked,
  FACTS,
  ids,
  judged,
  makeEvents,
  makeGrant,
  opened,
  proposed,
} from '../unit/timeline/event-sample.ts';
import type { Random } from './seeded-random.ts';

const SILENT = { sha256: '', storedBytes: 0, totalBytes: 0 };
const PRINTED = { sha256: '', storedBytes: 5, totalBytes: 5 };
const EXITS = [0, 0, 1, 130] as const;

interface Script {
  readonly random: Random;
  readonly bodies: EventBody[];
  readonly root: StepId;
}

function pick<T>(random: Random, things: readonly T[]): T {
  const thing = things[Math.floor(random() * things.length)];
  if (thing === undefined) throw new Error('nothing to pick from');
  return thing;
}

/** The configuration of a session, as it is stored. */
function configured(policy: string): EventBody {
  const sample: unknown = samples.find((event) => event.type === 'config/snapshot');
  const { seq, at, sessionId, ...body } = structuredClone(sample) as Extract<
    Event,
    { type: 'config/snapshot' }
  >;
  return { ...body, content: { ...body.content, approvalPolicy: policy as 'never' } };
}

/** Events of a session as they could have come: scripts whose runs overlap, questions, grants, odd ends. */
export function makeRandomSession(
  sessionId: SessionId,
  random: Random,
  options: { readonly scripts: number; readonly isEnded: boolean },
): Event[] {
  const bodies: EventBody[] = [opened(), configured(pick(random, ['never', 'on-request']))];
  for (let script = 0; script < options.scripts; script++) addScript(bodies, random);
  if (options.isEnded) bodies.push(endOf(random));
  return makeEvents(sessionId, bodies);
}

function endOf(random: Random): EventBody {
  return random() < 0.3
    ? { type: 'session/lost', engineId: 'engine-1' }
    : { type: 'session/closed', reason: 'finished' };
}

function addScript(bodies: EventBody[], random: Random): void {
  const turnId = ids.turn();
  const root = ids.step();
  const steps = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ids.step());
  const script: Script = { random, bodies, root };
  bodies.push({ type: 'turn/started', turnId });
  bodies.push({ ...proposed(root, `# ${turnId}\nmake all`), kind: 'script', turnId } as EventBody);
  for (const step of steps) {
    bodies.push({ ...proposed(step, `cp ${step} b`), parentId: root, turnId } as EventBody, judged(step));
  }
  // a fault before anything is started: nothing more is told of this script
  if (random() < 0.1) return;
  const rootRun = ids.run();
  if (random() < 0.9) runScript(script, steps, rootRun);
  else bodies.push({ type: 'step/finished', stepId: root, runId: rootRun, outcome: 'refused' });
  bodies.push({ type: 'turn/ended', turnId, outcome: pick(random, ['finished', 'stopped', 'lost']) });
}

function runScript(script: Script, steps: readonly StepId[], rootRun: RunId): void {
  const { bodies, random, root } = script;
  bodies.push({ type: 'step/started', stepId: root, runId: rootRun });
  const runs = steps.flatMap((step) => (random() < 0.8 ? [makeRun(script, step)] : []));
  if (random() < 0.3) runs.push(makeRun(script, root));
  // runs of a pipeline overlap
  while (runs.length > 0) {
    const run = pick(random, runs);
    const next = run.shift();
    if (next === undefined) runs.splice(runs.indexOf(run), 1);
    else bodies.push(next);
  }
  const outcome = pick(random, ['ran', 'ran', 'ran', 'cancelled', 'lost'] as const);
  bodies.push({
    type: 'step/finished',
    stepId: root,
    runId: rootRun,
    outcome,
    ...(outcome === 'ran' && { exitCode: pick(random, EXITS), ...(random() < 0.2 && { signal: 'SIGKILL' }) }),
    ...(outcome !== 'lost' && { output: { stdout: pick(random, [SILENT, PRINTED]), stderr: SILENT } }),
  });
  if (random() < 0.4)
    bodies.push({ type: 'session/paused', by: 'page' }, { type: 'session/resumed', by: 'page' });
}

/** One run of a step, from its judgement to its end; of the script itself only what the wall would have stopped. */
function makeRun({ random, root }: Script, stepId: StepId): EventBody[] {
  const runId = ids.run();
  const verdict = pick(random, ['allow', 'ask', 'ask', 'refuse'] as const);
  const risk = random() < 0.7 ? RISKS[Math.floor(random() * RISKS.length)] : undefined;
  const isCall = stepId === root || random() < 0.2;
  const body = judged(stepId, {
    runId,
    verdict,
    risk: risk ?? null,
    argv: ['cp', stepId, 'b'],
    ...(isCall ? { category: 'blocked' } : { facts: { ...FACTS, program: '/bin/cp' } }),
  });
  const end = (outcome: 'ran' | 'rejected' | 'refused' | 'expired' | 'withdrawn'): EventBody => ({
    type: 'step/finished',
    stepId,
    runId,
    outcome,
    ...(outcome === 'ran' && { exitCode: pick(random, EXITS) }),
    ...(outcome === 'rejected' && { feedback: 'not so' }),
  });
  if (verdict === 'refuse') return [body, end('refused')];
  const went: EventBody[] = [{ type: 'step/started', stepId, runId }, end('ran')];
  if (verdict === 'allow') return [body, ...went];
  const question = { ...asked(stepId, runId, `cp ${stepId} b`), risk: risk ?? null };
  const { approvalId } = question;
  const answer = (outcome: 'allowed' | 'rejected'): EventBody => ({
    type: 'approval/answered',
    approvalId,
    outcome,
    by: 'page',
    requestKey: approvalId,
    ...(outcome === 'rejected' ? { feedback: 'not so' } : { scope: 'session' }),
  });
  switch (pick(random, ['allowed', 'granted', 'rejected', 'expired', 'withdrawn', 'open'])) {
    case 'allowed':
      return [body, question, answer('allowed'), ...went];
    case 'granted': {
      const [added, ended] = makeGranted();
      return [body, question, answer('allowed'), added, ...went, ended];
    }
    case 'rejected':
      return [body, question, answer('rejected'), end('rejected')];
    case 'expired':
      return [body, question, { type: 'approval/expired', approvalId }, end('expired')];
    case 'withdrawn':
      return [body, question, { type: 'approval/withdrawn', approvalId, reason: 'gone' }, end('withdrawn')];
    default:
      return [body, question];
  }
}

const RISKS = [1, 4, 7, 9].map((score) => ({
  score,
  level: ({ 1: 'low', 4: 'medium', 7: 'high', 9: 'critical' } as const)[score] ?? 'low',
  rationale: 'It copies.',
  evidence: [],
}));

function makeGranted(): readonly [EventBody, EventBody] {
  const grant = makeGrant('user');
  const { grantId }: { grantId: GrantId } = grant;
  return [
    { type: 'grant/added', grant },
    { type: 'grant/ended', grantId, reason: 'scope-ended', by: 'session' },
  ];
}
