import {
  judgeBlocked,
  judgeEdit,
  judgeMcpCall,
  judgeMoreAccess,
  judgeStep,
} from '../../../src/policy/index.ts';
import type { ApprovalPolicy, ConfigSnapshot, Judgement, PrefixRule } from '../../../src/protocol/index.ts';
import { MATRIX_SWITCHES, type MatrixMode, type MatrixSwitch, SITUATIONS } from '../../cases/judge/matrix.ts';
import { makeFacts, makeSnapshot, makeSteps } from './judge-fixture.ts';

export type CellPolicy = 'untrusted' | 'on-request' | 'never' | 'granular' | `${MatrixSwitch} = false`;

/** A situation in a mode under a policy. */
export interface Cell {
  readonly situation: string;
  readonly mode: MatrixMode;
  readonly policy: CellPolicy;
}

const FILE = '/home/u/.sallyport/rules/team.rules';

function makeRule(
  line: number,
  decision: PrefixRule['decision'],
  pattern: string[],
  justification: string,
): PrefixRule {
  return { pattern, decision, justification, origin: { layer: 'user', file: FILE, line, column: 1 } };
}

const RULES: readonly PrefixRule[] = [
  makeRule(1, 'allow', ['deploy', 'staging'], 'everybody may'),
  makeRule(2, 'prompt', ['deploy', 'production'], 'customers see it'),
  makeRule(3, 'forbidden', ['sudo'], 'this machine is shared'),
  makeRule(4, 'allow', ['docker', 'compose', 'down'], 'the data is a sample'),
];
const CRITICAL_RULE = makeRule(5, 'allow', ['rm'], 'builds clean up');

function policyOf(name: CellPolicy): ApprovalPolicy {
  if (name === 'untrusted' || name === 'on-request' || name === 'never') return name;
  const isOn = (key: MatrixSwitch): boolean => name !== `${key} = false`;
  return {
    granular: {
      sandbox_approval: isOn('sandbox_approval'),
      rules: isOn('rules'),
      mcp_elicitations: isOn('mcp_elicitations'),
      request_permissions: isOn('request_permissions'),
      skill_approval: isOn('skill_approval'),
    },
  };
}

/** Every policy of the tables: the three words, granular with all switches on, and with each of them off. */
export const CELL_POLICIES: readonly CellPolicy[] = [
  'untrusted',
  'on-request',
  'never',
  'granular',
  ...MATRIX_SWITCHES.map((key): CellPolicy => `${key} = false`),
];

function snapshotOf({ situation, mode, policy }: Cell): ConfigSnapshot {
  const prefix = situation === 'rule-allow-critical' ? [...RULES, CRITICAL_RULE] : [...RULES];
  return makeSnapshot({
    sandboxMode: mode,
    approvalPolicy: policyOf(policy),
    rules: { prefix, network: [], hostExecutables: [] },
    network: { allow: [], deny: ['denied.example'], proxy: null, caFile: null },
    trustedMcpServers: ['trusted'],
    skillFolders: ['/home/u/skills'],
  });
}

/** The judgement of a cell. */
export function judgeCell(cell: Cell): Judgement {
  const situation = SITUATIONS[cell.situation];
  if (situation === undefined) throw new Error(`there is no situation ${cell.situation}`);
  const { text } = situation;
  const snapshot = snapshotOf(cell);
  const [step] = makeSteps(situation.as === undefined ? text : 'true');
  const program = text.startsWith('/') ? { facts: { program: text.split(' ', 1)[0] ?? text } } : {};
  const facts = makeFacts(step, program);
  switch (situation.as) {
    case 'blocked':
      return judgeBlocked([text], snapshot, {
        ...facts,
        paths: [{ text, use: 'write', real: text, kind: 'file' }],
      });
    case 'edit':
      return judgeEdit([{ path: text, change: 'modify', patch: '' }], snapshot, { ...facts, paths: [] });
    case 'more-access':
      return judgeMoreAccess({ read: [], write: [text], hosts: [], sockets: [] }, snapshot, facts);
    case 'mcp': {
      const [server = '', tool = ''] = text.split('.');
      return judgeMcpCall({ server, tool, readOnlyHint: true }, snapshot);
    }
    default:
      return judgeStep(step, snapshot, facts);
  }
}
