import { Fault } from '../../protocol/index.ts';
import { showText } from './config-fault.ts';
import { readToml, TomlSyntaxError } from './read-toml.ts';
import type { TomlValue } from './write-toml-value.ts';

/** Only what a document can hold comes out of one. */
function readValues(text: string): Readonly<Record<string, TomlValue>> {
  return readToml(text).values as Readonly<Record<string, TomlValue>>;
}

/** A value as it is typed on a command line: TOML if it is, else the text itself. One over several lines is a text. */
export function readTypedValue(text: string): TomlValue {
  if (/[\n\r]/.test(text)) return text;
  try {
    const values = readValues(`value = ${text}`);
    return values['value'] ?? text;
  } catch (thrown) {
    if (thrown instanceof TomlSyntaxError) return text;
    throw thrown;
  }
}

/** The parts of a dotted key as it is typed, such as `projects."/home/ada".trust_level`. Throws a `user` fault. */
export function readTypedKey(text: string): string[] {
  const path: string[] = [];
  try {
    if (/[\n\r=#]/.test(text.replace(/"[^"\\]*"|'[^']*'/g, '')))
      throw new TomlSyntaxError('', { line: 1, column: 1 });
    let at: unknown = readToml(`${text} = 0`).values;
    while (typeof at === 'object' && at !== null) {
      const [[name, below] = ['', undefined]] = Object.entries(at);
      path.push(name);
      at = below;
    }
    return path;
  } catch (cause) {
    if (!(cause instanceof TomlSyntaxError)) throw cause;
    throw new Fault({
      kind: 'user',
      code: 'config-key',
      message: `${showText(text)} is not a key`,
      hint: 'Write names with dots between them, those with other characters in quotes: \'projects."/home/ada".trust_level\'',
      cause,
    });
  }
}
