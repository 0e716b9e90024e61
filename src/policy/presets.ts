import type { ConfigSnapshot, SessionStartParams } from '../protocol/index.ts';

/** A pair of mode and policy with a name, for people who do not want to think in two axes. */
export interface Preset {
  readonly name: string;
  readonly sandboxMode: NonNullable<SessionStartParams['sandbox']>;
  readonly approvalPolicy: NonNullable<SessionStartParams['askForApproval']>;
  /** Who answers first, where it is not the person. */
  readonly reviewer?: ConfigSnapshot['approvalsReviewer'];
  /** What it is for. */
  readonly sentence: string;
}

/** Those that differ in mode and policy, in the order they are offered, the safe everyday one first. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'daily',
    sandboxMode: 'workspace-write',
    approvalPolicy: 'on-request',
    sentence: 'Works freely inside the folder and asks at its boundaries.',
  },
  {
    name: 'paranoid',
    sandboxMode: 'read-only',
    approvalPolicy: 'untrusted',
    sentence: 'May only look, and asks about everything but harmless reads.',
  },
  {
    name: 'ci',
    sandboxMode: 'workspace-write',
    approvalPolicy: 'never',
    sentence: 'Asks nobody: what the wall does not let through, fails.',
  },
  {
    name: 'power-user',
    sandboxMode: 'danger-full-access',
    approvalPolicy: 'untrusted',
    sentence: 'No wall at all, and every command is asked. For machines that are isolated already.',
  },
];

/** All that `--preset` takes. */
export const ALL_PRESETS: readonly Preset[] = [
  ...PRESETS,
  {
    name: 'smart',
    sandboxMode: 'workspace-write',
    approvalPolicy: 'on-request',
    reviewer: 'guardian_subagent',
    sentence: 'As daily; a reviewing model answers first, where one is set up.',
  },
];
