const CHANGE_OPS = [
  'mkdir',
  'mknod',
  'symlink',
  'link',
  'rename',
  'unlink',
  'rmdir',
  'truncate',
  'chmod',
  'chown',
  'utimes',
] as const;
/** A call that changes files without opening one. */
export type ChangeOp = (typeof CHANGE_OPS)[number];

const DENIED_OPS = ['read', 'write', 'connect', 'exec', 'other'] as const;
type DeniedOp = (typeof DENIED_OPS)[number];

const SWAPPED_PARTS = ['program', 'arguments', 'environment', 'unknown'] as const;
/** What differs between a program that was started and the one that was shown; unknown: it could not be looked at. */
type SwappedPart = (typeof SWAPPED_PARTS)[number];

/** The last is no limit: somebody outside has ended the wall, and with it the launch. */
const LIMITS_HIT = ['processes', 'memory', 'time', 'file-size', 'wall'] as const;

/** A line of the supervisor, understood. Sizes are bounded by the length of a line. */
export type GateMessage =
  | {
      readonly type: 'hello';
      readonly launch: string;
      /** The supervisor itself. */
      readonly pid: number;
      readonly gate: string;
      /** Whether the kernel tells the exit code of watched runs. */
      readonly exitCodes: boolean;
    }
  | { readonly type: 'root'; readonly pid: number }
  | {
      readonly type: 'exec';
      readonly slot: number;
      readonly pid: number;
      /** As the caller gave it. */
      readonly path: string;
      /** Where that file lies inside, without links; undefined when that could not be found out. */
      readonly real: string | undefined;
      readonly argv: readonly string[];
      readonly cwd: string;
      /** First line of the file when it is a script, with `#!` taken off. */
      readonly shebang?: string | undefined;
      /** Threads of the caller: above one, argv may change after it was read. */
      readonly threads: number;
      /** Another process that is not stopped works on the same memory. */
      readonly shared: boolean;
      /** A debugger inside follows the caller. */
      readonly traced: boolean;
      /** How the environment differs from the launch's: `NAME=VALUE` (the value perhaps cut), or `NAME` for what is missing. */
      readonly env: readonly string[];
      /** Not every difference is in `env`. */
      readonly envCut: boolean;
      /** argv was too long and is cut. */
      readonly truncated: boolean;
      /** Some text was not UTF-8 and is shown with replacement characters. */
      readonly lossy: boolean;
    }
  | {
      readonly type: 'write';
      readonly slot: number;
      readonly pid: number;
      /** Absolute, every link resolved, as seen inside. */
      readonly path: string;
      readonly kind: 'file' | 'dir' | 'missing';
      /** The first words of the caller's own command line, which it can write itself. */
      readonly argv: readonly string[];
      /** The file that the caller runs, without links: the kernel's word. */
      readonly program?: string | undefined;
      readonly cwd: string;
      readonly lossy: boolean;
    }
  | {
      readonly type: 'change';
      readonly slot: number;
      readonly pid: number;
      readonly op: ChangeOp;
      /** What is made, taken away or changed; of a move, its new name. Absolute, every link resolved, as seen inside. */
      readonly path: string;
      readonly kind: 'file' | 'dir' | 'missing';
      /** Of a move: its old name. */
      readonly from?: string | undefined;
      readonly fromKind?: 'file' | 'dir' | undefined;
      readonly argv: readonly string[];
      readonly program?: string | undefined;
      readonly cwd: string;
      readonly lossy: boolean;
    }
  | {
      readonly type: 'connect';
      readonly slot: number;
      readonly pid: number;
      /** A unix socket of the host that is not inside: the host's own name of it, every link resolved. */
      readonly path: string;
      readonly argv: readonly string[];
      readonly program?: string | undefined;
      readonly cwd: string;
      readonly lossy: boolean;
    }
  | {
      /** A call that the wall stops and nobody is asked about; either a path or a host, as `address:port`. */
      readonly type: 'denied';
      readonly pid: number;
      readonly op: DeniedOp;
      readonly path?: string | undefined;
      readonly host?: string | undefined;
    }
  | {
      /** What was started is not what was allowed: the process has been killed before its first instruction. */
      readonly type: 'swapped';
      readonly pid: number;
      readonly what: SwappedPart;
      /** The file that was started, and its words. */
      readonly path: string;
      readonly argv: readonly string[];
    }
  | {
      /** The launch is ended because it used more than it may; of a file's size: its program was, by the kernel. */
      readonly type: 'limit';
      readonly name: (typeof LIMITS_HIT)[number];
      /** Which limit, its value and how to raise it. */
      readonly rule: string;
    }
  | { readonly type: 'captured'; readonly pid: number; readonly ok: boolean }
  | {
      readonly type: 'exit';
      readonly pid: number;
      /** A held caller has ended before the answer: the question of this slot is withdrawn. */
      readonly slot?: number | undefined;
      readonly code?: number | undefined;
      readonly signal?: number | undefined;
    };

type Fields = Readonly<Record<string, unknown>>;

/** Reads one line strictly; null for anything a supervisor may not say. */
export function parseGateLine(line: Buffer): GateMessage | null {
  const fields = parseObject(line);
  if (fields === null) return null;
  switch (fields['type']) {
    case 'hello':
      return parseHello(fields);
    case 'root':
      return isCount(fields['pid']) ? { type: 'root', pid: fields['pid'] } : null;
    case 'exec':
      return parseExec(fields);
    case 'write':
      return parseWrite(fields);
    case 'change':
      return parseChange(fields);
    case 'connect':
      return parseConnect(fields);
    case 'denied':
      return parseDenied(fields);
    case 'swapped':
      return parseSwapped(fields);
    case 'limit': {
      const name = LIMITS_HIT.find((known) => known === fields['name']);
      const { rule } = fields;
      return name !== undefined && isText(rule) ? { type: 'limit', name, rule } : null;
    }
    case 'captured': {
      const { pid, ok } = fields;
      return isCount(pid) && typeof ok === 'boolean' ? { type: 'captured', pid, ok } : null;
    }
    case 'exit':
      return parseExit(fields);
    default:
      return null;
  }
}

function parseHello({ launch, pid, gate, exitCodes }: Fields): GateMessage | null {
  if (!isText(launch) || !isCount(pid) || !isText(gate) || typeof exitCodes !== 'boolean') return null;
  return { type: 'hello', launch, pid, gate, exitCodes };
}

function parseExec(fields: Fields): GateMessage | null {
  const { slot, pid, path, real, argv, cwd, shebang, threads } = fields;
  if (!isCount(slot) || !isCount(pid) || !isText(path) || !isTexts(argv) || !isText(cwd)) return null;
  if (!isCount(threads) || !isOptional(shebang, isText) || !isOptional(real, isText)) return null;
  const seen = parseExecFlags(fields);
  return seen && { type: 'exec', slot, pid, path, real, argv, cwd, shebang, threads, ...seen };
}

function parseExecFlags({ truncated, lossy, shared, traced, env, envCut }: Fields) {
  if (!isOptional(truncated, isFlag) || !isOptional(lossy, isFlag)) return null;
  if (!isFlag(shared) || !isFlag(traced) || !isTexts(env) || !isFlag(envCut)) return null;
  return { truncated: truncated === true, lossy: lossy === true, shared, traced, env, envCut };
}

function parseSwapped({ pid, what, path, argv }: Fields): GateMessage | null {
  const part = SWAPPED_PARTS.find((name) => name === what);
  if (!isCount(pid) || part === undefined || !isText(path) || !isTexts(argv)) return null;
  return { type: 'swapped', pid, what: part, path, argv };
}

function parseWrite({ slot, pid, path, kind, argv, program, cwd, lossy }: Fields): GateMessage | null {
  if (!isCount(slot) || !isCount(pid) || !isPath(path)) return null;
  if (kind !== 'file' && kind !== 'dir' && kind !== 'missing') return null;
  if (!isTexts(argv) || !isText(cwd) || !isOptional(lossy, isFlag) || !isOptional(program, isText))
    return null;
  return { type: 'write', slot, pid, path, kind, argv, program, cwd, lossy: lossy === true };
}

function parseChange(fields: Fields): GateMessage | null {
  const { slot, pid, op, path, kind, from, fromKind, argv, program, cwd, lossy } = fields;
  const known = CHANGE_OPS.find((name) => name === op);
  if (!isCount(slot) || !isCount(pid) || known === undefined || !isPath(path)) return null;
  if (kind !== 'file' && kind !== 'dir' && kind !== 'missing') return null;
  if (!isTexts(argv) || !isText(cwd) || !isOptional(lossy, isFlag) || !isOptional(program, isText))
    return null;
  const base = { slot, pid, op: known, path, kind, argv, program, cwd, lossy: lossy === true } as const;
  if (known !== 'rename')
    return from === undefined && fromKind === undefined ? { type: 'change', ...base } : null;
  if (!isPath(from) || (fromKind !== 'file' && fromKind !== 'dir')) return null;
  return { type: 'change', ...base, from, fromKind };
}

function parseConnect({ slot, pid, path, argv, program, cwd, lossy }: Fields): GateMessage | null {
  if (!isCount(slot) || !isCount(pid) || !isPath(path)) return null;
  if (!isTexts(argv) || !isText(cwd) || !isOptional(lossy, isFlag) || !isOptional(program, isText))
    return null;
  return { type: 'connect', slot, pid, path, argv, program, cwd, lossy: lossy === true };
}

function parseDenied({ pid, op, path, host }: Fields): GateMessage | null {
  const known = DENIED_OPS.find((name) => name === op);
  if (!isCount(pid) || known === undefined) return null;
  if (isText(path) && host === undefined) return { type: 'denied', pid, op: known, path };
  return isText(host) && path === undefined ? { type: 'denied', pid, op: known, host } : null;
}

function parseExit({ pid, slot, code, signal }: Fields): GateMessage | null {
  if (!isCount(pid) || !isOptional(slot, isCount)) return null;
  if (!isOptional(code, isCount) || !isOptional(signal, isCount)) return null;
  return { type: 'exit', pid, slot, code, signal };
}

function parseObject(line: Buffer): Fields | null {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isPath(value: unknown): value is string {
  return isText(value) && value.startsWith('/');
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isOptional<T>(value: unknown, isIt: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || isIt(value);
}
