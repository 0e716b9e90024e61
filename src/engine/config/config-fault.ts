import { Fault } from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import type { TextPosition } from './read-toml.ts';

/** Where in a configuration something is wrong: `file:line:column`, or the flag as typed. */
export type ConfigPlace =
  | { readonly file: string; readonly position: TextPosition | undefined }
  | { readonly flag: string };

/** Text from a file or a flag as it is shown: on one line, control and bidi characters visible, at most 200 long. */
export function showText(text: string): string {
  return showLine(text, 200);
}

/** A value of a configuration as it is shown: as JSON, at most 80 long. */
export function showValue(value: unknown): string {
  const json = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? String(item) : item,
  );
  return showLine(json ?? 'nothing', 80);
}

/** The beginning of a message about a place. */
export function showPlace(place: ConfigPlace): string {
  if ('flag' in place) return showText(place.flag);
  const file = showText(place.file);
  return place.position === undefined ? file : `${file}:${place.position.line}:${place.position.column}`;
}

interface ConfigFaultInit {
  readonly place: ConfigPlace;
  /** What is wrong, without the place. */
  readonly what: string;
  /** The way out. */
  readonly hint: string;
  readonly code?: string;
  readonly cause?: unknown;
}

/** The one kind of error that a configuration can be: `place: what`, and the way out as hint. */
export function makeConfigFault({
  place,
  what,
  hint,
  code = 'config-invalid',
  cause,
}: ConfigFaultInit): Fault {
  return new Fault({ kind: 'user', code, message: `${showPlace(place)}: ${what}`, hint, cause });
}
