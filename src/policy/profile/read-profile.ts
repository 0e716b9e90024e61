/** Reads a permission profile, in either form, into what it says: nothing is resolved yet, nothing is looked up. */
import type { ConfigOrigin, PathAccess } from '../../protocol/index.ts';
import { isProfileTable, UNUSED_NETWORK_KEYS } from './check-profile.ts';
import { dropTrailingStars, ROOTS_PLACES, SPECIAL_PLACES } from './path-text.ts';

/** A profile as written. */
export interface ProfileSource {
  /** `null`: the anonymous one. */
  readonly name: string | null;
  /** `lists` is our form, `maps` that of Codex. It has passed the check of its form. */
  readonly form: 'lists' | 'maps';
  readonly value: unknown;
  readonly origin: ConfigOrigin;
  /** The place of a part of it: of the value, or of the key. */
  readonly locate?: (below: readonly (string | number)[], isKey: boolean) => ConfigOrigin;
}

/** One path as written. `roots`: below each workspace root. */
export interface DraftEntry {
  readonly text: string;
  readonly kind: 'path' | 'root' | 'roots' | 'tmpdir' | 'tmp';
  /** With kind `roots`: the path below each root, `.` for the root itself. With kind `path`: the whole path. */
  readonly path: string;
  readonly access: PathAccess;
  readonly origin: ConfigOrigin;
}

export interface DraftHost {
  readonly text: string;
  readonly access: 'allow' | 'deny';
  readonly origin: ConfigOrigin;
}

/** What a profile says by itself. */
export interface ProfileDraft {
  readonly name: string | null;
  readonly description: string | undefined;
  readonly parent: { readonly name: string; readonly origin: ConfigOrigin } | undefined;
  readonly origin: ConfigOrigin;
  /** Inherited "everything may be read" ends here. */
  readonly restrictsReading: boolean;
  /** Without a parent that says otherwise, everything may be read. */
  readonly readsAllByDefault: boolean;
  readonly entries: readonly DraftEntry[];
  readonly hosts: readonly DraftHost[];
  readonly networkEnabled: boolean | undefined;
  /** Further folders that `:workspace_roots` stands for, as written. */
  readonly moreRoots: readonly string[];
  /** What is passed over, as sentences behind a place. */
  readonly notes: readonly { readonly origin: ConfigOrigin; readonly text: string }[];
}

type Table = Readonly<Record<string, unknown>>;

function tableAt(value: unknown, key: string): Table {
  const item = isProfileTable(value) ? value[key] : undefined;
  return isProfileTable(item) ? item : {};
}

function textAt(value: unknown, key: string): string | undefined {
  const item = isProfileTable(value) ? value[key] : undefined;
  return typeof item === 'string' ? item : undefined;
}

function makeLocate({ origin, locate }: ProfileSource): NonNullable<ProfileSource['locate']> {
  return locate ?? (() => origin);
}

function readBase(source: ProfileSource) {
  const parent = textAt(source.value, 'extends');
  const origin = makeLocate(source)(['extends'], false);
  return {
    name: source.name,
    description: textAt(source.value, 'description'),
    parent: parent === undefined ? undefined : { name: parent, origin },
    origin: source.origin,
  };
}

function readLists(source: ProfileSource): ProfileDraft {
  const locate = makeLocate(source);
  const files = tableAt(source.value, 'filesystem');
  const network = tableAt(source.value, 'network');
  const texts = (table: Table, key: string): string[] => {
    const list = table[key];
    return Array.isArray(list) ? list.map(String) : [];
  };
  const entries = (['read', 'write', 'deny'] as const).flatMap((access) =>
    texts(files, access).map((text, index): DraftEntry => {
      const origin = locate(['filesystem', access, index], false);
      return { text, ...placeOf(text), access, origin };
    }),
  );
  const hosts = (['allow', 'deny'] as const).flatMap((access) =>
    texts(network, access).map((text, index): DraftHost => {
      return { text, access, origin: locate(['network', access, index], false) };
    }),
  );
  const restrictsReading = 'read' in files;
  return {
    ...readBase(source),
    ...{ restrictsReading, readsAllByDefault: !restrictsReading },
    ...{ entries, hosts, networkEnabled: undefined, moreRoots: [], notes: [] },
  };
}

function placeOf(text: string): Pick<DraftEntry, 'kind' | 'path'> {
  const path = text.length > 1 ? text.replace(/\/+$/, '') : text;
  if (path === '' || text === '/') return { kind: 'root', path: '/' };
  return { kind: 'path', path };
}

function readAccess(value: unknown): PathAccess {
  return value === 'read' || value === 'write' ? value : 'deny';
}

class MapReader {
  readonly entries: DraftEntry[] = [];
  readonly notes: { origin: ConfigOrigin; text: string }[] = [];
  readonly #locate: NonNullable<ProfileSource['locate']>;

  constructor(source: ProfileSource) {
    this.#locate = makeLocate(source);
    for (const [key, value] of Object.entries(tableAt(source.value, 'filesystem'))) this.#read(key, value);
    this.#readNetwork(tableAt(source.value, 'network'));
  }

  #read(key: string, value: unknown): void {
    const origin = this.#locate(['filesystem', key], true);
    if (key === 'glob_scan_max_depth') {
      this.notes.push({
        origin,
        text: 'glob_scan_max_depth does nothing here: patterns are looked for as deep as it goes',
      });
    } else if (isProfileTable(value)) {
      for (const [part, access] of Object.entries(value)) this.#readPart(key, part, readAccess(access));
    } else this.#readWhole(key, readAccess(value), origin);
  }

  #readWhole(key: string, access: PathAccess, origin: ConfigOrigin): void {
    const plain = access === 'deny' ? key : dropTrailingStars(key);
    const add = (kind: DraftEntry['kind'], path: string): void => {
      this.entries.push({ text: key, kind, path, access, origin });
    };
    if (ROOTS_PLACES.includes(key)) add('roots', '.');
    else if (key === ':root') add('root', '/');
    else if (key === ':tmpdir') add('tmpdir', key);
    else if (key === ':slash_tmp') add('tmp', '/tmp');
    else if (key === ':minimal') this.#noteMinimal(access, origin);
    else if (key.startsWith(':')) {
      const known = [...SPECIAL_PLACES, ROOTS_PLACES[0]].join(', ');
      this.notes.push({ origin, text: `${key} is no place that is known (${known}): passed over` });
    } else {
      const { kind, path } = placeOf(plain);
      add(kind, path);
    }
  }

  /** What programs need to run is always readable: else nothing would start. */
  #noteMinimal(access: PathAccess, origin: ConfigOrigin): void {
    if (access !== 'read')
      this.notes.push({ origin, text: `:minimal is always "read": "${access}" does nothing here` });
  }

  #readPart(key: string, part: string, access: PathAccess): void {
    const origin = this.#locate(['filesystem', key, part], true);
    const plain = access === 'deny' ? part : dropTrailingStars(part);
    const text = `${key}/${part}`;
    if (ROOTS_PLACES.includes(key)) this.entries.push({ text, kind: 'roots', path: plain, access, origin });
    else {
      const path = plain === '.' ? key : `${key.replace(/\/$/, '')}/${plain}`;
      this.entries.push({ text, ...placeOf(path), access, origin });
    }
  }

  #readNetwork(network: Table): void {
    for (const key of ['unix_sockets', ...UNUSED_NETWORK_KEYS]) {
      if (!(key in network)) continue;
      const origin = this.#locate(['network', key], true);
      this.notes.push({
        origin,
        text: `network.${key} opens nothing here: sockets and addresses are asked about`,
      });
    }
  }
}

function readMaps(source: ProfileSource): ProfileDraft {
  const locate = makeLocate(source);
  const { entries, notes } = new MapReader(source);
  const network = tableAt(source.value, 'network');
  const enabled = network['enabled'];
  const hosts = Object.entries(tableAt(network, 'domains')).map(([text, access]): DraftHost => {
    const origin = locate(['network', 'domains', text], true);
    return { text, access: access === 'allow' ? 'allow' : 'deny', origin };
  });
  const moreRoots = Object.entries(tableAt(source.value, 'workspace_roots'));
  return {
    ...readBase(source),
    ...{ restrictsReading: false, readsAllByDefault: false, entries, hosts, notes },
    networkEnabled: typeof enabled === 'boolean' ? enabled : undefined,
    moreRoots: moreRoots.flatMap(([path, isRoot]) => (isRoot === true ? [path] : [])),
  };
}

/** What a profile says. It must have passed its check. */
export function readProfile(source: ProfileSource): ProfileDraft {
  return source.form === 'lists' ? readLists(source) : readMaps(source);
}
