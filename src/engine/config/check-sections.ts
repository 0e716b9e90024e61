/** What the tables with names chosen by the person must hold: profiles, trusted folders, servers. */
import { type Check, isAbsoluteOrHome, isTable } from './check-value.ts';
import { findNearestName } from './nearest-name.ts';

/** A name that can stand on a command line and in the name of a file. */
export const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** A table of tables. */
function tablesOf(example: string, isName: (name: string) => string | undefined, inner: Check): Check {
  const hint = `Write a section such as ${example}`;
  return (value) => {
    if (!isTable(value)) return { below: [], what: 'must be a table', hint };
    for (const [name, item] of Object.entries(value)) {
      const wrongName = isName(name);
      if (wrongName !== undefined) return { below: [name], what: wrongName, hint, isKey: true };
      if (!isTable(item)) return { below: [name], what: 'must be a table', hint };
      const mistake = inner(item);
      if (mistake !== undefined) return { ...mistake, below: [name, ...mistake.below] };
    }
    return undefined;
  };
}

const notPlain = (name: string): string | undefined =>
  PLAIN_NAME.test(name) ? undefined : 'is no name: at most 64 letters, digits, - and _ are';

/** `[profiles.NAME]`; what stands in each is read as a file of configuration is. */
export const isProfiles: Check = tablesOf('[profiles.strict]', notPlain, () => undefined);

const TRUST_LEVELS = ['untrusted', 'trusted', 'full'];
const TRUST_HINT = `Write trust_level = "trusted", or one of ${TRUST_LEVELS.map((level) => `"${level}"`).join(', ')}`;

const isProject: Check = (value) => {
  if (!isTable(value)) return { below: [], what: 'must be a table', hint: TRUST_HINT };
  for (const [name, item] of Object.entries(value)) {
    if (name !== 'trust_level')
      return { below: [name], what: 'is not known here', hint: TRUST_HINT, isKey: true };
    if (typeof item !== 'string' || !TRUST_LEVELS.includes(item)) {
      const what = `must be one of ${TRUST_LEVELS.map((level) => `"${level}"`).join(', ')}`;
      return { below: [name], what, hint: TRUST_HINT };
    }
  }
  return undefined;
};

/** `[projects."PATH"]`. */
export const isProjects: Check = tablesOf(
  '[projects."/home/ada/work"]',
  (name) => (isAbsoluteOrHome(name) ? undefined : 'must be a path that begins with / or ~/'),
  isProject,
);

/** Only our own key is looked at: the rest is for the program that starts the server. */
const isServer: Check = (value) => {
  if (!isTable(value))
    return { below: [], what: 'must be a table', hint: 'Write trust_hints = true below it' };
  const hint = 'Write trust_hints = true or trust_hints = false';
  if ('trust_hints' in value && typeof value['trust_hints'] !== 'boolean')
    return { below: ['trust_hints'], what: 'must be true or false', hint };
  const mistyped = Object.keys(value).find(
    (name) => name !== 'trust_hints' && findNearestName(name, ['trust_hints']) !== undefined,
  );
  if (mistyped === undefined) return undefined;
  return { below: [mistyped], what: 'is not known here; did you mean trust_hints?', hint, isKey: true };
};

/** `[mcp_servers.NAME]`. */
export const isServers: Check = tablesOf(
  '[mcp_servers.docs]',
  (name) => (name.length <= 128 ? undefined : 'is longer than 128 characters'),
  isServer,
);
