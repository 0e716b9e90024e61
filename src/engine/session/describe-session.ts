import { type EnforcedAccess, type EventBody, PROTOCOL_VERSION } from '../../protocol/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import type { SandboxSession } from '../sandbox/index.ts';
import type { SessionDeps, SessionInput } from './session-deps.ts';

/** What will really be enforced, and what this machine cannot keep. */
export function describeAccess(
  deps: SessionDeps,
  config: LoadedConfig,
  sandbox: SandboxSession,
): EnforcedAccess {
  const { snapshot } = config;
  const wantsGate = sandbox.isWalled || snapshot.execGate;
  const hasGate = wantsGate && deps.hasKernelGate;
  const notices = [...sandbox.notes];
  if (sandbox.isWalled && !hasGate) {
    notices.push(
      'This kernel cannot hold programs: only the rewritten script asks, which a program can get around.',
    );
  } else if (!sandbox.isWalled && snapshot.approvalPolicy !== 'never') {
    notices.push(
      hasGate
        ? 'The kernel holds each program that the script starts; sudo and other set-uid programs do not work then.'
        : 'Questions are asked by the shell itself, which a program can get around.',
    );
  }
  return {
    wall: sandbox.isWalled ? deps.sandbox.name : 'none',
    gate: hasGate ? 'kernel' : 'shell',
    write: snapshot.writableRoots,
    readOnly: snapshot.protectedPaths,
    masked: snapshot.secretPaths,
    network: snapshot.networkAccess || !sandbox.isWalled ? 'on' : 'off',
    notices,
  };
}

/** The first facts of a session. */
export function openingEvents(deps: SessionDeps, input: SessionInput): EventBody[] {
  const { params, config } = input;
  return [
    {
      type: 'session/opened',
      engineId: deps.engineId,
      engineVersion: deps.engineVersion,
      protocolVersion: PROTOCOL_VERSION,
      origin: params.origin,
      agentName: params.origin,
      title: params.title ?? params.origin,
      cwd: params.cwd,
      workspace: config.snapshot.workspace,
      hasTerminal: params.terminal !== undefined,
    },
    {
      type: 'config/snapshot',
      digest: config.digest,
      content: config.snapshot,
      origins: config.origins,
      warnings: [...config.warnings],
    },
  ];
}
