/**
 * A call of a tool of some MCP server that an agent asks about before it makes it. Promises: what was shown is what is
 * remembered, and the words of a call never answer for a program; a server's hint counts only by the user's own word.
 * Does not promise that the agent calls what it has asked about: nothing of it goes through here.
 */
import { judgeMcpCall } from '../../policy/index.ts';
import type { GrantScope, ProposalInput, ProposalResult, Step } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import type { ProposedRun } from './proposed-run.ts';
import { runStep } from './run-step.ts';
import { scopeOf } from './scope-of.ts';
import type { ScriptHost, ScriptTurn } from './script-host.ts';
import { resultOfStopped } from './tool-results.ts';
import { toolStep } from './tool-step.ts';

interface CallWork {
  readonly host: ScriptHost;
  readonly turn: ScriptTurn;
  readonly gone: AbortSignal;
}

type Call = ProposalInput<'mcp_call'>;

const SCOPES: readonly GrantScope[] = ['once', 'turn', 'session', 'until'];
const PLAIN_NAME = /^[\w.@/:-]+$/;
/** Shown characters of arguments; more than there can be. */
const MAX_SHOWN = 262_144;

/** Settles one call. */
export async function proposeCall(call: Call, { host, turn, gone }: CallWork): Promise<ProposalResult> {
  const scope = scopeOf(host, turn.turnId)();
  const words = [call.server, call.tool, writeArguments(call.arguments)] as const;
  const step = toolStep(host, turn, { kind: 'mcp', text: showCall(words) });
  await host.ports.append([{ type: 'step/proposed', ...step }]);
  const settled = await runStep(host.ports, scope, callRun(call, { host, step, words, gone }));
  if (settled.outcome !== 'allowed') {
    if (settled.stopTurn) turn.stop('a person stopped it');
    return resultOfStopped('mcp_call', settled);
  }
  const { runId, answer, judgement } = settled;
  await settled.endAccess();
  await host.ports.append([{ type: 'step/finished', stepId: step.stepId, runId, outcome: 'ran' }]);
  const why = answer ? `(${answer.scope})` : (judgement.reasons.at(-1)?.text ?? '');
  return {
    tool: 'mcp_call',
    outcome: 'ran',
    message: `allowed: ${showName(call.server)} · ${showName(call.tool)} ${why}`.trimEnd(),
    ...(answer && { scope: answer.scope, approvalId: answer.approvalId }),
  };
}

function callRun(
  { server, tool, read_only_hint, reason }: Call,
  at: {
    readonly host: ScriptHost;
    readonly step: Step;
    readonly words: readonly string[];
    readonly gone: AbortSignal;
  },
): ProposedRun {
  const { host, step, words, gone } = at;
  const { cwd } = step;
  return {
    step,
    kind: 'mcp',
    text: step.text,
    argv: words,
    cwd,
    collectFacts: async () => ({
      at: host.ports.nowMs(),
      cwd,
      home: host.snapshot.home,
      paths: [],
      isTruncated: false,
      isHeld: false,
    }),
    judge: (_facts, snapshot) =>
      judgeMcpCall({ server, tool, readOnlyHint: read_only_hint === true }, snapshot),
    gone,
    isCall: false,
    agentReason: reason,
    scopes: () => SCOPES,
  };
}

/** `github · create_issue {"title":"x"}`, by which alone it is decided. */
function showCall([server, tool, written]: readonly [string, string, string]): string {
  return `${showName(server)} · ${showName(tool)} ${showLine(written, MAX_SHOWN)}`;
}

/** A name that is none stands in quotes, so that where it ends is seen. */
function showName(name: string): string {
  return PLAIN_NAME.test(name) ? name : showLine(JSON.stringify(name), 800);
}

/** As JSON with sorted names: the same arguments in another order are the same call. */
function writeArguments(value: unknown): string {
  return JSON.stringify(value, (_name, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
