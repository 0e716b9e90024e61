/** What the values of a configuration must be, in the words of the error. */
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

/** The first mistake in a value, or undefined. */
export type Check = (value: unknown) => ValueMistake | undefined;

export function oneOf(choices: readonly string[]): Check {
  const list = choices.map((choice) => `"${choice}"`).join(', ');
  return (value) =>
    typeof value === 'string' && choices.includes(value)
      ? undefined
      : { below: [], what: `must be one of ${list}`, hint: `Write one of ${list}` };
}

export const isBoolean: Check = (value) =>
  typeof value === 'boolean'
    ? undefined
    : { below: [], what: 'must be true or false', hint: 'Write true or false, without quotes' };

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 4096 && !value.includes('\0');
}

export const isString: Check = (value) =>
  isText(value) ? undefined : { below: [], what: 'must be a text', hint: 'Write a text in quotes' };

export function listOf(what: readonly [one: string, many: string], isItem: (item: string) => boolean): Check {
  const [one, many] = what;
  const hint = `Write a list of ${many} in square brackets, each in quotes`;
  return (value) => {
    if (!Array.isArray(value)) return { below: [], what: `must be a list of ${many}`, hint };
    const wrong = value.findIndex((item) => !isText(item) || !isItem(item));
    return wrong === -1 ? undefined : { below: [wrong], what: `must be ${one}`, hint };
  };
}

export const PATHS = ['a path', 'paths'] as const;
export const ABSOLUTE_PATHS = ['a path that begins with / or ~/', 'paths that begin with / or ~/'] as const;
export const VARIABLES = ['the name of a variable', 'names of variables'] as const;
export const isAbsoluteOrHome = (path: string): boolean => /^(?:\/|~$|~\/)/.test(path);
export const isVariableName = (name: string): boolean => /^[^=\0]{1,256}$/.test(name);

export const isDuration: Check = (value) =>
  typeof value === 'string' && parseDurationMs(value) !== undefined
    ? undefined
    : {
        below: [],
        what: 'must be a duration from 1s to 24d',
        hint: 'Write a duration such as "24h", "30m" or "1h30m"',
      };

export const isSize: Check = (value) =>
  parseSizeBytes(value) !== undefined
    ? undefined
    : {
        below: [],
        what: 'must be a size from 1MiB to 1TiB',
        hint: 'Write a size such as "1GiB" or "512M", or a number of bytes',
      };

export const isMemory: Check = (value) =>
  parseMemoryBytes(value) !== undefined
    ? undefined
    : {
        below: [],
        what: 'must be a size from 1MiB to 1TiB, a share from 1% to 100%',
        hint: 'Write a size such as "4GiB" or "512M", a share of the memory of the machine such as "80%"',
      };

/** A limit: what `isAmount` takes, or `off`. */
export function limitOf(isAmount: Check): Check {
  return (value) => {
    const mistake = value === 'off' ? undefined : isAmount(value);
    return mistake && { ...mistake, what: `${mistake.what}, or "off"`, hint: `${mistake.hint}, or "off"` };
  };
}

export const isCount: Check = (value) =>
  parseCount(value) !== undefined
    ? undefined
    : { below: [], what: 'must be a whole number from 1 to 1000000', hint: 'Write a number such as 512' };

export const isOpenFiles: Check = (value) =>
  parseOpenFiles(value) !== undefined
    ? undefined
    : {
        below: [],
        what: 'must be a whole number from 64, which the wall itself needs, to 1000000',
        hint: 'Write a number such as 4096',
      };

export const isStringTable: Check = (value) => {
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

export const isFilePath: Check = (value) =>
  value === 'off' || (isText(value) && isAbsoluteOrHome(value))
    ? undefined
    : {
        below: [],
        what: 'must be a path that begins with / or ~/, or "off"',
        hint: 'Write the full path of a file, or "off"',
      };

export const isProxy: Check = (value) =>
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

/** A whole number of milliseconds in these bounds. */
export function isMilliseconds(least: number, most: number): Check {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : {
          below: [],
          what: `must be a whole number of milliseconds from ${least} to ${most}`,
          hint: 'Write a number such as 90000, without quotes',
        };
}
