/** Reads the turns of a scripted agent: JSON lines, strict, each mistake with its place. */
import { Fault, PROPOSAL_TOOLS, Proposal, ProposalResult, type ProposalTool } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import { findRepeatedKey } from './find-repeated-key.ts';

/** What the last call of a tool should have come to. */
export interface Expectation {
  readonly outcome?: readonly string[];
  readonly exitCode?: number;
  /** Parts of what was printed, of the message, of the feedback. */
  readonly output?: readonly string[];
  readonly message?: readonly string[];
  readonly feedback?: string;
  readonly notGranted?: boolean;
}

export type Action =
  | { readonly kind: 'turn' | 'say'; readonly text: string }
  | { readonly kind: 'propose'; readonly proposal: Proposal }
  | { readonly kind: 'expect'; readonly expected: Expectation };

export interface ScriptedAction {
  /** Of the file, from 1. */
  readonly line: number;
  readonly action: Action;
}

const MAX_LINES = 10_000;
const KINDS = ['turn', 'say', ...PROPOSAL_TOOLS, 'expect'] as const;
const WHAT = `${KINDS.slice(0, -1).join(', ')} or expect`;

type Fields = Readonly<Record<string, unknown>>;

/** Reads the file. Throws a `user` fault with file, line and column for the first thing that is wrong. */
export function readAgentScript(text: string, file: string): readonly ScriptedAction[] {
  const actions: ScriptedAction[] = [];
  const lines = text.split('\n');
  if (lines.length > MAX_LINES)
    throw scriptFault(`${showLine(file)}: there are more than ${MAX_LINES} lines`);
  for (const [index, source] of lines.entries()) {
    const trimmed = source.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const line = index + 1;
    const fail = (message: string, column = 1 + source.search(/\S/)): never => {
      throw scriptFault(`${showLine(file)}:${line}:${column}: ${message}`);
    };
    const action = readAction(readFields(source, fail), fail);
    if (action.kind === 'expect' && actions.at(-1)?.action.kind !== 'propose')
      fail('expect stands behind a call of a tool');
    actions.push({ line, action });
  }
  if (actions.length === 0) throw scriptFault(`${showLine(file)}: there is nothing to play`);
  return actions;
}

type Fail = (message: string, column?: number) => never;

function scriptFault(message: string): Fault {
  const hint = 'each line is a JSON object; `sallyport run --help` shows one of each kind';
  return new Fault({ kind: 'user', code: 'agent-script-wrong', message, hint });
}

function readFields(source: string, fail: Fail): Fields {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (cause) {
    const at = /position (\d+)/.exec(cause instanceof Error ? cause.message : '');
    return fail('this is not JSON', at?.[1] === undefined ? source.length : Number(at[1]) + 1);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('this is no JSON object');
  const twice = findRepeatedKey(source);
  if (twice !== undefined) return fail(`${showLine(twice.key, 60)} is given twice`, twice.column);
  return value as Fields;
}

function readAction(fields: Fields, fail: Fail): Action {
  const known = KINDS.filter((key) => Object.hasOwn(fields, key));
  const [key, ...more] = known;
  if (key === undefined) return fail(`there is none of ${WHAT} in it`);
  if (more.length > 0) return fail(`${key} and ${more[0]} do not go together: one for each line`);
  if (key === 'turn' || key === 'say') {
    requireOnly(fields, [key], fail);
    return {
      kind: key,
      text: key === 'say' ? readLines(fields[key], key, fail) : readText(fields[key], key, fail),
    };
  }
  if (key === 'expect') {
    requireOnly(fields, [key], fail);
    return { kind: 'expect', expected: readExpectation(fields[key], fail) };
  }
  return { kind: 'propose', proposal: readProposal(key, fields, fail) };
}

function requireOnly(fields: Fields, allowed: readonly string[], fail: Fail): void {
  const odd = Object.keys(fields).find((name) => !allowed.includes(name));
  if (odd !== undefined) fail(`${showLine(odd, 60)} is not known here; there may be ${allowed.join(', ')}`);
}

function readText(value: unknown, key: string, fail: Fail): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  return fail(`${key} is a text`);
}

/** A text, or its lines one by one. */
function readLines(value: unknown, key: string, fail: Fail): string {
  const isLines = Array.isArray(value) && value.every((line) => typeof line === 'string');
  return isLines ? value.join('\n') : readText(value, key, fail);
}

/** Names of its own that stand beside it are no part of it. */
function readTable(value: unknown, key: string, fail: Fail): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(`${key} is an object`);
  const odd = ['reason', 'agent_name'].find((name) => Object.hasOwn(value, name));
  return odd === undefined ? (value as Fields) : fail(`${odd} stands beside ${key}, not in it`);
}

function readProposal(key: ProposalTool, fields: Fields, fail: Fail): Proposal {
  const { reason, cwd, agent_name, additional_permissions: more } = fields;
  const said = { ...(reason !== undefined && { reason }), ...(agent_name !== undefined && { agent_name }) };
  const common = { ...said, ...(cwd !== undefined && { cwd }) };
  const tried = ((): unknown => {
    switch (key) {
      case 'shell':
        requireOnly(fields, ['shell', 'cwd', 'reason', 'additional_permissions', 'agent_name'], fail);
        return {
          tool: key,
          input: {
            script: readLines(fields[key], key, fail),
            ...common,
            ...(more !== undefined && { additional_permissions: more }),
          },
        };
      case 'apply_patch':
        requireOnly(fields, ['apply_patch', 'cwd', 'reason', 'agent_name'], fail);
        return { tool: key, input: { patch: readLines(fields[key], key, fail), ...common } };
      case 'request_permissions':
        requireOnly(fields, ['request_permissions', 'reason', 'agent_name'], fail);
        return { tool: key, input: { permissions: fields[key], ...said } };
      case 'mcp_call':
        requireOnly(fields, ['mcp_call', 'reason', 'agent_name'], fail);
        return { tool: key, input: { ...readTable(fields[key], key, fail), ...said } };
    }
  })();
  const checked = Proposal.safeParse(tried);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const path = (issue?.path ?? []).slice(1).map(String).join('.');
  return fail(`${path === '' ? key : path}: ${issue?.message ?? 'wrong shape'}`);
}

function readOutcomes(words: readonly string[], fail: Fail): readonly string[] {
  const known: readonly string[] = ProposalResult.shape.outcome.options;
  const odd = words.find((word) => !known.includes(word));
  return odd === undefined
    ? words
    : fail(`${showLine(odd, 60)} is no outcome; there are ${known.join(', ')}`);
}

function readExpectation(value: unknown, fail: Fail): Expectation {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('expect is an object');
  const { outcome, exitCode, output, message, feedback, notGranted } = value as Fields;
  requireOnly(value as Fields, ['outcome', 'exitCode', 'output', 'message', 'feedback', 'notGranted'], fail);
  const texts = (given: unknown, name: string): readonly string[] => {
    const list = Array.isArray(given) ? given : [given];
    return list.every((text) => typeof text === 'string')
      ? list
      : fail(`${name} is a text, or a list of texts`);
  };
  if (exitCode !== undefined && !Number.isInteger(exitCode)) fail('exitCode is a whole number');
  if (feedback !== undefined && typeof feedback !== 'string') fail('feedback is a text');
  if (notGranted !== undefined && typeof notGranted !== 'boolean') fail('notGranted is true or false');
  return {
    ...(outcome !== undefined && { outcome: readOutcomes(texts(outcome, 'outcome'), fail) }),
    ...(typeof exitCode === 'number' && { exitCode }),
    ...(output !== undefined && { output: texts(output, 'output') }),
    ...(message !== undefined && { message: texts(message, 'message') }),
    ...(typeof feedback === 'string' && { feedback }),
    ...(typeof notGranted === 'boolean' && { notGranted }),
  };
}
