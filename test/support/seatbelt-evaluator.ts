/**
 * Decides as seatbelt would, for the subset of its language that our profiles use; every other form throws, so that a
 * profile cannot grow out of what is tested. The last rule that fits decides, and nothing fitting means denied.
 * Not modelled: how macOS resolves a path before it asks (the paths of a query are resolved ones).
 */

interface Text {
  readonly text: string;
}
interface Pattern {
  readonly pattern: RegExp;
}
type Form = string | Text | Pattern | readonly Form[];

/** One call that a program makes. */
export interface Query {
  readonly operation: string;
  readonly path?: string;
  /** `ADDRESS:PORT` of a connection. */
  readonly remote?: string;
}

export type Decide = (query: Query) => boolean;

const TOKEN = /\s+|;[^\n]*|#"((?:[^"\\]|\\.)*)"|"((?:[^"\\]|\\.)*)"|([()])|([^\s()";#]+)/y;

/** Reads a profile once; the result decides single calls. Throws for what is no profile of ours. */
export function readSeatbelt(text: string, parameters: Readonly<Record<string, string>>): Decide {
  const rules = readForms(text).flatMap((form) => toRule(form, parameters));
  return (query) => {
    let isAllowed = false;
    for (const rule of rules) if (rule.fits(query)) isAllowed = rule.isAllowing;
    return isAllowed;
  };
}

function readForms(text: string): readonly Form[] {
  const open: Form[][] = [[]];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`no token at ${at}: ${text.slice(at, at + 20)}`);
    const [, pattern, string, bracket, word] = match;
    if (bracket === '(') open.push([]);
    else if (bracket === ')') shut(open);
    else if (pattern !== undefined) open.at(-1)?.push({ pattern: new RegExp(pattern) });
    else if (string !== undefined) open.at(-1)?.push({ text: string.replaceAll(/\\(.)/g, '$1') });
    else if (word !== undefined) open.at(-1)?.push(word);
  }
  if (open.length !== 1) throw new Error('a bracket is not closed');
  return open[0] ?? [];
}

function shut(open: Form[][]): void {
  const done = open.pop();
  const above = open.at(-1);
  if (done === undefined || above === undefined) throw new Error('a bracket too many');
  above.push(done);
}

interface Rule {
  readonly isAllowing: boolean;
  fits(query: Query): boolean;
}

type Filter = (query: Query) => boolean;

function toRule(form: Form, parameters: Readonly<Record<string, string>>): Rule[] {
  if (!isList(form)) throw new Error(`a word alone: ${String(form)}`);
  const [verb, ...rest] = form;
  if (verb === 'version') return [];
  if (verb !== 'allow' && verb !== 'deny') throw new Error(`unknown form ${String(verb)}`);
  const operations = rest.filter((part) => typeof part === 'string');
  const lists = rest.filter(isList).filter((part) => part[0] !== 'with');
  if (operations.length + rest.filter(isList).length !== rest.length)
    throw new Error('a text among operations');
  const filters = lists.map((part) => toFilter(part, parameters));
  return [
    {
      isAllowing: verb === 'allow',
      fits: (query) =>
        operations.some((operation) => covers(operation, query.operation)) &&
        (filters.length === 0 || filters.some((filter) => filter(query))),
    },
  ];
}

function isList(form: Form): form is readonly Form[] {
  return Array.isArray(form);
}

function covers(operation: string, asked: string): boolean {
  if (operation === 'default') return true;
  return operation.endsWith('*') ? asked.startsWith(operation.slice(0, -1)) : operation === asked;
}

function toFilter(form: readonly Form[], parameters: Readonly<Record<string, string>>): Filter {
  const [kind, ...values] = form;
  const text = (): string => toText(values[0], parameters);
  switch (kind) {
    case 'literal': {
      const path = text();
      return (query) => query.path === path;
    }
    case 'subpath': {
      const top = text();
      return ({ path }) =>
        path !== undefined && (path === top || path.startsWith(top === '/' ? '/' : `${top}/`));
    }
    case 'regex': {
      const patterns = values.map((value) => toPattern(value));
      return ({ path }) => path !== undefined && patterns.some((pattern) => pattern.test(path));
    }
    case 'require-all': {
      const all = values.filter(isList).map((value) => toFilter(value, parameters));
      return (query) => all.every((filter) => filter(query));
    }
    case 'remote':
    case 'local':
      return toAddress(values, kind);
    case 'target':
    case 'global-name':
    case 'ipc-posix-name':
    case 'sysctl-name':
    case 'sysctl-name-prefix':
    case 'iokit-registry-entry-class':
      // No query of these operations is asked: their lists are words of macOS, read and nothing else.
      return () => false;
    default:
      throw new Error(`unknown filter ${String(kind)}`);
  }
}

function toAddress([family, value]: readonly Form[], kind: 'remote' | 'local'): Filter {
  if (family !== 'ip' || typeof value !== 'object' || !('text' in value))
    throw new Error('an address of another form');
  const [host = '', port = ''] = value.text.split(/:(?=[^:]*$)/);
  if (host !== '*' && host !== 'localhost') throw new Error('seatbelt knows the hosts * and localhost only');
  return ({ remote }) => {
    if (kind === 'local' || remote === undefined) return false;
    const [address = '', number = ''] = remote.split(/:(?=[^:]*$)/);
    const isHost = host === '*' || address === '127.0.0.1' || address === '[::1]';
    return isHost && (port === '*' || port === number);
  };
}

function toText(value: Form | undefined, parameters: Readonly<Record<string, string>>): string {
  if (typeof value === 'object' && 'text' in value) return value.text;
  if (value !== undefined && typeof value !== 'string' && isList(value) && value[0] === 'param') {
    const found = parameters[toText(value[1], {})];
    if (found !== undefined) return found;
  }
  throw new Error(`neither a text nor a known parameter: ${JSON.stringify(value)}`);
}

function toPattern(value: Form): RegExp {
  if (typeof value === 'object' && 'pattern' in value) return value.pattern;
  throw new Error('a pattern is wanted');
}
