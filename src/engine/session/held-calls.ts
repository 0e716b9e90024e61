/** Turns the gate's held calls into questions: changes of files, and connections to unix sockets of this machine. */
import { realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  classifyPath,
  judgeBlocked,
  judgeBlockedSocket,
  quietSocketReason,
  quietWriteReason,
} from '../../policy/index.ts';
import type { ConfigSnapshot, PathFact } from '../../protocol/index.ts';
import { quoteWords } from '../../timeline/index.ts';
import type { HeldChange, HeldConnect, HeldWrite } from '../sandbox/index.ts';
import { withRepository } from './collect-facts.ts';
import type { HeldCall } from './held-call.ts';

const WHAT: Record<HeldChange['op'], string> = {
  mkdir: 'make the folder',
  mknod: 'make',
  symlink: 'make the link',
  link: 'make the link',
  rename: 'move',
  unlink: 'remove',
  rmdir: 'remove the folder',
  truncate: 'cut short',
  chmod: 'change the mode of',
  chown: 'change the owner of',
  utimes: 'change the times of',
};

/** An `openat` for writing and its like. */
export function describeWrite(held: HeldWrite, snapshot: ConfigSnapshot): HeldCall {
  const fact: PathFact = { text: held.path, use: 'write', real: held.path, kind: held.kind };
  return describeFiles(held, [fact], `write ${held.path}`, snapshot);
}

/** A call that changes names, or what is known of a file. */
export function describeChange(held: HeldChange, snapshot: ConfigSnapshot): HeldCall {
  const { op, path, kind, from } = held;
  const takesName = op === 'unlink' || op === 'rmdir' || (op === 'rename' && kind !== 'missing');
  const facts: PathFact[] = [{ text: path, use: takesName ? 'delete' : 'write', real: path, kind }];
  if (from !== undefined)
    facts.unshift({ text: from, use: 'delete', real: from, kind: held.fromKind ?? 'unknown' });
  const what = from === undefined ? `${WHAT[op]} ${path}` : `${WHAT[op]} ${from} to ${path}`;
  return describeFiles(held, facts, what, snapshot);
}

function describeFiles(
  held: HeldWrite | HeldChange,
  paths: readonly PathFact[],
  what: string,
  snapshot: ConfigSnapshot,
): HeldCall {
  const names = paths.flatMap(({ real }) => real ?? []);
  const reasons = names.map((path) => quietWriteReason(path, snapshot, held.lossy ? [] : held.argv));
  return {
    ...caller(held),
    kind: 'edit',
    text: `${what}   (by ${nameCaller(held, snapshot)})`,
    paths: paths.map(withRepository),
    judge: (facts, inForce) => judgeBlocked(names, inForce, facts),
    denial: { op: 'write', path: held.path },
    quiet: reasons.includes(null) ? null : `tried by habit: ${reasons[0] ?? ''}`,
  };
}

/** Sockets of Sallyport itself: whoever reaches one could answer questions. By name too, for an engine with another home. */
const OWN_NAMES = /\/\.?sallyport\//;

/** Why nobody is asked about a connection to this socket, whatever the policy; null where somebody would be. */
export function closedSocketReason(
  path: string,
  snapshot: ConfigSnapshot,
  ownFolders: readonly string[],
): string | null {
  if (OWN_NAMES.test(path) || ownFolders.some((folder) => path.startsWith(`${folder}/`)))
    return "Sallyport's own sockets are never opened";
  const isSecret = ['secret', 'denied'].includes(classifyPath(path, snapshot));
  return isSecret ? 'it lies in a place that is kept secret from sessions' : null;
}

/** A `connect` to a socket that is on the host and not inside. `ownFolders` are never opened. */
export function describeConnect(
  held: HeldConnect,
  snapshot: ConfigSnapshot,
  ownFolders: readonly string[],
): HeldCall {
  const { path } = held;
  const habit = quietSocketReason(path);
  return {
    ...caller(held),
    kind: 'net',
    text: `connect to ${path}   (by ${nameCaller(held, snapshot)})`,
    paths: [],
    judge: (_facts, inForce) => judgeBlockedSocket(path, inForce),
    denial: { op: 'connect', path },
    quiet:
      closedSocketReason(path, snapshot, ownFolders) ?? (habit === null ? null : `tried by habit: ${habit}`),
  };
}

/** What our questions in a script begin with. */
const ASK_COMMAND = '/run/sallyport/ask';

/** The launch's own shell has the script, with our questions written into it, as its last word: that is not quoted. */
function nameCaller(held: HeldWrite | HeldChange | HeldConnect, { shell }: ConfigSnapshot): string {
  const { argv, program } = held;
  const script = argv.at(-1) ?? '';
  const isOwnShell = argv[0] === shell && argv.at(-2) === '--' && argv.at(-3) === '-c';
  const words = isOwnShell && script.includes(ASK_COMMAND) ? "the script's shell" : quoteWords(argv);
  return program === undefined || isProgramOf(held, program)
    ? words
    : `${quoteWords([program])}, which calls itself ${words}`;
}

const SYSTEM_PLACES = /^\/(?:usr|bin|sbin|lib|lib64|opt|nix)\//;
const SHELLS_CALLED_SH = new Set(['bash', 'dash', 'busybox', 'ksh', 'zsh']);

/** Where only the system's own tools make links: `awk` may be `mawk`, and `vi` `vim.basic`. */
const SYSTEM_LINKS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** Whether the system has a program of this name that is this file. */
function isSystemNameOf(name: string, program: string): boolean {
  return SYSTEM_LINKS.some((folder) => {
    try {
      return realpathSync(join(folder, name)) === program;
    } catch {
      return false;
    }
  });
}

/**
 * Whether the first word says which file runs. A program can write its words: it may call itself `git`. Links that a
 * session may have made are not followed: of a program of the system its name there is enough, with or without a
 * version.
 */
function isProgramOf({ argv: [first = ''], cwd }: { argv: readonly string[]; cwd: string }, program: string) {
  if (first.includes('/') && resolve(cwd, first) === program) return true;
  if (!SYSTEM_PLACES.test(program) || (first.startsWith('/') && !SYSTEM_PLACES.test(first))) return false;
  const said = basename(first).replace(/^-/, '');
  const own = basename(program);
  const rest = own.startsWith(said) && said !== '' ? own.slice(said.length) : null;
  if ((rest !== null && /^[-.0-9]*$/.test(rest)) || (said === 'sh' && SHELLS_CALLED_SH.has(own))) return true;
  return said !== '' && said !== '.' && said !== '..' && isSystemNameOf(said, program);
}

function caller({ slot, pid, argv, cwd, lossy }: HeldWrite | HeldChange | HeldConnect) {
  return { slot, pid, argv, cwd, lossy };
}
