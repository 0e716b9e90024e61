/** Where values stand: of a whole key, and of the parts of it. */
import type { ConfigLayerKind, ConfigOrigin } from '../../protocol/index.ts';
import { showPlace, showText } from './config-fault.ts';
import type { TextPosition, TomlDocument, TomlPath } from './read-toml.ts';

/** Where values come from, for messages and origins. */
export type EntrySource =
  | {
      readonly layer: ConfigLayerKind;
      readonly file: string;
      readonly document: TomlDocument;
      /** The table of the document that is read as if it were a whole one. */
      readonly base?: TomlPath;
    }
  | { readonly layer: ConfigLayerKind; readonly flag: string };

type FindBelow = (below: TomlPath, isKey: boolean) => ConfigOrigin | undefined;

/** How the parts of a value are found; beside the origins, which are data of the protocol. */
const FINDERS = new WeakMap<ConfigOrigin, FindBelow>();

/** Gives an origin that knows where the parts of its value stand. */
export function withParts(origin: ConfigOrigin, find: FindBelow): ConfigOrigin {
  FINDERS.set(origin, find);
  return origin;
}

/** Where the value of a path stands. */
export function makeOrigin(source: EntrySource, path: TomlPath): ConfigOrigin {
  if ('flag' in source) return { layer: source.layer, flag: source.flag };
  const { layer, file, document, base = [] } = source;
  const at = (position: TextPosition | undefined): ConfigOrigin => ({ layer, file, ...position });
  return withParts(at(document.valuePosition([...base, ...path])), (below, isKey) => {
    const whole = [...base, ...path, ...below];
    const position = isKey ? document.keyPosition(whole) : document.valuePosition(whole);
    return position && at(position);
  });
}

/**
 * Where a part of a value stands, or its key: names of tables, and indexes of items from 0. The place of the whole value
 * where it is not known.
 */
export function originBelow(origin: ConfigOrigin, below: TomlPath, isKey = false): ConfigOrigin {
  return FINDERS.get(origin)?.(below, isKey) ?? origin;
}

/** The place of an origin as it stands at the beginning of messages. */
export function showOrigin(origin: ConfigOrigin): string {
  if (origin.flag !== undefined) return showText(origin.flag);
  if (origin.file === undefined) return origin.layer;
  const { file, line, column } = origin;
  return showPlace({
    file,
    position: line === undefined || column === undefined ? undefined : { line, column },
  });
}
