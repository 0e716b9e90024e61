/** Brings the preset of an agent into the configuration of its session. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { CheckedParams } from '../protocol/index.ts';
import { type AppliedPreset, applyPreset, choosePreset, listPresets } from './agents/index.ts';
import { type LoadConfigOptions, type LoadedConfig, loadConfig, readToml } from './config/index.ts';

type OpenParams = CheckedParams<'session/open'>;

/** What the preset comes to; undefined where none fits the program, or none was wanted. */
export function applyAgent({ agent, env, cwd }: OpenParams, home: string): AppliedPreset | undefined {
  if (agent === undefined) return undefined;
  const preset = choosePreset(listPresets(readToml), agent.program, agent.preset);
  return preset && applyPreset(preset, { workspace: realOf(cwd), home, env, parse: readToml });
}

/** A folder that is not there is said by the configuration. */
function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** The configuration of a session with this agent. Without a wall nothing needs to be opened. */
export function loadWithAgent(input: LoadConfigOptions, agent: AppliedPreset | undefined): LoadedConfig {
  const loaded = loadConfig(input);
  if (agent === undefined) return loaded;
  const { sandboxMode, environment, protectedPaths } = loaded.snapshot;
  const include = [...new Set([...environment.include, ...agent.pass])];
  const { flags, ports } = input;
  const config = loadConfig({
    ...input,
    flags: {
      ...flags,
      addDirs: sandboxMode === 'workspace-write' ? [...flags.addDirs, ...agent.folders] : flags.addDirs,
      allowDomains: [...flags.allowDomains, ...agent.hosts],
      overrides: [
        ...flags.overrides,
        `shell_environment_policy.include=${writeToml(include)}`,
        `protected_paths=${writeToml([...protectedPaths, ...agent.protectedPaths])}`,
        `shell_environment_policy.set={${writePairs({ ...agent.set, ...environment.set })}}`,
      ],
    },
    skillFolders: agent.skillFolders,
    ports: { findSecrets: (home) => ports.findSecrets(home).filter((path) => !agent.opened.includes(path)) },
  });
  return { ...config, warnings: [...config.warnings, agent.notice] };
}

/** Texts of JSON are texts of TOML, but for one character. */
function writeToml(value: string | readonly string[]): string {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}

function writePairs(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${writeToml(name)} = ${writeToml(value)}`)
    .join(', ');
}

/** An agent that there is a preset for. */
export interface KnownAgent {
  readonly id: string;
  readonly name: string;
  readonly programs: readonly string[];
  /** Where the first of them that is installed lies. */
  readonly path: string | undefined;
  /** In front of a prompt among its words. */
  readonly promptWords: readonly string[];
}

/** Every preset, and which of their programs are found on this search path. */
export function listAgents(searchPath: string): readonly KnownAgent[] {
  return listPresets(readToml).map(({ id, name, programs, promptWords }) => ({
    ...{ id, name, programs, promptWords },
    path: programs.map((program) => findProgram(program, searchPath)).find((path) => path !== undefined),
  }));
}

function findProgram(name: string, searchPath: string): string | undefined {
  const places = searchPath.split(delimiter).filter((folder) => folder !== '');
  return places.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
