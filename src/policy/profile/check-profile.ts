/**
 * Looks a permission profile over as it was written: its shape, its paths and its hosts. Promises: what passes can be
 * compiled; the first mistake is given with its place. What needs other profiles, or the machine, is not looked at here.
 */
import { parseHostEntry } from '../host-entry.ts';
import { findPathProblem, findSubPathProblem, ROOTS_PLACES, SPECIAL_PLACES } from './path-text.ts';

/** A mistake, and where below the profile. */
interface ProfileMistake {
  readonly below: readonly (string | number)[];
  /** The end of a sentence that begins with the place. */
  readonly what: string;
  readonly hint: string;
  /** The key rather than the value is at fault. */
  readonly isKey?: boolean;
}

type Table = Readonly<Record<string, unknown>>;
type Found = ProfileMistake | undefined;

/** A table of TOML: neither a list nor a date. */
export function isProfileTable(value: unknown): value is Table {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** Looks at each item until one is wrong. */
function firstMistake<Item>(items: Iterable<Item>, look: (item: Item) => Found): Found {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function below(part: string | number, found: Found): Found {
  return found && { ...found, below: [part, ...found.below] };
}

/** Each key of a table by its own check; other keys are mistakes. */
function checkKeys(value: unknown, checks: Readonly<Record<string, (item: unknown) => Found>>): Found {
  const known = Object.keys(checks).join(', ');
  if (!isProfileTable(value))
    return { below: [], what: 'must be a table', hint: `Write a section with ${known}` };
  return firstMistake(Object.entries(value), ([key, item]) => {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined)
      return { below: [key], what: 'is not known here', hint: `Write only ${known}`, isKey: true };
    return below(key, check(item));
  });
}

const PATH_HINT = 'Write a path such as "~/Projects", "/usr/local" or "${workspace}/docs"';

function checkPaths(allowsGlob: boolean): (value: unknown) => Found {
  return (value) => {
    const hint = 'Write a list of paths in square brackets, each in quotes';
    if (!Array.isArray(value)) return { below: [], what: 'must be a list of paths', hint };
    return firstMistake(value.entries(), ([index, item]: [number, unknown]) => {
      const what = typeof item === 'string' ? findPathProblem(item, allowsGlob) : 'must be a path';
      return what === undefined ? undefined : { below: [index], what, hint: PATH_HINT };
    });
  };
}

const HOST_HINT = 'Write a host such as "example.com", "*.example.com" or "example.com:443"';

function checkHost(text: unknown): string | undefined {
  if (typeof text !== 'string') return 'must be a host';
  const reading = parseHostEntry(text);
  return 'problem' in reading ? `must be a host: ${reading.problem}` : undefined;
}

const checkHosts = (value: unknown): Found => {
  const hint = 'Write a list of hosts in square brackets, each in quotes';
  if (!Array.isArray(value)) return { below: [], what: 'must be a list of hosts', hint };
  return firstMistake(value.entries(), ([index, item]: [number, unknown]) => {
    const what = checkHost(item);
    return what === undefined ? undefined : { below: [index], what, hint: HOST_HINT };
  });
};

const checkText = (value: unknown): Found =>
  typeof value === 'string'
    ? undefined
    : { below: [], what: 'must be a text', hint: 'Write a text in quotes' };

const checkBoolean = (value: unknown): Found =>
  typeof value === 'boolean'
    ? undefined
    : { below: [], what: 'must be true or false', hint: 'Write true or false, without quotes' };

const checkParent = (value: unknown): Found =>
  typeof value === 'string' && value !== ''
    ? undefined
    : {
        below: [],
        what: 'must be the name of one profile',
        hint: 'Write the name of a profile of yours, or ":workspace" or ":read-only"',
      };

/** A profile in our form: lists of paths and hosts. */
export function checkListProfile(value: unknown): Found {
  return checkKeys(value, {
    description: checkText,
    extends: checkParent,
    filesystem: (item) =>
      checkKeys(item, { read: checkPaths(false), write: checkPaths(false), deny: checkPaths(true) }),
    network: (item) => checkKeys(item, { allow: checkHosts, deny: checkHosts }),
  });
}

const ACCESS_WORDS = ['read', 'write', 'deny', 'none'];

const checkAccess = (value: unknown): Found =>
  typeof value === 'string' && ACCESS_WORDS.includes(value)
    ? undefined
    : { below: [], what: 'must be "read", "write" or "deny"', hint: 'Write one of "read", "write", "deny"' };

function isDeny(access: unknown): boolean {
  return access === 'deny' || access === 'none';
}

function checkSubTable(table: Table): Found {
  return firstMistake(Object.entries(table), ([part, access]) => {
    const wrong = checkAccess(access);
    if (wrong !== undefined) return below(part, wrong);
    const what = findSubPathProblem(part, isDeny(access));
    return what === undefined
      ? undefined
      : { below: [part], what, hint: 'Write a path such as "docs" or "docs/api"', isKey: true };
  });
}

function checkMapKey(key: string, value: unknown): Found {
  const isSpecial = key.startsWith(':');
  if (isProfileTable(value)) {
    if (isSpecial && !ROOTS_PLACES.includes(key))
      return { below: [key], what: 'takes no paths below it', hint: `Write ${key} = "read"`, isKey: true };
    const what = isSpecial ? undefined : findPathProblem(key, false);
    if (what !== undefined) return { below: [key], what, hint: PATH_HINT, isKey: true };
    return below(key, checkSubTable(value));
  }
  const wrong = checkAccess(value);
  if (wrong !== undefined) return below(key, wrong);
  if (isSpecial) return checkSpecial(key, value);
  const what = findPathProblem(key.endsWith('/**') ? key.slice(0, -3) || '/' : key, isDeny(value));
  return what === undefined ? undefined : { below: [key], what, hint: PATH_HINT, isKey: true };
}

/** An unknown place that is opened stays closed, with a warning; one that is closed must not stay open. */
function checkSpecial(key: string, access: unknown): Found {
  const isKnown = ROOTS_PLACES.includes(key) || SPECIAL_PLACES.some((place) => place === key);
  if (isKnown || !isDeny(access)) return undefined;
  const list = [...SPECIAL_PLACES, ROOTS_PLACES[0]].join(', ');
  return {
    below: [key],
    what: 'is no place that is known',
    hint: `Write one of ${list}, or a path`,
    isKey: true,
  };
}

const checkMaps = (value: unknown): Found => {
  if (!isProfileTable(value))
    return { below: [], what: 'must be a table of paths', hint: 'Write PATH = "read", one per line' };
  return firstMistake(Object.entries(value), ([key, item]) => {
    if (key !== 'glob_scan_max_depth') return checkMapKey(key, item);
    const isDepth = typeof item === 'bigint' ? item >= 1n : Number.isInteger(item) && Number(item) >= 1;
    const hint = 'Write a number from 1 on, or leave it out';
    return isDepth ? undefined : { below: [key], what: 'must be a whole number from 1 on', hint };
  });
};

const checkDomains = (value: unknown): Found => {
  const hint = 'Write "example.com" = "allow", one per line';
  if (!isProfileTable(value)) return { below: [], what: 'must be a table of hosts', hint };
  return firstMistake(Object.entries(value), ([host, access]) => {
    const what = checkHost(host);
    if (what !== undefined) return { below: [host], what, hint: HOST_HINT, isKey: true };
    const isKnown = access === 'allow' || isDeny(access);
    return isKnown ? undefined : { below: [host], what: 'must be "allow" or "deny"', hint };
  });
};

const checkMode = (value: unknown): Found =>
  value === 'full'
    ? undefined
    : {
        below: [],
        what: 'can only be "full" here: methods of requests are not told apart',
        hint: 'Leave it out, or name fewer hosts',
      };

const checkSockets = (value: unknown): Found =>
  isProfileTable(value)
    ? undefined
    : { below: [], what: 'must be a table', hint: 'Leave it out: sockets are opened one by one when asked' };

const NOTHING = (): Found => undefined;

/** Keys of Codex's network section that only open more there, and open nothing here. */
export const UNUSED_NETWORK_KEYS = [
  ...['allow_local_binding', 'enable_socks5', 'enable_socks5_udp', 'proxy_url', 'socks_url', 'mitm'],
  ...['allow_upstream_proxy', 'dangerously_allow_non_loopback_proxy', 'dangerously_allow_all_unix_sockets'],
] as const;

/** A profile in Codex's form: maps from paths and hosts to what is allowed. */
export function checkMapProfile(value: unknown): Found {
  return checkKeys(value, {
    description: checkText,
    extends: checkParent,
    workspace_roots: (item) =>
      isProfileTable(item)
        ? firstMistake(Object.entries(item), ([path, isRoot]) => {
            const what = findPathProblem(path, false);
            if (what !== undefined) return { below: [path], what, hint: PATH_HINT, isKey: true };
            return below(path, checkBoolean(isRoot));
          })
        : { below: [], what: 'must be a table of folders', hint: 'Write "~/other" = true, one per line' },
    filesystem: checkMaps,
    network: (item) =>
      checkKeys(item, {
        enabled: checkBoolean,
        mode: checkMode,
        domains: checkDomains,
        unix_sockets: checkSockets,
        ...Object.fromEntries(UNUSED_NETWORK_KEYS.map((key) => [key, NOTHING])),
      }),
  });
}

/** Each profile of a table by its name. Names that begin with a colon are those of built-in profiles. */
export function checkProfiles(value: unknown, check: (profile: unknown) => Found): Found {
  if (!isProfileTable(value)) {
    const hint = 'Write a section for each profile, such as [permission_profiles.docs.filesystem]';
    return { below: [], what: 'must be a table of profiles', hint };
  }
  return firstMistake(Object.entries(value), ([name, profile]) => {
    if (name === '' || name.startsWith(':') || name.length > 64) {
      const hint = 'Choose a name that does not begin with a colon, of at most 64 letters';
      return { below: [name], what: 'cannot be the name of a profile', hint, isKey: true };
    }
    return below(name, check(profile));
  });
}
