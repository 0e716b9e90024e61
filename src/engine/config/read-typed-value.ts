import { type ConfigLayerKind, Fault } from '../../protocol/index.ts';
import { type ConfigLayer, collectEntries } from './collect-entries.ts';
import { makeConfigFault } from './config-fault.ts';
import { readToml, TomlSyntaxError } from './read-toml.ts';
import { readTypedKey } from './typed-words.ts';

const QUOTED_KEY = /^(?:[A-Za-z0-9_-]|\.|"[^"\\\n\r]{1,4096}"|'[^'\n\r]{1,4096}')+$/;

/** A tree with one leaf. */
export function nestValue(path: readonly string[], value: unknown): Record<string, unknown> {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? value : nestValue(rest, value) };
}

/** TOML if it is, else the text itself. */
function readValue(text: string): unknown {
  try {
    return readToml(`value = ${text}`).values['value'];
  } catch (thrown) {
    if (thrown instanceof TomlSyntaxError) return text;
    throw thrown;
  }
}

/** The parts of a key; those with other characters than letters, digits, `-` and `_` stand in quotes, as in TOML. */
function readKey(text: string): string[] | undefined {
  const plain = text.split('.');
  if (plain.every((part) => /^[A-Za-z0-9_-]{1,128}$/.test(part))) return plain;
  if (!QUOTED_KEY.test(text)) return undefined;
  try {
    return readTypedKey(text);
  } catch (thrown) {
    if (thrown instanceof Fault) return undefined;
    throw thrown;
  }
}

interface TypedValue {
  readonly key: string;
  readonly text: string;
  readonly layer: ConfigLayerKind;
  /** As typed, for messages. */
  readonly flag: string;
}

/** One key and its value as typed. Throws a `user` fault that names the flag. */
export function readTypedValue({ key, text, layer, flag }: TypedValue): ConfigLayer {
  const path = readKey(key.trim());
  if (path === undefined) {
    throw makeConfigFault({
      place: { flag },
      what: 'is not of the form key=value',
      hint: 'Write, for example: -c approval_expiry=30m',
      code: 'config-flag',
    });
  }
  // A value over several lines would let one flag set other keys than the one it names.
  const value = text.trim();
  const isOneLine = !/[\n\r]/.test(value);
  return collectEntries(nestValue(path, isOneLine ? readValue(value) : value), { layer, flag });
}
