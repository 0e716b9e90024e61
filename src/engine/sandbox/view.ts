/**
 * What a session's launches see of the host before bubblewrap adds its part.
 *
 * Promises: /run, /tmp and the person's runtime folder are empty of host sockets; secrets, stray sockets and our own
 * folders are covered; workspace and writable roots stay reachable wherever they lie.
 * Does not decide what may be written: that is bubblewrap's argument list.
 * Without it a sandboxed program could connect to the control socket and answer its own questions.
 */
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { decidePath } from '../../policy/index.ts';
import { Fault } from '../../protocol/index.ts';
import type { HelperPaths } from './helper-paths.ts';
import { type HiddenPaths, planHidden } from './hidden-paths.ts';
import { listHostSockets } from './host-sockets.ts';
import { INSIDE_FOLDER, INSIDE_PATHS } from './inside-paths.ts';
import { isInside, sortByDepth } from './path-inside.ts';
import type { OwnFolders, SessionSpec, WallSettings } from './sandbox.ts';

/** One step of building the view; applied in order. */
export type ViewOperation =
  | { readonly kind: 'keep'; readonly path: string }
  | { readonly kind: 'tmpfs'; readonly path: string; readonly sizeBytes: number; readonly mode: string }
  | { readonly kind: 'mask-dir' | 'mask-file'; readonly path: string }
  | { readonly kind: 'ro-bind'; readonly source: string; readonly path: string };

export interface View {
  readonly operations: readonly ViewOperation[];
  /** Folders that were put back on top of an emptied one. */
  readonly kept: readonly string[];
  /** Everything covered: a grant of a folder above must cover it again. */
  readonly masked: readonly string[];
  /** Emptied folders, real paths. */
  readonly emptied: readonly string[];
  /** What of the files is hidden, as it was planned. */
  readonly hidden: HiddenPaths;
}

/** What programs need from /run although it is emptied, and why. */
const KEPT_IN_RUN: ReadonlyArray<readonly [path: string, reason: string]> = [
  ['/run/current-system', 'programs of NixOS'],
  ['/run/opengl-driver', 'graphics drivers of NixOS'],
];

const RUN_SIZE_BYTES = 1 << 20;

/** Whether the session has its own /tmp: unless the host's is shared on purpose, or is itself worked in. */
export function hasPrivateTmp(settings: WallSettings): boolean {
  if (settings.workspace === '/tmp' || settings.writableRoots.includes('/tmp')) return false;
  return settings.tmp === 'private' || settings.sandboxMode === 'read-only';
}

/**
 * Plans the view of a session from the machine as it is now.
 * @throws Fault `user` when a workspace or root lies inside something that must be covered.
 */
export function planView(spec: SessionSpec, helpers: HelperPaths, runtimeDirs: readonly string[] = []): View {
  const { settings, folders } = spec;
  const emptied = emptiedFolders(settings, runtimeDirs);
  const hidden = planHidden(settings, emptied);
  const roots = [settings.workspace, ...settings.writableRoots];
  const kept = sortByDepth([
    ...[...roots, ...keptInRun(settings)].filter((path) => emptied.some((top) => isInside(path, top))),
    ...hidden.kept,
  ]);
  // An emptied folder in one that is emptied as a whole is there no more.
  const hollow = hidden.hollow.filter(
    (path) => !emptied.some((top) => isInside(path, top)) || kept.some((top) => isInside(path, top)),
  );
  const isReachable = (path: string): boolean =>
    !emptied.some((top) => isInside(path, top)) || kept.some((top) => isInside(path, top));
  const masks = plannedMasks(hidden.masks, folders, isReachable);
  for (const root of roots)
    refuseCovered(root, [...masks, ...emptied.filter((path) => path === root)], folders);
  const sizeBytes = Math.max(settings.tmpSizeBytes, 1 << 20);
  const operations: ViewOperation[] = [
    ...kept.map((path) => ({ kind: 'keep' as const, path })),
    ...sortByDepth([...emptied, ...hollow]).map((path) => ({
      kind: 'tmpfs' as const,
      path,
      ...(path === '/tmp' && emptied.includes(path)
        ? { sizeBytes, mode: '1777' }
        : emptyFolder(path, hollow)),
    })),
    ...masks.map(toMask),
    { kind: 'ro-bind', source: helpers.ask, path: INSIDE_PATHS.ask },
    { kind: 'ro-bind', source: helpers.execGate, path: INSIDE_PATHS.execGate },
  ];
  if (spec.askSocket !== undefined) {
    operations.push({ kind: 'ro-bind', source: spec.askSocket, path: INSIDE_PATHS.askSocket });
  }
  if (spec.network !== undefined) {
    operations.push({ kind: 'ro-bind', source: helpers.dial, path: INSIDE_PATHS.dial });
    const { certificates } = spec.network;
    if (certificates !== undefined)
      operations.push({ kind: 'ro-bind', source: certificates, path: INSIDE_PATHS.certificates });
  }
  const masked = sortByDepth([...masks, ...hollow.filter((path) => isDeniedFolder(path, settings))]);
  return { operations, kept, masked, emptied, hidden };
}

/** What is hidden cannot be listed, only walked through to what is shown in it. */
function emptyFolder(path: string, hollow: readonly string[]): { sizeBytes: number; mode: string } {
  return { sizeBytes: RUN_SIZE_BYTES, mode: hollow.includes(path) ? '0111' : '0755' };
}

/** Secret or denied by name, and not only left out of what may be read. */
function isDeniedFolder(path: string, { profile, ignored, secretPaths }: WallSettings): boolean {
  const { kind } = decidePath(path, { profile: profile ?? null, ignored: ignored ?? null, secretPaths });
  return kind !== 'unlisted';
}

/** The holder's arguments for a view. */
export function viewArguments(operations: readonly ViewOperation[]): string[] {
  return operations.flatMap((operation) => {
    switch (operation.kind) {
      case 'tmpfs':
        return ['--tmpfs', operation.path, String(operation.sizeBytes), operation.mode];
      case 'ro-bind':
        return ['--ro-bind', operation.source, operation.path];
      default:
        return [`--${operation.kind}`, operation.path];
    }
  });
}

/** /run and what it may really be called, the person's runtime folder, /tmp unless it is shared. */
function emptiedFolders(settings: WallSettings, runtimeDirs: readonly string[]): string[] {
  const candidates = ['/run', '/var/run', ...runtimeDirs];
  if (hasPrivateTmp(settings)) candidates.push('/tmp');
  else candidates.push('/tmp/.X11-unix', '/tmp/.ICE-unix');
  const real = new Set<string>(['/run']);
  for (const candidate of candidates) {
    const path = realFolder(candidate);
    if (path !== null && path !== '/') real.add(path);
  }
  const sorted = sortByDepth(real);
  return sorted.filter((path) => !sorted.some((other) => other !== path && isInside(path, other)));
}

function keptInRun(settings: WallSettings): string[] {
  const kept = KEPT_IN_RUN.map(([path]) => path).filter((path) => existsSync(path));
  // With a network the resolver's configuration is needed; on many systems /etc/resolv.conf leads into /run.
  if (settings.networkAccess) {
    try {
      kept.push(realpathSync('/etc/resolv.conf'));
    } catch {
      // No resolver is configured: nothing to keep.
    }
  }
  return kept;
}

function plannedMasks(
  hidden: readonly string[],
  folders: OwnFolders,
  isReachable: (path: string) => boolean,
): string[] {
  const own = [folders.sallyportHome, folders.runtimeDir].flatMap((path) => realFolder(path) ?? []);
  const wanted = [...own, ...hidden, ...listHostSockets().filter(isReachable)];
  const all = sortByDepth(wanted);
  return all.filter((path) => !all.some((other) => other !== path && isInside(path, other)));
}

function refuseCovered(root: string, masks: readonly string[], folders: OwnFolders): void {
  const special = ['/proc', '/sys', '/dev', INSIDE_FOLDER].find((path) => isInside(root, path));
  const cover = special ?? masks.find((mask) => isInside(root, mask));
  if (cover === undefined && !isInside(INSIDE_FOLDER, root)) return;
  if (root === '/') {
    throw new Fault({
      kind: 'user',
      code: 'root-is-whole',
      message:
        '/ cannot be a workspace or writable root: it holds everything, what the sandbox keeps closed too.',
      hint: 'Work in a folder below it.',
    });
  }
  const isOwn = cover === folders.sallyportHome || cover === folders.runtimeDir;
  throw new Fault({
    kind: 'user',
    code: 'root-is-covered',
    message: `${root} cannot be a workspace or writable root: ${cover ?? INSIDE_FOLDER} is hidden from every sandbox.`,
    hint: isOwn ? 'Work in another folder, or set SALLYPORT_HOME elsewhere.' : 'Work in another folder.',
  });
}

function toMask(path: string): ViewOperation {
  return { kind: realFolder(path) === path ? 'mask-dir' : 'mask-file', path };
}

function realFolder(path: string): string | null {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return null;
    const real = realpathSync.native(path);
    return lstatSync(real).isDirectory() ? real : null;
  } catch {
    return null;
  }
}
