/**
 * Launches of a walled session that rules let run without the wall. Promises: it is set up when the first of them
 * begins; none begins once the session is closed; all have ended when `close` resolves; nothing that something inside
 * could have put there is loaded by way of the environment. Does not promise to bound what they do.
 */
import { isAtOrBelow, isRiskyAnywhere } from '../../policy/index.ts';
import { type ConfigSnapshot, type EnforcedAccess, Fault, type PrefixRule } from '../../protocol/index.ts';
import { type SandboxSession, scrubEnvironment } from '../sandbox/index.ts';
import { describeAccess } from './describe-session.ts';
import type { ScriptHost } from './script-host.ts';
import type { WallDecision } from './wall-decision.ts';

interface UnwalledPorts {
  /** Begins what danger-full-access has in place of the wall. */
  open(): Promise<SandboxSession>;
  /** Of the opener of the session. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hasKernelGate: boolean;
}

/** Risky for what they can name, and yet the person's own places. */
const KEPT = new Set(['SHELL', 'TMPDIR', 'XDG_CONFIG_HOME', 'BROWSER', 'EDITOR', 'VISUAL', 'CARGO_HOME']);
const NOTHING_OPENED = async (): Promise<void> => undefined;

export class Unwalled {
  readonly #ports: UnwalledPorts;
  #session: Promise<SandboxSession> | undefined;
  #isClosed = false;

  constructor(ports: UnwalledPorts) {
    this.#ports = ports;
  }

  /** What a launch has in place of what the session gives it behind its wall. */
  async hostFor(
    walled: ScriptHost,
    { rules, searchPath, folder }: Extract<WallDecision, { kind: 'none' }>,
  ): Promise<ScriptHost> {
    const { snapshot } = walled;
    const sandbox = await this.#open();
    const { passed, inner } = this.#environment(snapshot, searchPath);
    const { socket } = sandbox.ask;
    return {
      ...walled,
      sandbox,
      folder,
      network: undefined,
      enforced: this.#enforced(snapshot, sandbox, rules),
      environment: { ...passed, ...(socket !== null && { SALLYPORT_ASK: socket }) },
      innerEnvironment: inner,
      mayAskWrites: false,
      // There is nothing to be opened, and the wall of the others stays as it is.
      ports: {
        ...walled.ports,
        openAccess: async () => NOTHING_OPENED,
        openStanding: NOTHING_OPENED,
        keepsClosed: () => false,
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const session = await this.#session?.catch(() => undefined);
    await session?.close();
  }

  #open(): Promise<SandboxSession> {
    if (this.#isClosed)
      throw new Fault({ kind: 'peer', code: 'session-closed', message: 'the session is closed' });
    this.#session ??= this.#ports.open();
    return this.#session;
  }

  /** As with danger-full-access, without what makes programs run or load other files than their own. */
  #environment(snapshot: ConfigSnapshot, searchPath: string) {
    const roots = [snapshot.workspace, ...snapshot.writableRoots, '/tmp'];
    const plain = Object.entries(this.#ports.env).filter(
      ([name, value = '']) => KEPT.has(name) || !(isRiskyAnywhere(name) || namesPlaceIn(roots, value)),
    );
    const scrubbed = scrubEnvironment(Object.fromEntries(plain), snapshot.environment, {
      ...snapshot,
      sandboxMode: 'danger-full-access',
    });
    return { ...scrubbed, passed: { ...scrubbed.passed, PATH: searchPath, HOME: snapshot.home } };
  }

  #enforced(
    snapshot: ConfigSnapshot,
    { notes }: SandboxSession,
    rules: readonly PrefixRule[],
  ): EnforcedAccess {
    const described = describeAccess(snapshot, {
      wall: 'none',
      notes: [...notes, sayUnwalled(rules)],
      hasKernelGate: this.#ports.hasKernelGate,
    });
    return { ...described, write: ['/'], readOnly: [], masked: [] };
  }
}

/** Whether a value, or one of its parts, leads to where programs of a session write, whatever it is for. */
function namesPlaceIn(roots: readonly string[], value: string): boolean {
  return value
    .split(/[:;,= ]/)
    .some((part) => /^\.{1,2}(?:\/|$)/.test(part) || roots.some((root) => isAtOrBelow(part, root)));
}

/** Which rules take the wall away, as a sentence. */
export function sayUnwalled(rules: readonly PrefixRule[]): string {
  const places = [...new Set(rules.map(({ origin: { file, line } }) => `${file}:${line}`))];
  const shown = places.slice(0, 3).join(', ');
  const more = places.length > 3 ? ` and ${places.length - 3} more` : '';
  return `Runs without the wall: ${places.length === 1 ? 'rule' : 'rules'} ${shown}${more}.`;
}
