import type { ConfigLayer } from './collect-entries.ts';
import { readTypedValue } from './read-typed-value.ts';

/** A key that is set while a session runs, and by whom. */
export interface SessionOverride {
  readonly key: string;
  /** As behind `-c key=`. */
  readonly value: string;
  readonly by: string;
}

/** The layers of what is set while a session runs, the earlier first. Throws a `user` fault that names one. */
export function readSessionOverrides(overrides: readonly SessionOverride[]): ConfigLayer[] {
  return overrides.map(({ key, value, by }) =>
    readTypedValue({ key, text: value, layer: 'session', flag: `session set ${key} ${value} (by ${by})` }),
  );
}
