export { hasRequirements } from '../base/index.ts';
export { chooseSandbox } from './choose-sandbox.ts';
export { type ScrubbedEnvironment, scrubEnvironment } from './environment.ts';
export type {
  ExecGate,
  GateDenial,
  GateHandlers,
  GateMode,
  HeldChange,
  HeldConnect,
  HeldExec,
  HeldWrite,
  LimitHit,
  SwappedStart,
} from './exec-gate.ts';
export { type FolderMark, markFolder, sayFolderMoved } from './folder-mark.ts';
export { findRepository, findWorkTree, type WorkTree } from './git-places.ts';
export { findHelpers, type HelperPaths } from './helper-paths.ts';
export { sweepPlaceholders } from './janitor.ts';
export type { ProbeFinding } from './judge-machine.ts';
export { describeLimits, type LimitFacts, sweepGroups } from './limits.ts';
export { networkEnvironment, PROXY_PORT } from './network-environment.ts';
export { planBare } from './plan-bare.ts';
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
  SessionNetwork,
  WallSettings,
} from './sandbox.ts';
export { listSecretNames } from './secret-names.ts';
export { findSecrets, SECRET_PATHS } from './secrets.ts';
export { sweepSockets } from './sweep-sockets.ts';
export { nameWallRule } from './wall-rule.ts';
