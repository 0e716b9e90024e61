export { chooseSandbox, type SandboxChoice } from './choose-sandbox.ts';
export { type EnvironmentAccess, type ScrubbedEnvironment, scrubEnvironment } from './environment.ts';
export type {
  ExecGate,
  GateHandlers,
  GateHello,
  GateMode,
  HeldExec,
  HeldWrite,
  WatchedExit,
} from './exec-gate.ts';
export { findHelpers, type HelperPaths } from './helper-paths.ts';
export { sweepPlaceholders } from './janitor.ts';
export { type ProbeFinding, probeKernelGate, probeMachine } from './probe.ts';
export { resolveRoot } from './protect.ts';
export { ALWAYS_PROTECTED, type ProtectedRow, RUNS_CODE_LATER } from './protected-names.ts';
export {
  type BareSpec,
  type PlainSettings,
  plainEnvironment,
  plainSettings,
  runBare,
} from './run-bare.ts';
export type {
  GrantMode,
  GrantOutcome,
  LateFinding,
  LaunchSpec,
  LaunchStdio,
  OwnFolders,
  Sandbox,
  SandboxProcess,
  SandboxSession,
  SandboxTerminal,
  SessionSpec,
  WallSettings,
} from './sandbox.ts';
export { type FoundSecret, findSecrets, SECRET_PATHS, type SecretRow } from './secrets.ts';
