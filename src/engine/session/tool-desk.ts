/**
 * What programs of a session propose through its ask socket, and what drivers and tool servers propose in their turns:
 * scripts, changes of files, requests for more access, calls of tools that they ask about first. Promises: each goes
 * through `runStep` before anything happens; a bounded number is open at once; all end with the turn that they stand in.
 * Nothing here answers a question.
 */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  Fault,
  nameDelegated,
  type Proposal,
  type ProposalInput,
  type ProposalResult,
  type SessionExecResult,
} from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import { BoundedOutput } from './bounded-output.ts';
import { describeRequest, notGranted, type ReadRequest, readRequest, requestRun } from './more-access.ts';
import { proposeEdit } from './propose-edit.ts';
import type { SettledRun } from './proposed-run.ts';
import { runStep } from './run-step.ts';
import { sayFault } from './say-fault.ts';
import { scopeOf } from './scope-of.ts';
import type { ScriptHost, ScriptTurn } from './script-host.ts';
import { ScriptRun } from './script-run.ts';
import { proposeCall } from './tool-call.ts';
import { failed, resultOfStopped } from './tool-results.ts';
import { toolStep } from './tool-step.ts';

export interface ToolPorts {
  /** What a session gives every script, under the configuration of now. */
  host(): ScriptHost;
  /** The turn that a proposal stands in; begun where there is none. */
  turn(): Promise<ScriptTurn>;
  /** A script begins, and ends with the result. */
  onScript(host: ScriptHost, run: ScriptRun): () => void;
}

/** Proposals of a session that are open at once. */
const MAX_OPEN = 16;

interface OpenProposal {
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
}

interface Work {
  readonly host: ScriptHost;
  readonly turn: ScriptTurn;
  readonly gone: AbortSignal;
}

export class ToolDesk {
  readonly #ports: ToolPorts;
  readonly #open = new Set<OpenProposal>();

  constructor(ports: ToolPorts) {
    this.#ports = ports;
  }

  /** Never rejects: what goes wrong is a result. */
  async propose(proposal: Proposal, gone: AbortSignal): Promise<ProposalResult> {
    if (this.#open.size >= MAX_OPEN) return failed(proposal.tool, 'too many proposals are open at once');
    const stop = new AbortController();
    const leave = (): void => stop.abort();
    gone.addEventListener('abort', leave, { once: true });
    if (gone.aborted) leave();
    const ended = this.#settle(proposal, stop.signal);
    const open = { stop, ended };
    this.#open.add(open);
    try {
      return await ended;
    } finally {
      gone.removeEventListener('abort', leave);
      this.#open.delete(open);
    }
  }

  /** Ends all that are open, and waits for it. */
  async stopAll(): Promise<void> {
    const open = [...this.#open];
    for (const { stop } of open) stop.abort();
    await Promise.all(open.map(({ ended }) => ended));
  }

  async #settle(proposal: Proposal, gone: AbortSignal): Promise<ProposalResult> {
    try {
      const turn = await this.#ports.turn();
      const host = this.#ports.host();
      const agentName = nameAsker(host.agentName, proposal.input.agent_name);
      const work = { host: { ...host, turn, agentName }, turn, gone };
      switch (proposal.tool) {
        case 'shell':
          return await this.#shell(proposal.input, work);
        case 'apply_patch':
          return await proposeEdit(proposal.input, work);
        case 'request_permissions':
          return await requestPermissions(proposal.input, work);
        case 'mcp_call':
          return await proposeCall(proposal.input, work);
      }
    } catch (cause) {
      return failed(proposal.tool, sayFault(cause));
    }
  }

  async #shell(input: ProposalInput<'shell'>, work: Work): Promise<ProposalResult> {
    const cwd = await findFolder(input.cwd, work.host.cwd);
    const asked = input.additional_permissions && (await readMore(input, { ...work, cwd }));
    if (asked && 'problem' in asked) return failed('shell', asked.problem);
    const output = new BoundedOutput(work.host.sinks.secrets);
    const { streams } = output;
    const host: ScriptHost = {
      ...work.host,
      cwd,
      agentReason: input.reason,
      stdio: { kind: 'pipes' },
      sinks: { ...work.host.sinks, streams, screen: undefined },
    };
    const run = await ScriptRun.propose(host, input.script);
    const end = this.#ports.onScript(host, run);
    const stop = (): void => run.stop('who asked for it has taken it back, or is gone');
    work.gone.addEventListener('abort', stop, { once: true });
    if (work.gone.aborted) stop();
    try {
      const { result, more } = await runWithMore(run, asked, { ...work, host, reason: input.reason });
      return shellResult(result, { output: output.finish(), asked, more });
    } finally {
      work.gone.removeEventListener('abort', stop);
      end();
    }
  }
}

/** Who asks: the agent, or one that it has delegated something to, below its name. */
function nameAsker(agent: string, delegated: string | undefined): string {
  return delegated === undefined ? agent : nameDelegated(agent, showLine(delegated));
}

async function findFolder(typed: string | undefined, from: string): Promise<string> {
  const path = resolve(from, typed ?? '.');
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() && !path.includes('\0')) return path;
  const message = `${showLine(path, 300)} is no folder that can be worked in`;
  throw new Fault({ kind: 'agent', code: 'no-such-folder', message });
}

async function readMore(
  { additional_permissions: wanted }: ProposalInput<'shell'>,
  { host, cwd }: Work & { readonly cwd: string },
) {
  if (wanted === undefined) return undefined;
  return readRequest(wanted, { cwd, snapshot: host.inForce().snapshot, ownFolders: host.ownFolders });
}

/** Asks for the further access first, where there is some, and keeps it open only while the script runs. */
async function runWithMore(
  run: ScriptRun,
  request: ReadRequest | undefined,
  { host, gone, turn, reason }: Work & { readonly reason: string | undefined },
): Promise<{ readonly result: SessionExecResult; readonly more?: SettledRun }> {
  if (request === undefined) return { result: await run.run() };
  const { snapshot } = run.scope;
  const command = showLine(run.root.text, 300);
  const more = await runStep(
    host.ports,
    run.scope,
    requestRun(host.ports, { step: run.root, request, reason, snapshot, gone, command }),
  );
  if (more.outcome !== 'allowed') {
    if (more.stopTurn) turn.stop('a person stopped it');
    return { result: await run.refuse(more.message), more };
  }
  try {
    return { result: await run.run(more.answer?.access ?? request.access), more };
  } finally {
    await more.endAccess();
    const { stepId } = run.root;
    await host.ports.append([{ type: 'step/finished', stepId, runId: more.runId, outcome: 'ran' }]);
  }
}

function shellResult(
  { outcome, exitCode, message }: SessionExecResult,
  at: {
    readonly output: { readonly output: string; readonly cutBytes: number };
    readonly asked: ReadRequest | undefined;
    readonly more: SettledRun | undefined;
  },
): ProposalResult {
  const { asked, more } = at;
  if (more && more.outcome !== 'allowed')
    return { ...resultOfStopped('shell', more), ...(asked && { notGranted: asked.access }) };
  const granted = asked && (more?.answer?.access ?? asked.access);
  const said = (message ?? '').replace(/^sallyport: /, '');
  return {
    tool: 'shell',
    outcome,
    message: outcome === 'ran' ? `exit status ${exitCode}` : said,
    exitCode,
    output: at.output.output,
    ...(at.output.cutBytes > 0 && { outputCutBytes: at.output.cutBytes }),
    ...(asked &&
      granted && { granted, notGranted: notGranted(asked.access, granted), scope: 'once' as const }),
    ...(more?.answer && { approvalId: more.answer.approvalId }),
  };
}

async function requestPermissions(
  { permissions, reason }: ProposalInput<'request_permissions'>,
  { host, turn, gone }: Work,
): Promise<ProposalResult> {
  const scope = scopeOf(host, turn.turnId)();
  const { snapshot } = scope;
  const request = await readRequest(permissions, { cwd: host.cwd, snapshot, ownFolders: host.ownFolders });
  if ('problem' in request) return failed('request_permissions', request.problem);
  const { access } = request;
  const step = toolStep(host, turn, { kind: 'permissions', text: describeRequest(access) });
  await host.ports.append([{ type: 'step/proposed', ...step }]);
  const run = requestRun(host.ports, { step, request, reason, snapshot, gone });
  const settled = await runStep(host.ports, scope, run);
  if (settled.outcome !== 'allowed') {
    if (settled.stopTurn) turn.stop('a person stopped it');
    return { ...resultOfStopped('request_permissions', settled), notGranted: access };
  }
  const { stepId } = step;
  await host.ports.append([{ type: 'step/finished', stepId, runId: settled.runId, outcome: 'ran' }]);
  return grantedResult(request, settled);
}

function grantedResult(
  { access }: ReadRequest,
  { answer, judgement }: Extract<SettledRun, { outcome: 'allowed' }>,
): ProposalResult {
  const granted = answer?.access ?? access;
  const left = notGranted(access, granted);
  const missing = describeRequest(left);
  const words = answer === undefined ? (judgement.reasons.at(-1)?.text ?? 'It is open already.') : '';
  const given = `granted: ${describeRequest(granted)}${answer ? ` (for this ${answer.scope})` : ''}`;
  return {
    tool: 'request_permissions',
    outcome: 'ran',
    message: [given, missing && `not granted: ${missing}`, words].filter((part) => part !== '').join('; '),
    granted,
    notGranted: left,
    ...(answer && { scope: answer.scope, approvalId: answer.approvalId }),
  };
}
