export { chooseSandbox } from './choose-sandbox.ts';
export { type ScrubbedEnvironment, scrubEnvironment } from './environment.ts';
export type { ExecGate, GateHandlers, GateMode, HeldExec, HeldWrite } from './exec-gate.ts';
export { findHelpers, type HelperPaths } from './helper-paths.ts';
export { sweepPlaceholders } from './janitor.ts';
export { probeKernelGate, probeMachine, readWallVersion } from './probe.ts';
export { ALWAYS_PROTECTED, RUNS_CODE_LATER } from './protected-names.ts';
export { type PlainSettings, plainEnvironment, plainSettings, runBare } from './run-bare.ts';
export type {
  GrantMode,
  LaunchStdio,
  OwnFolders,
  Sandbox,
  SandboxProcess,
  SandboxSession,
  SandboxTerminal,
  WallSettings,
} from './sandbox.ts';
export { findSecrets } from './secrets.ts';
