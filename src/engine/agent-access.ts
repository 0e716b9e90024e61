/** Brings the preset of an agent into the configuration of its session. */
import { realpathSync } from 'node:fs';
import type { CheckedParams } from '../protocol/index.ts';
import { type AppliedPreset, applyPreset, choosePreset, listPresets } from './agents/index.ts';
import { type LoadConfigOptions, type LoadedConfig, loadConfig, readToml } from './config/index.ts';
import { doubtAgent } from './doubt-agent.ts';
import { findProgram } from './find-program.ts';
import { scrubEnvironment } from './sandbox/index.ts';

type OpenParams = CheckedParams<'session/open'>;

/** What a session's program gets as an agent. */
export interface AgentAccess {
  /** What its preset comes to; undefined where none fits the program, or none was wanted. */
  readonly preset: AppliedPreset | undefined;
  /** What is said of it before the program starts. */
  readonly notices: readonly string[];
  /** Why the one that fits is not in force. */
  readonly doubt?: string;
  /** How it is called in the session, and the words behind its name. */
  readonly naming?: { readonly agentName: string; readonly agentWords: readonly string[] };
}

const NO_AGENT: AgentAccess = { preset: undefined, notices: [] };

/**
 * A preset that is named is taken; one that only fits the program's name is taken where no session can have put the
 * program there. Throws a `user` fault for a name that is not known, and for a configuration that does not load.
 */
export async function applyAgent(params: OpenParams, input: LoadConfigOptions): Promise<AgentAccess> {
  const { agent, env, cwd } = params;
  if (agent === undefined) return NO_AGENT;
  const preset = choosePreset(listPresets(readToml), agent.program, agent.preset);
  if (preset === undefined) return NO_AGENT;
  if (agent.preset === undefined) {
    const { snapshot } = loadConfig(input);
    const { passed } = scrubEnvironment(env, snapshot.environment, snapshot);
    const why = await doubtAgent(agent.program, { snapshot, cwd: realOf(cwd), searchPath: passed['PATH'] });
    if (why !== null)
      return {
        ...NO_AGENT,
        doubt: `no preset: ${why}, and a session could have put it there; \`--agent ${preset.id}\` takes the preset for ${preset.name} nevertheless`,
      };
  }
  const { home } = input;
  const applied = applyPreset(preset, { workspace: realOf(cwd), home, env, parse: readToml });
  return {
    preset: applied,
    notices: [applied.notice],
    naming: { agentName: applied.name, agentWords: applied.arguments },
  };
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
export function loadWithAgent(input: LoadConfigOptions, { preset: agent, doubt }: AgentAccess): LoadedConfig {
  const loaded = loadConfig(input);
  if (doubt !== undefined) return { ...loaded, warnings: [...loaded.warnings, doubt] };
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
