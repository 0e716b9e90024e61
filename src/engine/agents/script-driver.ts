/**
 * An agent whose turns are written down: a file of JSON lines, each of which says something, calls a tool, or tells what
 * is expected of the last call. It goes the same way as every agent: all it can do is propose. It shows what the product
 * does, and tests it.
 */
import {
  type Proposal,
  type ProposalResult,
  RequestedPermissions,
  type SessionExecResult,
} from '../../protocol/index.ts';
import { showLine, showText } from '../../timeline/index.ts';
import type { Expectation, ScriptedAction } from './read-agent-script.ts';

export interface DriverPorts {
  beginTurn(text: string): Promise<void>;
  endTurn(): Promise<void>;
  /** Writes down what the agent says. */
  say(text: string): Promise<void>;
  propose(proposal: Proposal): Promise<ProposalResult>;
  /** Shows a line to who started it. */
  print(line: string): void;
  /** Aborted when a person ends the turn, or the session ends. */
  readonly stopped: AbortSignal;
}

/** Plays the turns. Status 1 where something was not as expected, and then nothing that follows is played. */
export async function playAgentScript(
  script: readonly ScriptedAction[],
  file: string,
  ports: DriverPorts,
): Promise<SessionExecResult> {
  const player = new Player(file, ports);
  for (const step of script) {
    if (ports.stopped.aborted) return { outcome: 'cancelled', exitCode: 125, message: 'a person stopped it' };
    const missed = await player.play(step);
    if (missed === undefined) continue;
    const message = `${showLine(file)}:${step.line}: ${missed}`;
    ports.print(`!! ${message}`);
    return { outcome: 'ran', exitCode: 1, message };
  }
  return { outcome: 'ran', exitCode: 0 };
}

class Player {
  readonly #file: string;
  readonly #ports: DriverPorts;
  #last: ProposalResult | undefined;
  #isInTurn = false;

  constructor(file: string, ports: DriverPorts) {
    this.#file = file;
    this.#ports = ports;
  }

  /** What was not as expected, where something was not. */
  async play({ line, action }: ScriptedAction): Promise<string | undefined> {
    switch (action.kind) {
      case 'turn':
        await this.#begin(action.text);
        return undefined;
      case 'say':
        await this.#requireTurn(line);
        await this.#ports.say(action.text);
        this.#ports.print(showText(action.text));
        return undefined;
      case 'propose':
        await this.#requireTurn(line);
        this.#last = await callTool(action.proposal, this.#ports);
        return undefined;
      case 'expect':
        return this.#last && findMissed(action.expected, this.#last);
    }
  }

  async #requireTurn(line: number): Promise<void> {
    if (!this.#isInTurn) await this.#begin(`${this.#file}:${line}`);
  }

  async #begin(text: string): Promise<void> {
    if (this.#isInTurn) await this.#ports.endTurn();
    await this.#ports.beginTurn(text);
    this.#isInTurn = true;
    this.#ports.print(`== ${showLine(text)}`);
  }
}

async function callTool(proposal: Proposal, ports: DriverPorts): Promise<ProposalResult> {
  ports.print(describeCall(proposal));
  const result = await ports.propose(proposal);
  if (result.output) ports.print(showText(result.output).trimEnd());
  ports.print(`-> ${result.outcome}: ${showText(result.message)}`);
  return result;
}

function describeCall(proposal: Proposal): string {
  switch (proposal.tool) {
    case 'shell':
      return `$ ${showText(proposal.input.script)}`;
    case 'apply_patch':
      return `> apply_patch\n${showText(proposal.input.patch).trimEnd()}`;
    case 'request_permissions':
      return `> request_permissions: ${showLine(proposal.input.reason)} ${showLine(
        JSON.stringify(RequestedPermissions.parse(proposal.input.permissions)),
      )}`;
    case 'mcp_call': {
      const { server, tool, arguments: given } = proposal.input;
      return `> mcp_call: ${showLine(server)} · ${showLine(tool)} ${showLine(JSON.stringify(given))}`;
    }
  }
}

/** The first thing that is not as expected, in words. */
function findMissed(expected: Expectation, result: ProposalResult): string | undefined {
  return missedOutcome(expected, result) ?? missedText(expected, result) ?? missedGrant(expected, result);
}

function missedOutcome(expected: Expectation, { outcome, exitCode, message }: ProposalResult) {
  if (expected.outcome && !expected.outcome.includes(outcome))
    return `expected the outcome ${expected.outcome.join(' or ')}, but it is ${outcome}: ${showLine(message)}`;
  if (expected.exitCode !== undefined && expected.exitCode !== exitCode)
    return `expected the exit status ${expected.exitCode}, but it is ${exitCode ?? 'none'}`;
  return undefined;
}

function missedText(expected: Expectation, { output = '', message, feedback }: ProposalResult) {
  const missing = (expected.output ?? []).find((part) => !output.includes(part));
  if (missing !== undefined) return `expected ${JSON.stringify(missing)} in what was printed`;
  const unsaid = (expected.message ?? []).find((part) => !message.includes(part));
  if (unsaid !== undefined)
    return `expected ${JSON.stringify(unsaid)} in the message, which is: ${showLine(message)}`;
  if (expected.feedback === undefined || expected.feedback === feedback) return undefined;
  return `expected the feedback ${JSON.stringify(expected.feedback)}, but it is ${JSON.stringify(feedback ?? null)}`;
}

function missedGrant(expected: Expectation, { notGranted }: ProposalResult) {
  const isMissing = Object.values(notGranted ?? {}).some((list) => list.length > 0);
  if (expected.notGranted === undefined || expected.notGranted === isMissing) return undefined;
  return expected.notGranted
    ? 'expected that not all is granted, but it is'
    : 'expected that all is granted, but it is not';
}
