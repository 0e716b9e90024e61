/**
 * What a wall without a session stopped, for `--report`. The gate is there to tell and decides nothing: whatever it holds
 * goes on, and the wall itself answers.
 */
import { readFileSync } from 'node:fs';
import type { ExecGate, GateHandlers } from './exec-gate.ts';
import type { OwnFolders, WallSettings } from './sandbox.ts';
import { nameWallRule, type RuleQuestion } from './wall-rule.ts';

export interface Denial {
  readonly op: RuleQuestion['op'];
  readonly path?: string;
  /** `address:port`. */
  readonly host?: string;
  readonly rule: string;
  /** Host number of the process, and what it calls itself where it still lives. */
  readonly pid?: number;
  readonly program?: string;
}

const DIRECT_CONNECTION = 'the sandbox has no direct way to other machines';

export interface BareReport {
  readonly settings: WallSettings;
  readonly folders: OwnFolders;
  readonly tell: (denial: Denial) => void;
}

/** Handlers that tell and let everything go on. `gate` resolves once the launch has begun. */
export function reportingHandlers(
  { settings, folders, tell }: BareReport,
  gate: Promise<ExecGate | null>,
): GateHandlers {
  const withGate = (act: (gate: ExecGate) => void): void => {
    gate.then(
      (opened) => opened && act(opened),
      () => undefined,
    );
  };
  const tellPath = (op: Denial['op'], path: string, pid: number): void => {
    const rule = nameWallRule({ op, path }, settings, folders);
    if (rule !== null) tell({ op, path, rule, pid, ...nameProgram(pid) });
  };
  const letGo = (op: Denial['op']) => (held: { slot: number; pid: number; path: string }) => {
    tellPath(op, held.path, held.pid);
    withGate((opened) => opened.allow(held.slot));
  };
  return {
    onRoot: () => withGate((opened) => opened.setWrites('report')),
    onExec: ({ slot }) => withGate((opened) => opened.allow(slot)),
    onWrite: letGo('write'),
    onChange: letGo('write'),
    onConnect: letGo('connect'),
    onDenied: ({ op, path, host, pid }) => {
      if (path !== undefined) tellPath(op, path, pid);
      else if (host !== undefined) tell({ op, host, rule: DIRECT_CONNECTION, pid, ...nameProgram(pid) });
    },
    onLimit: ({ rule }) => {
      tell({ op: 'other', rule });
      process.stderr.write(`sallyport: stopped: ${rule}\n`);
    },
  };
}

function nameProgram(pid: number): { program?: string } {
  try {
    return { program: readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd() };
  } catch {
    return {};
  }
}
