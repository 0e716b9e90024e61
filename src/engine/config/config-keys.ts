/**
 * Every key that a configuration may hold: what its value must be, in the words of the error, and what it does. The
 * protocol's `ConfigFile` has the same keys; a test compares them.
 */
import { isApprovalPolicy } from './check-policy.ts';
import { isProfiles, isProjects, isServers } from './check-sections.ts';
import {
  ABSOLUTE_PATHS,
  type Check,
  isAbsoluteOrHome,
  isBoolean,
  isCount,
  isDuration,
  isFilePath,
  isMemory,
  isMilliseconds,
  isOpenFiles,
  isProxy,
  isSize,
  isString,
  isStringTable,
  isVariableName,
  limitOf,
  listOf,
  oneOf,
  PATHS,
  VARIABLES,
} from './check-value.ts';

import { isPermissionProfile, isPermissionProfiles, isPermissions } from './profile-keys.ts';

export interface ConfigKey {
  readonly name: string;
  /** What it decides, for `config explain`. */
  readonly about: string;
  /** An example of a right value, as TOML. */
  readonly example: string;
  /** The first mistake, or undefined. */
  readonly check: Check;
  /** A table whose parts come from several layers: of each part the strongest one counts. */
  readonly isSection?: true;
  /** It stands in the user's own file, or is typed; files of profiles and projects have no say. */
  readonly isUserOnly?: true;
}

const key = (name: string, about: string, example: string, check: Check): ConfigKey => ({
  name,
  about,
  example,
  check,
});

const section = (...words: Parameters<typeof key>): ConfigKey => ({ ...key(...words), isSection: true });

const userKey = (...words: Parameters<typeof key>): ConfigKey => ({ ...key(...words), isUserOnly: true });

const userSection = (...words: Parameters<typeof key>): ConfigKey => ({
  ...section(...words),
  isUserOnly: true,
});

const MODES = ['read-only', 'workspace-write', 'danger-full-access'];

export const CONFIG_KEYS: readonly ConfigKey[] = [
  key('sandbox_mode', 'What the sandbox lets a script do', '"workspace-write"', oneOf(MODES)),
  key('approval_policy', 'When a person is asked', '"on-request"', isApprovalPolicy),
  key(
    'ask_on_risk',
    'From which risk on a step is asked about although the sandbox would let it run',
    '"high"',
    oneOf(['medium', 'high', 'critical', 'off']),
  ),
  key(
    'approvals_reviewer',
    'Who answers questions first: you, or a reviewing model',
    '"user"',
    oneOf(['user', 'guardian_subagent', 'auto_review']),
  ),
  key('approval_expiry', 'How long a question waits before it counts as refused', '"24h"', isDuration),
  key('shell', 'The shell that runs scripts', '"/bin/bash"', isString),
  key('exec_gate', 'Hold programs in the kernel also under danger-full-access', 'false', isBoolean),
  key(
    'tmp',
    'Whether /tmp belongs to the session or is the host’s',
    '"private"',
    oneOf(['private', 'shared']),
  ),
  key('tmp_size', 'How much a private /tmp holds', '"1GiB"', isSize),
  key('protect_secrets', 'Make key and credential files unreadable', 'true', isBoolean),
  key(
    'protected_paths',
    'Further paths that stay read-only; relative ones are below the workspace',
    '["deploy/keys"]',
    listOf(PATHS, () => true),
  ),
  key(
    'sandbox_workspace_write.writable_roots',
    'Folders that may be written besides the workspace',
    '["~/cache"]',
    listOf(ABSOLUTE_PATHS, isAbsoluteOrHome),
  ),
  key('sandbox_workspace_write.network_access', 'Let scripts reach the network', 'false', isBoolean),
  key(
    'sandbox_workspace_write.exclude_tmpdir_env_var',
    'Do not make the folder named by TMPDIR writable',
    'false',
    isBoolean,
  ),
  key('sandbox_workspace_write.exclude_slash_tmp', 'Do not make /tmp writable', 'false', isBoolean),
  key(
    'shell_environment_policy.include',
    'Variables (with *) that are passed although they look like secrets',
    '["NPM_TOKEN"]',
    listOf(VARIABLES, isVariableName),
  ),
  key(
    'shell_environment_policy.exclude',
    'Variables (with *) that are never passed',
    '["AWS_*"]',
    listOf(VARIABLES, isVariableName),
  ),
  key('shell_environment_policy.set', 'Variables that are set last', '{ CI = "1" }', isStringTable),
  section(
    'permission_profile',
    'What may be read, written and reached, in place of the lists of the mode',
    '{ network = { deny = ["*"] } }',
    isPermissionProfile,
  ),
  section(
    'permission_profiles',
    'Permission profiles by name',
    '{ docs = { filesystem = { write = ["~/docs"] } } }',
    isPermissionProfiles,
  ),
  section(
    'permissions',
    'Permission profiles by name, as Codex writes them',
    '{ docs = { filesystem = { "~/docs" = "write" } } }',
    isPermissions,
  ),
  key('default_permissions', 'The permission profile in force, by its name', '":workspace"', isString),
  key(
    'network.proxy',
    'The proxy through which this machine reaches hosts',
    '"http://10.0.0.1:8080"',
    isProxy,
  ),
  key(
    'network.ca_file',
    'Certificates (PEM) that programs trust besides the usual ones',
    '"~/company-ca.pem"',
    isFilePath,
  ),
  key(
    'limits.max_processes',
    'How many processes and threads a launch may have at once',
    '512',
    limitOf(isCount),
  ),
  key('limits.max_memory', 'How much memory a launch may use', '"4GiB"', limitOf(isMemory)),
  key('limits.max_file_size', 'How large a file may become', '"10GiB"', limitOf(isSize)),
  key('limits.max_open_files', 'How many files a process may have open', '4096', limitOf(isOpenFiles)),
  key('limits.max_time', 'How long a launch may run', '"2h"', limitOf(isDuration)),
  userKey('profile', 'The profile in force, by its name', '"default"', isString),
  userSection(
    'profiles',
    'Sets of keys by name, for -p and profile',
    '{ strict = { sandbox_mode = "read-only" } }',
    isProfiles,
  ),
  userSection(
    'projects',
    'How far the files of a project are trusted, by its folder',
    '{ "~/work" = { trust_level = "trusted" } }',
    isProjects,
  ),
  section(
    'mcp_servers',
    'MCP servers by name; trust_hints believes what they say of their tools',
    '{ docs = { trust_hints = true } }',
    isServers,
  ),
  key(
    'skill_folders',
    'Folders of skills and plugins: under untrusted their programs are asked about',
    '["~/skills"]',
    listOf(ABSOLUTE_PATHS, isAbsoluteOrHome),
  ),
  key('guardian.provider', 'Whose model reviews questions', '"local"', isString),
  key('guardian.model', 'Which model reviews questions', '"small"', isString),
  key('guardian.timeout_ms', 'How long a review may take', '90000', isMilliseconds(1000, 600_000)),
  key('guardian.on_failure', 'What follows a review that failed', '"ask"', oneOf(['ask', 'refuse'])),
  key('model', 'The model of your agent; passed to nobody', '"o3"', isString),
  key(
    'model_reasoning_effort',
    'How long the model of your agent thinks; passed to nobody',
    '"high"',
    isString,
  ),
  key('default_agent', 'The agent that you mean when you name none', '"codex"', isString),
  key(
    'smart_approvals',
    'Old switch: on-request, guardian_subagent and workspace-write where unset',
    'false',
    isBoolean,
  ),
  key(
    'guardian_approval',
    'Old switch: guardian_subagent where approvals_reviewer is unset',
    'false',
    isBoolean,
  ),
  key('features.smart_approvals', 'As smart_approvals', 'false', isBoolean),
  key('features.guardian_approval', 'As guardian_approval', 'false', isBoolean),
];

const BY_NAME = new Map(CONFIG_KEYS.map((entry) => [entry.name, entry]));

/** The key of that dotted name, if there is one. */
export function findConfigKey(name: string): ConfigKey | undefined {
  return BY_NAME.get(name);
}

/** All keys and the tables they stand in, to find the one that was meant. */
export const KNOWN_NAMES: readonly string[] = [
  ...new Set(
    CONFIG_KEYS.flatMap(({ name }) =>
      name.includes('.') ? [name, name.slice(0, name.indexOf('.'))] : [name],
    ),
  ),
];

/** True for the tables that keys stand in. */
export function isConfigTable(name: string): boolean {
  return CONFIG_KEYS.some((entry) => entry.name.startsWith(`${name}.`));
}
