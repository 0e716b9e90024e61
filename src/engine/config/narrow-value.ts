/**
 * What of a value may hold where a layer can only narrow: one rule for each kind of value. Each gives the value that
 * narrows, if any, and the parts that would widen, in the words of the warning.
 */
import { isDeepStrictEqual } from 'node:util';
import type { TomlPath } from './read-toml.ts';

/** A part that would widen. */
export interface WideningPart {
  readonly below: TomlPath;
  /** The end of the sentence "… is ignored: ". */
  readonly why: string;
}

export interface NarrowedValue {
  /** Absent: nothing of it narrows. */
  readonly value?: unknown;
  readonly wider: readonly WideningPart[];
}

/** `base`: what holds without the layer. */
export type NarrowRule = (value: unknown, base: unknown) => NarrowedValue;

function wider(why: string): NarrowedValue {
  return { wider: [{ below: [], why }] };
}

/** The choices, the narrowest first. */
export function ordered(choices: readonly unknown[]): NarrowRule {
  return (value, base) =>
    choices.indexOf(value) <= choices.indexOf(base)
      ? { value, wider: [] }
      : wider(`it is wider than ${JSON.stringify(base)}`);
}

/** At most as much as before; what cannot be measured (`off`) is without bound. */
export function atMost(measure: (value: unknown) => number | undefined): NarrowRule {
  const amount = (value: unknown): number => measure(value) ?? Number.POSITIVE_INFINITY;
  return (value, base) =>
    amount(value) <= amount(base) ? { value, wider: [] } : wider(`it is more than ${JSON.stringify(base)}`);
}

/** Nothing but what holds anyway. */
export function same(why: string): NarrowRule {
  return (value, base) => (isDeepStrictEqual(value, base) ? { wider: [] } : wider(why));
}

/** It opens nothing, whatever it is. */
export const free: NarrowRule = (value) => ({ value, wider: [] });

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A list of what is closed: its items are added to those that hold. */
export const added: NarrowRule = (value, base) => {
  const more = list(value).filter((item) => !list(base).includes(item));
  return more.length === 0 ? { wider: [] } : { value: [...list(base), ...more], wider: [] };
};

/** A list of what is open: of those that hold, the ones that it names too. */
export const common: NarrowRule = (value, base) => {
  const items = list(value);
  const wide = items.flatMap((item, index) =>
    list(base).includes(item) ? [] : [{ below: [index], why: 'it is not open without it' }],
  );
  // A list of which nothing is known would close all that is open: it is wrong, and so said.
  if (items.length > 0 && wide.length === items.length) return { wider: wide };
  return { value: list(base).filter((item) => items.includes(item)), wider: wide };
};

const GRANULAR = ['sandbox_approval', 'rules', 'mcp_elicitations', 'request_permissions', 'skill_approval'];

function readGranular(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || !('granular' in value)) return undefined;
  const { granular } = value;
  return typeof granular === 'object' && granular !== null ? { ...granular } : undefined;
}

/**
 * `untrusted` asks about more than `on-request`, a granular table about less and refuses the rest. `never` refuses where
 * the others ask, and runs where they ask: it is neither narrower nor wider.
 */
export const policyRule: NarrowRule = (value, base) => {
  if (isDeepStrictEqual(value, base)) return { value, wider: [] };
  const granular = readGranular(value);
  const before = readGranular(base);
  const isNarrower =
    base === 'on-request'
      ? value === 'untrusted' || granular !== undefined
      : granular !== undefined &&
        before !== undefined &&
        GRANULAR.every((name) => granular[name] !== true || before[name] === true);
  if (isNarrower) return { value, wider: [] };
  const shown = before === undefined ? JSON.stringify(base) : 'the granular table that holds';
  return wider(`it would let run, or ask about, what ${shown} does not`);
};
