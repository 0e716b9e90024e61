import {
  type ConfigSnapshot,
  type EnforcedAccess,
  type EventBody,
  PROTOCOL_VERSION,
} from '../../protocol/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { SessionDeps, SessionInput } from './session-deps.ts';

export interface Enforcer {
  readonly wall: Sandbox['name'];
  /** What the wall does not cover, as sentences. */
  readonly notes: readonly string[];
  /** Whether this machine's kernel can hold programs. */
  readonly hasKernelGate: boolean;
}

/** What will really be enforced, and what this machine cannot keep. */
export function describeAccess(snapshot: ConfigSnapshot, enforcer: Enforcer): EnforcedAccess {
  const isWalled = enforcer.wall !== 'none';
  const hasGate = (isWalled || snapshot.execGate) && enforcer.hasKernelGate;
  const notices = [...enforcer.notes];
  if (isWalled && !hasGate) {
    notices.push(
      'This kernel cannot hold programs: only the rewritten script asks, which a program can get around.',
    );
  } else if (!isWalled && snapshot.approvalPolicy !== 'never') {
    notices.push(
      hasGate
        ? 'The kernel holds each program that the script starts; sudo and other set-uid programs do not work then.'
        : 'Questions are asked by the shell itself, which a program can get around.',
    );
  }
  return {
    wall: enforcer.wall,
    gate: hasGate ? 'kernel' : 'shell',
    write: snapshot.writableRoots,
    readOnly: snapshot.protectedPaths,
    masked: [
      ...snapshot.secretPaths,
      ...(snapshot.profile?.entries ?? []).flatMap(({ path, access }) => (access === 'deny' ? [path] : [])),
      ...(snapshot.profile?.denyGlobs ?? []),
    ],
    network: describeNetwork(snapshot, enforcer.wall),
    notices,
  };
}

/** Only the wall of Linux has a bridge out of its network: there, hosts on no list wait for an answer. */
export function describeNetwork(
  { networkAccess }: Pick<ConfigSnapshot, 'networkAccess'>,
  wall: Enforcer['wall'],
): EnforcedAccess['network'] {
  if (networkAccess || wall === 'none') return 'on';
  return wall === 'bubblewrap' ? 'asked' : 'off';
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
      agentName: input.agentName ?? params.origin,
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
