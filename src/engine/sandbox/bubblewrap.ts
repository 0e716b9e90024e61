import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { Fault } from '../../protocol/index.ts';
import { createScope } from '../base/index.ts';
import { BUBBLEWRAP, createBubblewrapSession, networkNotes } from './bubblewrap-session.ts';
import { findHelpers, type HelperPaths } from './helper-paths.ts';
import { listReadOnly } from './hidden-paths.ts';
import { type BridgeSpec, startHolder } from './holder.ts';
import { rootsOf } from './launch-words.ts';
import { describeLimits } from './limits.ts';
import { findNestedRepositories, type NestedRepositories } from './nested-repositories.ts';
import { PROXY_PORT } from './network-environment.ts';
import { createPlaceholders, type Placeholders } from './placeholders.ts';
import { type ProtectPlan, type ProtectSpec, planProtection, refuseMovedRoots } from './protect.ts';
import type { Sandbox, SandboxSession, SessionSpec } from './sandbox.ts';
import { planView, type View } from './view.ts';

/** The wall of Linux: bubblewrap below a holder of ours. */
export function createBubblewrap(helpers: HelperPaths = findHelpers()): Sandbox {
  return {
    name: 'bubblewrap',
    notesFor: networkNotes,
    openSession: (spec) => openSession(spec, helpers),
  };
}

async function openSession(given: SessionSpec, helpers: HelperPaths): Promise<SandboxSession> {
  requireBubblewrap();
  const spec = withRealFolders(given);
  const { settings, folders } = spec;
  const roots = rootsOf(spec);
  refuseMovedRoots([settings.workspace, ...roots]);
  const scope = createScope();
  try {
    const view = planView(spec, helpers, runtimeDirs());
    const starting = startHolder({
      program: helpers.holder,
      isNetworkShared: settings.networkAccess,
      view: view.operations,
      bridge: planBridge(spec, helpers),
    });
    // Everything that follows is done while the holder builds the view: the start is felt.
    const protectSpec = rememberNested(protectSpecOf(spec, view));
    const placeholders = createPlaceholders({
      program: helpers.janitor,
      sallyportHome: folders.sallyportHome,
      scope,
    });
    const [holder, firstPlan] = await Promise.all([starting, coverFirst(placeholders, protectSpec)]).catch(
      async (error: unknown) => {
        await starting.then((opened) => opened.close()).catch(() => undefined);
        throw error;
      },
    );
    scope.defer(async () => {
      await Promise.all([holder.close(), placeholders.close()]);
    });
    return await createBubblewrapSession({
      spec,
      helpers,
      holder,
      view,
      placeholders,
      protectSpec,
      firstPlan,
      scope,
    });
  } catch (error) {
    await scope.close();
    throw error;
  }
}

/** The first plan, with its placeholders made. Limits are looked for now, so that the first launch need not. */
async function coverFirst(placeholders: Placeholders, spec: ProtectSpec): Promise<ProtectPlan> {
  const plan = planProtection(spec);
  const covering = placeholders.cover(plan.missing);
  describeLimits();
  await covering;
  return plan;
}

/** Only a network of its own needs a bridge out of it. */
function planBridge({ settings, network }: SessionSpec, helpers: HelperPaths): BridgeSpec | undefined {
  if (settings.networkAccess || network === undefined) return undefined;
  const { proxySocket, forwards = [], publish = [], onListener, onBridge } = network;
  return {
    program: helpers.netBridge,
    proxy: { port: PROXY_PORT, socket: proxySocket },
    inward: forwards,
    outward: publish,
    ...(onListener && { onListener }),
    ...(onBridge && { onBridge }),
  };
}

/** What is protected in the roots; denied folders that are missing, too, so that nobody makes them inside. */
export function protectSpecOf(spec: SessionSpec, view: View): ProtectSpec {
  const { settings } = spec;
  const paths = [...settings.protectedPaths, ...listReadOnly(settings), ...view.hidden.missing];
  return { roots: rootsOf(spec), names: settings.protectedNames, paths };
}

/** The walk for nested repositories is done once a session; everything else is looked at anew for each launch. */
function rememberNested(spec: ProtectSpec): ProtectSpec {
  const known = new Map<string, NestedRepositories>();
  return {
    ...spec,
    findNested(root) {
      const found = known.get(root) ?? findNestedRepositories(root);
      known.set(root, found);
      return found;
    },
  };
}

/** Our folders by their real paths, made when missing: what does not exist cannot be covered. */
export function withRealFolders(spec: SessionSpec): SessionSpec {
  const real = (path: string): string => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return realpathSync(path);
  };
  const { sallyportHome, runtimeDir } = spec.folders;
  return { ...spec, folders: { sallyportHome: real(sallyportHome), runtimeDir: real(runtimeDir) } };
}

/** The person's runtime folder, wherever it is: it is full of sockets. */
export function runtimeDirs(): string[] {
  const own = process.env['XDG_RUNTIME_DIR'];
  return own === undefined || own === '' ? [] : [own];
}

export function requireBubblewrap(): void {
  try {
    accessSync(BUBBLEWRAP, constants.X_OK);
  } catch (cause) {
    throw new Fault({
      kind: 'host',
      code: 'bubblewrap-missing',
      message: `${BUBBLEWRAP} is missing: nothing can be confined on this machine.`,
      hint: 'Install it: apt install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora), pacman -S bubblewrap (Arch).',
      cause,
    });
  }
}
