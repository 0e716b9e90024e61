/**
 * One holder per session: a helper that owns the session's outer user, mount and network namespaces.
 *
 * Promises: every launch of the session sees the same files and network; a grant reaches running launches; when this
 * process dies, the holder and with it the view are gone. The holder's own view stays unmasked, which is why nothing of
 * a session ever runs in it: launches join the anchor, whose view has the masks.
 * Without it each grant would need a new sandbox, and a command that was held could not go on.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Fault } from '../../protocol/index.ts';
import { type ChildOutcome, waitForChild } from '../base/index.ts';
import { collectStderr, readJsonLines } from './helper-output.ts';
import { INSIDE_PATHS } from './inside-paths.ts';
import { encodeField } from './line-fields.ts';
import type { GrantMode, GrantOutcome, JoinedPort, TellBridge } from './sandbox.ts';
import { openBridgeChannel, spawnHolder } from './spawn-holder.ts';
import { type ViewOperation, viewArguments } from './view.ts';

/** What joins ports of the loopback inside with unix sockets outside. */
export interface BridgeSpec {
  /** Path of the helper. */
  readonly program: string;
  /** The way to the engine's proxy. */
  readonly proxy: JoinedPort;
  /** Who connects to the port inside reaches the socket. */
  readonly inward: readonly JoinedPort[];
  /** Who connects to the socket, which is made, reaches the port inside. */
  readonly outward: readonly JoinedPort[];
  onListener?(port: number, isListening: boolean): void;
  /** Wanted where the proxy hands connections over; called once, before anybody can connect. */
  onBridge?(tell: TellBridge): void;
}

export interface HolderSpec {
  /** Path of the helper. */
  readonly program: string;
  readonly isNetworkShared: boolean;
  readonly view: readonly ViewOperation[];
  /** For a network of its own. */
  readonly bridge?: BridgeSpec | undefined;
}

export interface MountRequest {
  /** Host number of a process in the namespace to change. */
  readonly pid: number;
  /** Real host path; it appears under the same name. */
  readonly path: string;
  readonly mode: GrantMode;
  /** Real paths below `path` that stay read-only. */
  readonly readOnly: readonly string[];
  /** Real paths below `path` that stay unreadable. */
  readonly hidden: readonly string[];
}

/** What the guard of hidden names tells by itself. */
export type GuardEvent =
  /** Something has come to stand at a hidden name, or above it, and is covered. Told once after each `guard`. */
  | { readonly kind: 'changed' }
  /** It could not be covered: what runs can read it. */
  | { readonly kind: 'exposed'; readonly path: string; readonly step: string; readonly errno: string }
  /** It cannot be noticed when something else stands there; told before `guard` is answered. */
  | { readonly kind: 'unwatched'; readonly path: string; readonly errno: string };

/** A name that is to stay hidden, whatever comes to stand there. */
export interface GuardedName {
  /** Absolute, without links in the folders above. */
  readonly path: string;
  /** Also what is made beside it under a longer name that begins with its own, in what runs. */
  readonly hasNear: boolean;
  /** Programs of the session can make something there themselves: what they do there keeps no other name waiting. */
  readonly isInner: boolean;
}

export interface Holder {
  /** Its namespaces are what launches join. */
  readonly anchorPid: number;
  mount(request: MountRequest): Promise<GrantOutcome>;
  /** Covers a real host path, so that it cannot be read or connected to. A path that is gone needs no cover. */
  hide(pid: number, path: string): Promise<GrantOutcome>;
  /** Takes the topmost mount at exactly `path` away; files that are open stay open. */
  unmount(pid: number, path: string): Promise<GrantOutcome>;
  /**
   * Shows of a folder that is covered as a whole exactly these, instead of what was shown of it before; outer ones first.
   * With none it is covered again.
   */
  reveal(pid: number, covered: string, shown: readonly Omit<MountRequest, 'pid'>[]): Promise<GrantOutcome>;
  /**
   * From now on exactly these names are covered as soon as something stands there, in the anchor's view and in what was
   * entered. Links that are there already stay: they lead to other names.
   */
  guard(names: readonly GuardedName[]): Promise<GrantOutcome>;
  /** They are covered in the mounts of this process too, until it is left. */
  enter(pid: number): Promise<GrantOutcome>;
  leave(pid: number): Promise<GrantOutcome>;
  /** Takes what the guard tells; one listener. */
  listen(listener: (event: GuardEvent) => void): void;
  /** When the holder has ended, for whatever reason: no launch can start any more. */
  readonly ended: Promise<ChildOutcome>;
  /** Ends it and waits. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a holder and waits for its view. Call it from the main thread: the helper dies with the thread that started it.
 * @throws Fault `host` with the helper's own words when it could not start.
 */
export async function startHolder(spec: HolderSpec): Promise<Holder> {
  const share = spec.isNetworkShared ? ['--share-net'] : bridgeArguments(spec.bridge);
  const hasChannel = !spec.isNetworkShared && spec.bridge?.onBridge !== undefined;
  const words = ['--guarded', ...share, ...viewArguments(spec.view), '--view-end'];
  const child = spawnHolder(spec.program, words, hasChannel);
  const ended = waitForChild(child);
  const stderr = collectStderr(child.stderr);
  const pending = new Map<string, (outcome: GrantOutcome) => void>();
  const ready = Promise.withResolvers<number>();
  let isReady = false;
  const guard: GuardListener = { tell: () => undefined };
  readJsonLines(child.stdout, {
    receive(fields) {
      const anchorPid = fields['anchorPid'];
      const event = readGuardEvent(fields);
      if (event !== null) guard.tell(event);
      else if (fields['type'] === 'listener') tellListener(spec.bridge, fields);
      else if (isReady) settleReply(pending, fields);
      else if (fields['type'] !== 'ready' || typeof anchorPid !== 'number') child.kill('SIGKILL');
      else {
        isReady = true;
        ready.resolve(anchorPid);
      }
    },
    malformed: () => child.kill('SIGKILL'),
  });
  void ended.then((outcome) => {
    ready.reject(holderFault(outcome, stderr()));
    for (const settle of pending.values()) settle({ kind: 'failed', step: 'holder', errno: 'ESRCH' });
    pending.clear();
  });
  // The view may still be under construction when the engine closes: a write then fails, and `ended` tells.
  child.stdin.on('error', () => undefined);
  if (hasChannel) spec.bridge?.onBridge?.(openBridgeChannel(child));
  return createHolder(child, await ready.promise, { ended, pending, guard });
}

function bridgeArguments(bridge: BridgeSpec | undefined): string[] {
  if (bridge === undefined) return [];
  const join = (flag: string, joined: readonly JoinedPort[]): string[] =>
    joined.flatMap(({ port, socket }) => [flag, String(port), socket]);
  const proxy = join(bridge.onBridge === undefined ? '--in' : '--proxy', [bridge.proxy]);
  const others = [...join('--in', bridge.inward), ...join('--out', bridge.outward)];
  return ['--bridge', bridge.program, ...proxy, ...others, '--bridge-end'];
}

function tellListener(bridge: BridgeSpec | undefined, fields: Readonly<Record<string, unknown>>): void {
  const { port, isListening } = fields;
  if (typeof port === 'number' && typeof isListening === 'boolean') bridge?.onListener?.(port, isListening);
}

interface HolderChannel {
  readonly ended: Promise<ChildOutcome>;
  readonly pending: Map<string, (outcome: GrantOutcome) => void>;
  readonly guard: GuardListener;
}

interface GuardListener {
  tell(event: GuardEvent): void;
}

function readGuardEvent({ type, path, step, errno }: Readonly<Record<string, unknown>>): GuardEvent | null {
  if (type === 'changed') return { kind: type };
  const where = { path: String(path), errno: String(errno).slice(0, 20) };
  if (type === 'unwatched') return { kind: type, ...where };
  return type === 'exposed' ? { kind: type, ...where, step: String(step).slice(0, 80) } : null;
}

function createHolder(
  child: ChildProcess,
  anchorPid: number,
  { ended, pending, guard }: HolderChannel,
): Holder {
  let lastId = 0;
  const request = (words: readonly string[]): Promise<GrantOutcome> => {
    if (child.exitCode !== null || child.signalCode !== null) {
      return Promise.resolve({ kind: 'failed', step: 'holder', errno: 'ESRCH' });
    }
    const id = String(++lastId);
    const reply = Promise.withResolvers<GrantOutcome>();
    pending.set(id, reply.resolve);
    const [verb = '', ...fields] = words;
    child.stdin?.write(`${[verb, id, ...fields.map(encodeField)].join(' ')}\n`);
    return reply.promise;
  };
  let closed: Promise<void> | undefined;
  return {
    anchorPid,
    ended,
    mount: (grant) => request(['mount', String(grant.pid), grant.path, grant.mode, ...closedWords(grant)]),
    reveal: (pid, covered, shown) =>
      request([
        ...['reveal', String(pid), covered],
        ...shown.flatMap((grant) => [`${grant.mode}:${grant.path}`, ...closedWords(grant)]),
      ]),
    hide: (pid, path) => request(['hide', String(pid), path]),
    unmount: (pid, path) => request(['umount', String(pid), path]),
    guard: (names) =>
      request([
        'guard',
        ...names.map(
          ({ path, hasNear, isInner }) => `${hasNear ? 'near:' : ''}${isInner ? 'inner:' : ''}${path}`,
        ),
      ]),
    enter: (pid) => request(['enter', String(pid)]),
    leave: (pid) => request(['leave', String(pid)]),
    listen(listener) {
      guard.tell = listener;
    },
    close() {
      closed ??= endHolder(child, ended);
      return closed;
    },
  };
}

function closedWords({ readOnly, hidden }: Pick<MountRequest, 'readOnly' | 'hidden'>): string[] {
  return [...readOnly, ...hidden.map((entry) => `hide:${entry}`)];
}

async function endHolder(child: ChildProcess, ended: Promise<ChildOutcome>): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
  await ended;
  clearTimeout(timer);
}

function settleReply(
  pending: Map<string, (outcome: GrantOutcome) => void>,
  { id, ok, step, errno }: Readonly<Record<string, unknown>>,
): void {
  if (typeof id !== 'string') return;
  const settle = pending.get(id);
  pending.delete(id);
  settle?.(
    ok === true
      ? { kind: 'granted' }
      : { kind: 'failed', step: String(step).slice(0, 80), errno: String(errno).slice(0, 20) },
  );
}

function holderFault(outcome: ChildOutcome, words: string): Fault {
  // Only inside is it there; nothing else of the host is shown at that place.
  if (outcome.kind !== 'failed' && existsSync(INSIDE_PATHS.execGate)) {
    return new Fault({
      kind: 'host',
      code: 'nested-sandbox',
      message: 'This runs inside a sandbox of Sallyport already, and a second one cannot be built in it.',
      hint: 'Start the program as it is: it is confined, and asked about. Nothing was run.',
    });
  }
  const how = outcome.kind === 'failed' ? outcome.message : words || 'it ended without a word';
  return new Fault({
    kind: 'host',
    code: 'holder-failed',
    message: `The sandbox could not be prepared: ${how}`,
    hint: '`sallyport doctor` says what this machine lacks. Nothing was run.',
  });
}
