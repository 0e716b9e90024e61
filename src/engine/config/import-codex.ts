/**
 * Takes what holds here too from a folder of Codex. Promises: the source stays as it is; what is written here already is
 * never replaced; what is taken loads; the same import a second time changes nothing; everything that was found is told,
 * with the reason where it was not taken.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeMistake, parseRules } from '../../policy/index.ts';
import { Fault } from '../../protocol/index.ts';
import { PLAIN_NAME } from './check-sections.ts';
import { collectEntries } from './collect-entries.ts';
import { showText } from './config-fault.ts';
import { editToml, isSameToml, type TomlEdit } from './edit-toml.ts';
import { findSallyportHome } from './find-config-files.ts';
import { type CodexItem, listCodexItems } from './list-codex-items.ts';
import { withConfigLock } from './lock-config.ts';
import { readPart } from './merge-layers.ts';
import { parseConfigText, readConfigText } from './read-config-file.ts';
import { findRealFolder } from './resolve-paths.ts';
import { type ConfigOwner, findLoadMistake, userFileOf, writeConfig } from './write-config.ts';
import { writeFileWhole } from './write-file-whole.ts';
import { writeTomlKey } from './write-toml-value.ts';

/** One thing that was found. */
export interface ImportRow {
  /** Key, or file below the folder. */
  readonly what: string;
  /** `there`: written here already; `conflict`: something else is written here, and stays. */
  readonly outcome: 'taken' | 'there' | 'conflict' | 'left';
  readonly note: string;
}

export interface ImportReport {
  readonly from: string;
  readonly rows: readonly ImportRow[];
  /** Files of ours that were written, or would be. */
  readonly written: readonly string[];
}

interface FileToWrite {
  readonly file: string;
  readonly text: string;
}

class CodexImport {
  readonly rows: ImportRow[] = [];
  readonly files: FileToWrite[] = [];
  readonly edits: TomlEdit[] = [];
  readonly #owner: ConfigOwner;
  readonly #from: string;
  readonly #home: string;

  constructor(owner: ConfigOwner, from: string) {
    this.#owner = owner;
    this.#from = from;
    this.#home = findSallyportHome(owner.env, owner.home);
  }

  plan(): void {
    const names = readdirSync(this.#from).sort();
    const profiles = names.filter((name) => name.endsWith('.config.toml'));
    for (const name of profiles) this.#attempt(name, () => this.#planProfile(name));
    if (names.includes('rules')) this.#planRules();
    if (names.includes('config.toml')) this.#attempt('config.toml', () => this.#planConfig());
    for (const name of names) {
      if (name === 'config.toml' || name === 'rules' || profiles.includes(name)) continue;
      this.#tell(name, 'left', 'stays with Codex');
    }
  }

  #tell(what: string, outcome: ImportRow['outcome'], note = ''): void {
    this.rows.push({ what: showText(what), outcome, note });
  }

  #attempt(what: string, act: () => void): void {
    try {
      act();
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.kind !== 'user') throw thrown;
      this.#tell(what, 'left', thrown.message);
    }
  }

  /** Takes a file where there is none here; its text may be another than the source's. */
  #takeFile(what: string, target: string, text: string, note = ''): boolean {
    const own = readConfigText(join(this.#home, target));
    if (own !== undefined && own !== text) return false;
    this.#tell(what, own === undefined ? 'taken' : 'there', note);
    if (own === undefined) this.files.push({ file: join(this.#home, target), text });
    return true;
  }

  #planProfile(name: string): void {
    const plain = name.slice(0, -'.config.toml'.length);
    if (!PLAIN_NAME.test(plain)) {
      this.#tell(name, 'left', 'its name cannot be that of a profile here');
      return;
    }
    const own = userFileOf(this.#owner);
    const table = ['profiles', plain];
    if (readPart(parseConfigText(own, readConfigText(own) ?? '').values, table) !== undefined) {
      this.#tell(name, 'conflict', `[${writeTomlKey(table)}] is here already`);
      return;
    }
    const file = join(this.#from, name);
    const text = readConfigText(file) ?? '';
    const { items, left } = listCodexItems(parseConfigText(file, text).values);
    const edits = [
      ...left.map(({ path }): TomlEdit => ({ kind: 'unset', path })),
      ...items.map(({ target, value }): TomlEdit => ({ kind: 'set', path: target, value })),
    ];
    const kept = editToml(text.replace(/^\ufeff/, ''), edits);
    const document = parseConfigText(file, kept);
    collectEntries(document.values, { layer: 'profile', file, document });
    if (!this.#takeFile(name, name, kept)) this.#tell(name, 'conflict', 'another file of this name is here');
    for (const { path, why } of left) this.#tell(`${name}: ${writeTomlKey(path)}`, 'left', why);
    for (const { path, note } of items)
      if (note !== undefined) this.#tell(`${name}: ${writeTomlKey(path)}`, 'taken', note);
  }

  #planRules(): void {
    const folder = join(this.#from, 'rules');
    let names: string[];
    try {
      names = readdirSync(folder).sort();
    } catch {
      this.#tell('rules', 'left', 'is no folder that can be read');
      return;
    }
    for (const name of names) {
      const what = `rules/${name}`;
      if (name.endsWith('.rules')) this.#attempt(what, () => this.#planRulesFile(name));
      else this.#tell(what, 'left', 'is no file of rules');
    }
  }

  #planRulesFile(name: string): void {
    const file = join(this.#from, 'rules', name);
    const text = readConfigText(file) ?? '';
    const [mistake] = parseRules(text, { file, layer: 'user' }).mistakes;
    if (mistake !== undefined) {
      this.#tell(`rules/${name}`, 'left', describeMistake(mistake));
      return;
    }
    const taken =
      this.#takeFile(`rules/${name}`, `rules/${name}`, text) ||
      this.#takeFile(`rules/${name}`, `rules/codex-${name}`, text, `as rules/codex-${name}, beside your own`);
    if (!taken)
      this.#tell(`rules/${name}`, 'conflict', `rules/${name} and rules/codex-${name} are here already`);
  }

  #planConfig(): void {
    const file = join(this.#from, 'config.toml');
    const source = parseConfigText(file, readConfigText(file) ?? '');
    const { items, left } = listCodexItems(source.values);
    const own = userFileOf(this.#owner);
    const text = (readConfigText(own) ?? '').replace(/^\ufeff/, '');
    const values = parseConfigText(own, text).values;
    const open = items.filter((item) => !this.#isInFile(item) && this.#isOpen(item, values));
    this.#takeItems(open, text);
    for (const { path, why } of left) this.#tell(writeTomlKey(path), 'left', why);
  }

  /** A profile is a table or a file; where Codex has both, the file is what it reads by now. */
  #isInFile({ path, target: [section, name = ''] }: CodexItem): boolean {
    if (section !== 'profiles' || !PLAIN_NAME.test(name)) return false;
    const file = join(this.#home, `${name}.config.toml`);
    if (!existsSync(file) && !this.files.some((each) => each.file === file)) return false;
    this.#tell(
      writeTomlKey(path),
      'left',
      `${name}.config.toml is this profile; it cannot be a table as well`,
    );
    return true;
  }

  /** True where nothing is written here for it. */
  #isOpen({ path, target, value, note }: CodexItem, values: Readonly<Record<string, unknown>>): boolean {
    const own = readPart(values, target);
    if (own === undefined) return true;
    const isSame = isSameToml(own, value);
    const said = isSame ? (note ?? '') : `${writeTomlKey(target)} has another value here, which stays`;
    this.#tell(writeTomlKey(path), isSame ? 'there' : 'conflict', said);
    return false;
  }

  /** All at once where that loads, else one after another, so that only what is wrong is left out. */
  #takeItems(items: readonly CodexItem[], text: string): void {
    const edits = items.map(({ target, value }): TomlEdit => ({ kind: 'set', path: target, value }));
    const isWhole = this.#findMistake(text, edits) === undefined;
    const taken: TomlEdit[] = [];
    // A profile is chosen when it is there.
    const ordered = [...items].sort((a, b) => Number(isChoice(a)) - Number(isChoice(b)));
    for (const item of ordered) {
      const edit: TomlEdit = { kind: 'set', path: item.target, value: item.value };
      const mistake =
        isWhole || this.#choosesTaken(item) ? undefined : this.#findMistake(text, [...taken, edit]);
      if (mistake === undefined) taken.push(edit);
      this.#tell(
        writeTomlKey(item.path),
        mistake === undefined ? 'taken' : 'left',
        mistake ?? item.note ?? '',
      );
    }
    this.edits.push(...taken);
  }

  /** It names a profile whose file is taken too, and is not here yet. */
  #choosesTaken({ target, value }: CodexItem): boolean {
    if (typeof value !== 'string' || target.join('.') !== 'profile') return false;
    const file = join(this.#home, `${value}.config.toml`);
    return this.files.some((each) => each.file === file);
  }

  #findMistake(text: string, edits: readonly TomlEdit[]): string | undefined {
    try {
      return findLoadMistake(this.#owner, editToml(text, edits))?.message;
    } catch (thrown) {
      if (thrown instanceof Error) return thrown.message;
      throw thrown;
    }
  }
}

function isChoice({ target }: CodexItem): boolean {
  return target.length === 1 && (target[0] === 'profile' || target[0] === 'default_permissions');
}

/** The folder of Codex of this user: `$CODEX_HOME`, else `~/.codex`. */
export function findCodexHome({ env, home }: ConfigOwner): string {
  const set = env['CODEX_HOME'];
  return set === undefined || set === '' ? join(home, '.codex') : set;
}

/**
 * Imports a folder of Codex; with `isDry` nothing is written. Throws a `user` fault where there is no such folder, or
 * our own configuration is broken before.
 */
export function importCodex(owner: ConfigOwner, options: { from: string; isDry: boolean }): ImportReport {
  const from = findRealFolder(options.from);
  if (from === undefined) {
    throw new Fault({
      kind: 'user',
      code: 'no-such-folder',
      message: `There is no folder ${showText(options.from)}`,
      hint: 'Name the folder of Codex with --from',
    });
  }
  const own = userFileOf(owner);
  const broken = findLoadMistake(owner, readConfigText(own) ?? '');
  if (broken !== undefined) throw broken;
  const work = new CodexImport(owner, from);
  work.plan();
  const written = [...work.files.map(({ file }) => file), ...(work.edits.length > 0 ? [own] : [])];
  if (!options.isDry) {
    withConfigLock(findSallyportHome(owner.env, owner.home), () => {
      for (const { file, text } of work.files) if (!existsSync(file)) writeFileWhole(file, text);
    });
    if (work.edits.length > 0) writeConfig(owner, work.edits);
  }
  return { from, rows: work.rows, written };
}
