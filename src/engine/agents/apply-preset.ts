/**
 * What a preset comes to for one session on this machine.
 *
 * Promises: it widens the session by what the preset's file names and nothing else: its own folders, its own
 * credentials, variables by their names, and hosts. What the agent's own configuration names is taken as a host only
 * when it is the address of one; nothing else of it is used. What the agent runs or obeys later, and the configuration
 * that names hosts, cannot be changed from inside. Every part is said in the notice.
 */
import {
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { showLine } from '../../timeline/index.ts';
import type { AgentPreset, ProviderFile, StateFolder } from './agent-preset.ts';
import { listPrograms } from './list-programs.ts';
import type { ParsePreset } from './read-preset.ts';

export interface AppliedPreset {
  readonly name: string;
  readonly arguments: readonly string[];
  /** Real folders that it may write. */
  readonly folders: readonly string[];
  /** Paths in them that stay read-only. */
  readonly protectedPaths: readonly string[];
  /** Folders of its skills and plugins, there or not. */
  readonly skillFolders: readonly string[];
  /** Real paths of its own credentials, which are not hidden from it. */
  readonly opened: readonly string[];
  readonly pass: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly hosts: readonly string[];
  /** All of it in a line. */
  readonly notice: string;
}

export interface ApplyContext {
  /** Real path of the session's folder. */
  readonly workspace: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly parse: ParsePreset;
}

const MAX_CONFIG_BYTES = 1024 * 1024;
const WORKSPACE = '$'.concat('{workspace}');
const JSON_WITH_NOTHING = '{}\n';

/** Works it out, and makes folders and configurations of the agent that are not there yet. */
export function applyPreset(preset: AgentPreset, context: ApplyContext): AppliedPreset {
  const { home, env } = context;
  const folders: string[] = [];
  const protectedPaths: string[] = [];
  const variables: Record<string, string> = {};
  const opened = preset.credentials.flatMap((path) => realOf(join(home, path.slice(2))));
  for (const state of preset.state) {
    const { path, variable, credentials } = state;
    const folder = placeOf(path, variable, context);
    if (folder === undefined) continue;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    folders.push(...realOf(folder));
    if (state.setsVariable && variable !== undefined && env[variable] === undefined) {
      variables[variable] = folder;
      for (const { from, to } of state.copies) copyOnce(join(home, from.slice(2)), join(folder, to));
    }
    for (const name of [...state.protected, ...listPrograms(folder)])
      protectedPaths.push(...linksOnTheWay(folder, name), join(folder, name));
    opened.push(...credentials.flatMap((name) => realOf(join(folder, name))));
  }
  for (const file of preset.provider.files)
    protectedPaths.push(...makeOnce(fileOf(file, preset.state, context)));
  const hosts = findHosts(preset, context);
  const set = {
    ...variables,
    ...Object.fromEntries(Object.entries(preset.set).filter(([name]) => env[name] === undefined)),
  };
  const pass = preset.pass.filter((name) => env[name] !== undefined);
  const applied = {
    ...{
      name: preset.name,
      arguments: fillIn(preset.arguments, context),
      folders,
      protectedPaths,
      skillFolders: preset.skills.map((path) => skillFolderOf(path, preset.state, context)),
      opened,
      pass,
      set,
      hosts,
    },
  };
  return { ...applied, notice: describe(preset, applied) };
}

/** `${workspace}` stands between double quotes, as a text of TOML or JSON. */
function fillIn(words: readonly string[], { workspace }: ApplyContext): readonly string[] {
  const text = JSON.stringify(workspace).slice(1, -1).replaceAll('\u007f', '\\u007f');
  return words.map((word) => word.split(WORKSPACE).join(text));
}

/** What could be replaced in front of a name in a folder of the agent. */
function linksOnTheWay(folder: string, name: string): string[] {
  const parts = name.split('/');
  return parts
    .map((_, count) => join(folder, ...parts.slice(0, count)))
    .filter(
      (path) => path !== folder && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true,
    );
}

/** Where a folder of the agent lies; never the home folder itself or what holds it. */
function placeOf(
  path: string,
  variable: string | undefined,
  { home, env }: ApplyContext,
): string | undefined {
  const named = variable === undefined ? undefined : env[variable];
  const folder = named !== undefined && isAbsolute(named) ? resolve(named) : join(home, path.slice(2));
  const isTooWide = folder === '/' || `${home}/`.startsWith(`${folder}/`);
  return isTooWide ? undefined : folder;
}

function realOf(path: string): string[] {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? [] : [realpathSync.native(path)];
  } catch {
    return [];
  }
}

/** The provider's hosts that are configured, else the usual ones. */
function findHosts({ provider, state }: AgentPreset, context: ApplyContext): readonly string[] {
  const addresses: unknown[] = provider.variables.map((name) => context.env[name]);
  for (const file of provider.files) addresses.push(...readAddresses(file, state, context));
  const hosts = new Set(addresses.flatMap((address) => hostOf(address)));
  return hosts.size > 0 ? [...hosts] : provider.hosts;
}

function hostOf(address: unknown): string[] {
  if (typeof address !== 'string') return [];
  try {
    const { protocol, hostname, port } = new URL(address);
    if ((protocol !== 'https:' && protocol !== 'http:') || hostname === '' || hostname.includes('*'))
      return [];
    return [port === '' ? hostname : `${hostname}:${port}`];
  } catch {
    return [];
  }
}

/** What stands under the keys; nothing where the file is missing or cannot be read. */
function readAddresses(
  provider: ProviderFile,
  state: readonly StateFolder[],
  context: ApplyContext,
): unknown[] {
  const { keys } = provider;
  const file = fileOf(provider, state, context);
  try {
    if (!existsSync(file) || lstatSync(file).size > MAX_CONFIG_BYTES) return [];
    const text = readFileSync(file, 'utf8');
    const values: unknown = file.endsWith('.toml') ? context.parse(text).values : JSON.parse(text);
    return keys.flatMap((key) => valuesAt(values, key.split('.')));
  } catch {
    return [];
  }
}

function fileOf(
  { path }: Pick<ProviderFile, 'path'>,
  state: readonly StateFolder[],
  context: ApplyContext,
): string {
  const folder = state.find((one) => path.startsWith(`${one.path}/`));
  const place = folder && placeOf(folder.path, folder.variable, context);
  return folder === undefined || place === undefined
    ? join(context.home, path.slice(2))
    : join(place, path.slice(folder.path.length + 1));
}

/** In the project, or with the agent's own folder where that has been moved. */
function skillFolderOf(path: string, state: readonly StateFolder[], context: ApplyContext): string {
  if (!path.startsWith(`${WORKSPACE}/`)) return fileOf({ path }, state, context);
  return join(context.workspace, path.slice(WORKSPACE.length + 1));
}

/** Only where nothing has the name, not even a link that leads nowhere. */
function copyOnce(from: string, to: string): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  } catch (cause) {
    if (!isCode(cause, 'EEXIST') && !isCode(cause, 'ENOENT')) throw cause;
  }
}

/** A file that is not there could be made inside, and would open hosts the next time. Its path, made or not. */
function makeOnce(file: string): string[] {
  try {
    writeFileSync(file, file.endsWith('.json') ? JSON_WITH_NOTHING : '', { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    if (!isCode(cause, 'EEXIST') && !isCode(cause, 'ENOENT')) throw cause;
  }
  return [file];
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}

function valuesAt(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (name === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const table = value as Readonly<Record<string, unknown>>;
  const inner = name === '*' ? Object.values(table) : Object.hasOwn(table, name) ? [table[name]] : [];
  return inner.flatMap((item) => valuesAt(item, rest));
}

function describe(preset: AgentPreset, applied: Omit<AppliedPreset, 'notice'>): string {
  const { folders, opened, pass, set, hosts } = applied;
  const parts = [
    applied.arguments.length > 0 && `arguments ${applied.arguments.join(' ')}`,
    Object.keys(set).length > 0 && `sets ${Object.keys(set).join(', ')}`,
    pass.length > 0 && `passes ${pass.join(', ')}`,
    folders.length > 0 && `may write ${folders.join(', ')}`,
    opened.length > 0 && `may read ${opened.join(', ')}`,
    hosts.length > 0 && `may reach ${hosts.join(', ')}`,
  ];
  const said = parts.filter((part) => part !== false).join('; ');
  return showLine(`preset ${preset.id} for ${preset.name}: ${said} (--agent none turns it off)`, 2000);
}
