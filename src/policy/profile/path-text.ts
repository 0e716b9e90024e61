/** Paths as they are written in profiles: `/…`, `~`, `${workspace}`, `${tmp}`, and names that begin with a colon. */

/** What the words in paths stand for. Every path absolute and real. */
export interface PathPlaces {
  readonly workspace: string;
  readonly home: string;
  /** What TMPDIR names, where that is a folder that may be opened. */
  readonly tmpdir: string | undefined;
}

const VARIABLE = /\$\{([^}]*)\}/g;
const KNOWN_VARIABLES = ['workspace', 'tmp'];

/** The names of Codex for places, besides `:workspace_roots`. */
export const SPECIAL_PLACES = [':root', ':minimal', ':tmpdir', ':slash_tmp'] as const;

/** What stands for the workspace and the further roots of a profile. */
export const ROOTS_PLACES: readonly string[] = [':workspace_roots', ':project_roots'];

/** True for a text that is a pattern. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text.replaceAll(VARIABLE, ''));
}

/** Read and write take no pattern but `/**` at the end, which says nothing more than the folder. */
export function dropTrailingStars(text: string): string {
  return text.endsWith('/**') ? text.slice(0, -3) || '/' : text;
}

/** What is wrong with a path as written, as the end of a sentence that begins with it; undefined when nothing is. */
export function findPathProblem(text: string, allowsGlob: boolean): string | undefined {
  if (text === '' || text.length > 4096 || text.includes('\0')) return 'must be a path';
  const unknown = [...text.matchAll(VARIABLE)].find(([, name = '']) => !KNOWN_VARIABLES.includes(name));
  if (unknown !== undefined) return 'must have no variable but ${workspace} or ${tmp}';
  if (!/^(?:\/|~$|~\/|\$\{(?:workspace|tmp)\}(?:\/|$))/.test(text))
    return 'must begin with /, ~/, ${workspace} or ${tmp}';
  if (text.lastIndexOf('${') > 0) return 'may have a variable only at its beginning';
  if (text.split('/').some((part) => part === '.' || part === '..')) return 'must not have . or .. as a part';
  if (!allowsGlob && isGlob(text)) return 'must not be a pattern: only deny takes patterns';
  return undefined;
}

/** What is wrong with a path below another; undefined when nothing is. */
export function findSubPathProblem(text: string, allowsGlob: boolean): string | undefined {
  if (text === '.') return undefined;
  if (text === '' || text.startsWith('/') || text.includes('\0') || text.length > 4096)
    return 'must be "." or a path below it';
  if (text.split('/').some((part) => part === '.' || part === '..')) return 'must not have . or .. as a part';
  if (!allowsGlob && isGlob(dropTrailingStars(text)))
    return 'must not be a pattern: only deny takes patterns';
  return undefined;
}

/** The absolute path of a text that `findPathProblem` accepts. */
export function expandPath(text: string, { workspace, home }: PathPlaces): string {
  const whole = text
    .replace(/^~(?=\/|$)/, () => home)
    .replace(/^\$\{workspace\}/, () => workspace)
    .replace(/^\$\{tmp\}/, '/tmp');
  return `/${whole
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`;
}

/** A path as written, cut before its first part with a wildcard; `rest` is empty where there is none. */
export function splitGlob(text: string): { readonly base: string; readonly rest: string } {
  const parts = text.split('/');
  const first = parts.findIndex((part) => isGlob(part));
  if (first === -1) return { base: text, rest: '' };
  return { base: parts.slice(0, first).join('/') || '/', rest: parts.slice(first).join('/') };
}
