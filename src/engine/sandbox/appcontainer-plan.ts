/**
 * What a package may do on Windows, from the configuration in force.
 *
 * Promises: pure, and Windows' rules for paths on every platform; two sessions have one package only when their rights
 * are the same in every path; our own folders and the secrets are refused even inside a folder that is opened.
 * Without it the names of two packages could meet, and one session have the rights of another.
 */
import { win32 } from 'node:path';
import { Fault, type Limits, NO_LIMITS, type PathAccess, type PathEntry } from '../../protocol/index.ts';
import { encodeField } from './line-fields.ts';
import type { ProtectPlan } from './protect.ts';
import type { LaunchSpec, OwnFolders, WallSettings } from './sandbox.ts';
import type { DeniedScan } from './scan-denied.ts';

export interface ContainerPlan {
  /** Of the package. */
  readonly name: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly denies: readonly string[];
  readonly protects: readonly string[];
  readonly capabilities: readonly string[];
  /** What the wall does not cover, as sentences. */
  readonly notes: readonly string[];
}

export interface ContainerFacts {
  readonly settings: WallSettings;
  readonly folders: OwnFolders;
  /** Folders of the search path that exist; real paths. */
  readonly searchPath: readonly string[];
  readonly protection: Pick<ProtectPlan, 'readOnly' | 'missing' | 'links' | 'notes'>;
  /** What patterns deny, as it is now. */
  readonly denied?: DeniedScan;
}

/** What is so in every session on Windows. */
const ALWAYS_NOTED: readonly string[] = [
  'On Windows no program is held: only the whole script is judged, and nothing is asked while it runs.',
  'Files can be read only in the workspace, in folders that may be written, in tool folders of your profile, and where Windows lets every app read.',
  'Programs of msys2 and cygwin (Git Bash, most of its tools) cannot start in an AppContainer. PowerShell, cmd, busybox-w32 and the native git can.',
];

/**
 * Plans the package of a session.
 * @throws Fault `user` when a folder that may be written holds our own folders, or lies in them.
 */
export function planContainer({
  settings,
  folders,
  searchPath,
  protection,
  denied,
}: ContainerFacts): ContainerPlan {
  const own = [folders.sallyportHome, folders.runtimeDir];
  const entries = (settings.profile?.entries ?? []).filter(({ origin }) => origin?.layer !== 'defaults');
  const named = (access: PathAccess): string[] =>
    entries.flatMap((entry) => (entry.access === access ? [entry.path] : []));
  const roots = settings.sandboxMode === 'workspace-write' ? settings.writableRoots : [];
  // What a profile opens inside a folder that it closes needs an entry of its own.
  const writes = settings.profile ? unique(roots) : outermost(roots);
  for (const root of [settings.workspace, ...writes]) refuseOwn(root, own);
  const tools = searchPath.filter((folder) => isToolFolder(folder, settings.home, own));
  const isWritable = (path: string): boolean => writes.some((root) => isInsideWindows(path, root));
  const reads = outermost(
    [settings.workspace, ...tools, ...named('read')].filter((path) => !isWritable(path)),
  );
  const isOpened = (path: string): boolean =>
    [...reads, ...writes].some((root) => isInsideWindows(path, root));
  const denies = outermost(
    [...own, ...settings.secretPaths, ...named('deny'), ...(denied?.found ?? [])].filter(isOpened),
  );
  const wanted = [...protection.readOnly, ...[...protection.missing.values()].flat(), ...named('read')];
  const isDenied = (path: string): boolean => denies.some((deny) => isInsideWindows(path, deny));
  const protects = unique(
    wanted.filter((path) => isWritable(path) && !writes.includes(path) && !isDenied(path)),
  );
  const rights = { reads, writes, denies, protects };
  return {
    name: nameOf({ home: folders.sallyportHome, workspace: settings.workspace, ...rights }),
    ...rights,
    capabilities: settings.networkAccess ? ['internetClient', 'privateNetworkClientServer'] : [],
    notes: [
      ...notesOf(settings, protection),
      ...(denied?.notes ?? []),
      ...entries.filter(({ path, access }) => access !== 'deny' && isDenied(path)).map(noteClosed),
    ],
  };
}

/** A denial is handed down to everything in a folder, and stays stronger than what is opened there. */
function noteClosed({ path }: PathEntry): string {
  return `${path} stays closed: a folder above it is denied, and Windows opens nothing in it.`;
}

function notesOf(settings: WallSettings, protection: ContainerFacts['protection']): string[] {
  return [
    ...containerNotes(settings),
    ...protection.links.map(
      (link) => `${link.path} is a link: it cannot be replaced, but what it leads to can be changed.`,
    ),
    ...protection.notes,
  ];
}

/** What can be said before a session is opened. */
export function containerNotes(settings: Pick<WallSettings, 'networkAccess'>): readonly string[] {
  const network = settings.networkAccess
    ? 'The network is open, but for servers on this machine outside the session.'
    : 'The network is off, also for servers on this machine; hosts are not asked about on Windows.';
  return [...ALWAYS_NOTED, network];
}

/** The holder's options: one in each line. */
export function holdOptions(plan: ContainerPlan, journals: string): string {
  return optionLines([
    ['--wall', 'appcontainer'],
    ['--name', plan.name],
    ['--journals', journals],
    ...plan.reads.map((path) => ['--read', path] as const),
    ...plan.writes.map((path) => ['--write', path] as const),
    ...plan.denies.map((path) => ['--deny', path] as const),
    ...plan.protects.map((path) => ['--protect', path] as const),
  ]);
}

/** The options of one launch; `plan` is null without a wall. */
export function runOptions(
  plan: ContainerPlan | null,
  spec: Pick<LaunchSpec, 'cwd' | 'environment' | 'innerEnvironment'>,
  limits: Limits = NO_LIMITS,
): string {
  const variables = Object.entries({ ...spec.environment, ...spec.innerEnvironment });
  const wall =
    plan === null
      ? [['--wall', 'none'] as const]
      : [
          ['--wall', 'appcontainer'] as const,
          ['--name', plan.name] as const,
          ...plan.capabilities.map((name) => ['--capability', name] as const),
        ];
  return optionLines([
    ...wall,
    ...limitOptions(limits),
    ['--cwd', spec.cwd],
    ...variables.map(([name, value]) => ['--env', `${name}=${value}`] as const),
  ]);
}

/** What a job can hold; sizes of files and open files it cannot. */
function limitOptions({ processes, memoryBytes, wallTimeMs }: Limits): (readonly [string, string])[] {
  const asked = [
    ['--processes', processes],
    ['--memory', memoryBytes],
    ['--wall-time', wallTimeMs],
  ] as const;
  return asked.flatMap(([name, value]) => (value === null ? [] : [[name, String(value)] as const]));
}

function optionLines(options: ReadonlyArray<readonly [name: string, value: string]>): string {
  return options.map(([name, value]) => `${encodeField(name)} ${encodeField(value)}\n`).join('');
}

/** Whether `path` is `folder` or lies below it, as Windows compares names. */
export function isInsideWindows(path: string, folder: string): boolean {
  const [inner, outer] = [path.toLowerCase(), folder.toLowerCase()];
  return inner === outer || inner.startsWith(outer.endsWith('\\') ? outer : `${outer}\\`);
}

/**
 * A folder of the person's own tools: programs there cannot start unless it is opened. Those of Windows are open to every
 * app; others cannot be opened without an administrator.
 */
function isToolFolder(folder: string, home: string, own: readonly string[]): boolean {
  const isOwn = own.some((path) => isInsideWindows(folder, path) || isInsideWindows(path, folder));
  const below = win32.relative(home, folder);
  const isBroad = /^(?!bin$)[^\\]+$|^AppData\\[^\\]+$/i.test(below);
  return isInsideWindows(folder, home) && folder !== home && !isOwn && !isBroad;
}

function refuseOwn(root: string, own: readonly string[]): void {
  const place = own.find((path) => isInsideWindows(root, path));
  if (place === undefined) return;
  throw new Fault({
    kind: 'user',
    code: 'root-is-covered',
    message: `${root} cannot be a workspace or writable root: ${place} is hidden from every sandbox.`,
    hint: 'Work in another folder, or set SALLYPORT_HOME elsewhere.',
  });
}

/** Without those that lie in another of them. */
function outermost(paths: readonly string[]): string[] {
  const all = unique(paths);
  return all.filter((path) => !all.some((other) => other !== path && isInsideWindows(path, other)));
}

/** One of those that differ only in case, sorted. */
function unique(paths: readonly string[]): string[] {
  const byName = new Map(paths.map((path) => [path.toLowerCase(), path]));
  return [...byName.keys()].sort().map((name) => byName.get(name) ?? name);
}

function nameOf(rights: Readonly<Record<string, string | readonly string[]>>): string {
  const text = JSON.stringify(rights).toLowerCase();
  // Loaded only here: the start of every bare run would wait for it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return `sallyport.${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}
