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
      readonly argv: readonly string[];
      readonly cwd: string;
      /** First line of the file when it is a script, with `#!` taken off. */
      readonly shebang?: string | undefined;
      /** Threads of the caller: above one, argv may change after it was read. */
      readonly threads: number;
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
      /** The first words of the caller's own command line. */
      readonly argv: readonly string[];
      readonly cwd: string;
      readonly lossy: boolean;
    }
  | { readonly type: 'denied'; readonly pid: number; readonly path: string }
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
    case 'denied': {
      const { pid, path } = fields;
      return isCount(pid) && isText(path) ? { type: 'denied', pid, path } : null;
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

function parseExec({
  slot,
  pid,
  path,
  argv,
  cwd,
  shebang,
  threads,
  truncated,
  lossy,
}: Fields): GateMessage | null {
  if (!isCount(slot) || !isCount(pid) || !isText(path) || !isTexts(argv) || !isText(cwd)) return null;
  if (!isCount(threads) || !isOptional(shebang, isText)) return null;
  if (!isOptional(truncated, isFlag) || !isOptional(lossy, isFlag)) return null;
  const flags = { truncated: truncated === true, lossy: lossy === true };
  return { type: 'exec', slot, pid, path, argv, cwd, shebang, threads, ...flags };
}

function parseWrite({ slot, pid, path, kind, argv, cwd, lossy }: Fields): GateMessage | null {
  if (!isCount(slot) || !isCount(pid) || !isText(path) || !path.startsWith('/')) return null;
  if (kind !== 'file' && kind !== 'dir' && kind !== 'missing') return null;
  if (!isTexts(argv) || !isText(cwd) || !isOptional(lossy, isFlag)) return null;
  return { type: 'write', slot, pid, path, kind, argv, cwd, lossy: lossy === true };
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

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isOptional<T>(value: unknown, isIt: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || isIt(value);
}
