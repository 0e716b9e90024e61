/**
 * Every key that a configuration may hold: what its value must be, in the words of the error, and what it does. The
 * protocol's `ConfigFile` has the same keys; a test compares them.
 */
import { parseHostEntry } from '../../policy/index.ts';
import {
  parseCount,
  parseDurationMs,
  parseMemoryBytes,
  parseOpenFiles,
  parseSizeBytes,
} from '../base/index.ts';
import type { TomlPath } from './read-toml.ts';

/** A mistake inside a value: where below the key, and what was expected there. */
export interface ValueMistake {
  readonly below: TomlPath;
  readonly what: string;
  readonly hint: string;
  /** The key rather than the value is at fault. */
  readonly isKey?: boolean;
}

export interface ConfigKey {
  readonly name: string;
  /** What it decides, for `config explain`. */
  readonly about: string;
  /** An example of a right value, as TOML. */
  readonly example: string;
  /** The first mistake, or undefined. */
  check(value: unknown): ValueMistake | undefined;
}

type Check = ConfigKey['check'];

function oneOf(choices: readonly string[]): Check {
  const list = choices.map((choice) => `"${choice}"`).join(', ');
  return (value) =>
    typeof value === 'string' && choices.includes(value)
      ? undefined
      : { below: [], what: `must be one of ${list}`, hint: `Write one of ${list}` };
}

const isBoolean: Check = (value) =>
  typeof value === 'boolean'
    ? undefined
    : { below: [], what: 'must be true or false', hint: 'Write true or false, without quotes' };

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 4096 && !value.includes('\0');
}

const isString: Check = (value) =>
  isText(value) ? undefined : { below: [], what: 'must be a text', hint: 'Write a text in quotes' };

function listOf(what: readonly [one: string, many: string], isItem: (item: string) => boolean): Check {
  const [one, many] = what;
  const hint = `Write a list of ${many} in square brackets, each in quotes`;
  return (value) => {
    if (!Array.isArray(value)) return { below: [], what: `must be a list of ${many}`, hint };
    const wrong = value.findIndex((item) => !isText(item) || !isItem(item));
    return wrong === -1 ? undefined : { below: [wrong], what: `must be ${one}`, hint };
  };
}

const PATHS = ['a path', 'paths'] as const;
const HOSTS = ['a host such as "example.com" or "*.example.com:443"', 'hosts'] as const;
const isHostEntry = (entry: string): boolean => 'entry' in parseHostEntry(entry);
const ABSOLUTE_PATHS = ['a path that begins with / or ~/', 'paths that begin with / or ~/'] as const;
const VARIABLES = ['the name of a variable', 'names of variables'] as const;
const isAbsoluteOrHome = (path: string): boolean => /^(?:\/|~$|~\/)/.test(path);
const isVariableName = (name: string): boolean => /^[^=\0]{1,256}$/.test(name);

const isDuration: Check = (value) =>
  typeof value === 'string' && parseDurationMs(value) !== undefined
    ? undefined
    : {
        below: [],
        what: 'must be a duration from 1s to 24d',
        hint: 'Write a duration such as "24h", "30m" or "1h30m"',
      };

const isSize: Check = (value) =>
  parseSizeBytes(value) !== undefined
    ? undefined
    : {
        below: [],
        what: 'must be a size from 1MiB to 1TiB',
        hint: 'Write a size such as "1GiB" or "512M", or a number of bytes',
      };

const isMemory: Check = (value) =>
  parseMemoryBytes(value) !== undefined
    ? undefined
    : {
        below: [],
        what: 'must be a size from 1MiB to 1TiB, a share from 1% to 100%',
        hint: 'Write a size such as "4GiB" or "512M", a share of the memory of the machine such as "80%"',
      };

/** A limit: what `isAmount` takes, or `off`. */
function limitOf(isAmount: Check): Check {
  return (value) => {
    const mistake = value === 'off' ? undefined : isAmount(value);
    return mistake && { ...mistake, what: `${mistake.what}, or "off"`, hint: `${mistake.hint}, or "off"` };
  };
}

const isCount: Check = (value) =>
  parseCount(value) !== undefined
    ? undefined
    : { below: [], what: 'must be a whole number from 1 to 1000000', hint: 'Write a number such as 512' };

const isOpenFiles: Check = (value) =>
  parseOpenFiles(value) !== undefined
    ? undefined
    : {
        below: [],
        what: 'must be a whole number from 64, which the wall itself needs, to 1000000',
        hint: 'Write a number such as 4096',
      };

const isStringTable: Check = (value) => {
  const hint = 'Write NAME = "value", one per line';
  if (!isTable(value)) return { below: [], what: 'must be a table of texts', hint };
  const wrong = Object.entries(value).find(
    ([name, item]) => !isVariableName(name) || typeof item !== 'string' || item.includes('\0'),
  );
  return wrong === undefined ? undefined : { below: [wrong[0]], what: 'must be a text', hint };
};

/** A table of TOML: neither a list nor a date. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof Date);
}

const isFilePath: Check = (value) =>
  value === 'off' || (isText(value) && isAbsoluteOrHome(value))
    ? undefined
    : {
        below: [],
        what: 'must be a path that begins with / or ~/, or "off"',
        hint: 'Write the full path of a file, or "off"',
      };

const isProxy: Check = (value) =>
  value === 'off' || (isText(value) && isProxyAddress(value))
    ? undefined
    : {
        below: [],
        what: 'must be the address of an HTTP proxy, or "off"',
        hint: 'Write http://HOST:PORT, http://USER:PASSWORD@HOST:PORT, or "off"',
      };

function isProxyAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, port, pathname, search, hash } = new URL(text);
  return protocol === 'http:' && (port !== '' || /:80\/?$/.test(text)) && pathname + search + hash === '/';
}

const POLICIES = ['untrusted', 'on-request', 'never', 'on-failure'];
const POLICY_LIST = '"untrusted", "on-request" or "never"';
const GRANULAR_NEEDED = ['sandbox_approval', 'rules', 'mcp_elicitations'];
const GRANULAR_KEYS = [...GRANULAR_NEEDED, 'request_permissions', 'skill_approval'];

const isApprovalPolicy: Check = (value) => {
  const hint = `Write ${POLICY_LIST}, or { granular = { ${GRANULAR_NEEDED.join(' = true, ')} = true } }`;
  if (typeof value === 'string' && POLICIES.includes(value)) return undefined;
  if (!isTable(value)) return { below: [], what: `must be ${POLICY_LIST}, or a granular table`, hint };
  const other = Object.keys(value).find((name) => name !== 'granular');
  if (other !== undefined) return { below: [other], what: 'is not known here', hint, isKey: true };
  const granular = value['granular'];
  if (!isTable(granular)) return { below: ['granular'], what: 'must be a table', hint };
  for (const [name, item] of Object.entries(granular)) {
    const below = ['granular', name];
    if (!GRANULAR_KEYS.includes(name)) {
      const known = `Write only ${GRANULAR_KEYS.join(', ')}`;
      return { below, what: 'is not known here', hint: known, isKey: true };
    }
    if (typeof item !== 'boolean')
      return { below, what: 'must be true or false', hint: 'Write true or false' };
  }
  const missing = GRANULAR_NEEDED.find((name) => !(name in granular));
  if (missing === undefined) return undefined;
  return {
    below: ['granular'],
    what: `lacks ${missing}`,
    hint: `Add ${missing} = true (asks) or ${missing} = false (refuses without asking)`,
  };
};

const key = (name: string, about: string, example: string, check: Check): ConfigKey => ({
  name,
  about,
  example,
  check,
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
  key(
    'permission_profile.network.allow',
    'Hosts that programs reach without a question while the network is off',
    '["api.example.com", "*.example.org:443"]',
    listOf(HOSTS, isHostEntry),
  ),
  key(
    'permission_profile.network.deny',
    'Hosts that programs never reach; "*" for all that are not allowed, so that none is asked about',
    '["ads.example.com"]',
    listOf(HOSTS, isHostEntry),
  ),
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
