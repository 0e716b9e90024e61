/**
 * Requests for more access: `request_permissions`, and additional permissions for one command. Promises: one question
 * for the whole of a request; nothing of it is opened before somebody has said yes, and then only what was granted.
 */
import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isAtOrBelow, judgeMoreAccess, parseHostEntry } from '../../policy/index.ts';
import type {
  AccessGrant,
  ConfigSnapshot,
  GrantScope,
  HostPort,
  PathFact,
  RequestedPermissions,
  Step,
} from '../../protocol/index.ts';
import { showLine } from '../../timeline/index.ts';
import { isWide } from './grant-answer.ts';
import type { ProposedRun, RunStepPorts } from './proposed-run.ts';
import type { Problem } from './read-target.ts';

export interface RequestContext {
  /** What paths begin at. */
  readonly cwd: string;
  readonly snapshot: ConfigSnapshot;
  /** Host folders of Sallyport itself, real paths. */
  readonly ownFolders: readonly string[];
}

/** What is asked for, by real paths. */
export interface ReadRequest {
  readonly access: AccessGrant;
  readonly paths: readonly PathFact[];
}

const NEVER = ['/proc', '/sys', '/dev', '/run/sallyport'];
const OWN_NAMES = /\/\.?sallyport\//;

/** The request by real paths, or the first thing in it that cannot be granted. */
export async function readRequest(
  { file_system, network }: RequestedPermissions,
  context: RequestContext,
): Promise<ReadRequest | Problem> {
  const paths: PathFact[] = [];
  const sockets: string[] = [];
  for (const use of ['read', 'write'] as const) {
    for (const text of file_system[use]) {
      const found = await readPath(text, use, context);
      if ('problem' in found) return found;
      if (found.isSocket) sockets.push(found.fact.real ?? '');
      else paths.push(found.fact);
    }
  }
  const hosts: HostPort[] = [];
  for (const text of network.allow) {
    const host = readHostPort(text);
    if ('problem' in host) return host;
    hosts.push(host);
  }
  const listed = (use: PathFact['use']): string[] => [
    ...new Set(paths.flatMap((fact) => (fact.use === use && fact.real !== null ? [fact.real] : []))),
  ];
  const write = listed('write');
  const read = listed('read').filter((path) => !write.includes(path));
  if (read.length + write.length + hosts.length + sockets.length === 0)
    return { problem: 'nothing is asked for: name paths or hosts' };
  return { access: { read, write, hosts, sockets: [...new Set(sockets)] }, paths };
}

async function readPath(
  text: string,
  use: 'read' | 'write',
  { cwd, snapshot, ownFolders }: RequestContext,
): Promise<{ readonly fact: PathFact; readonly isSocket: boolean } | Problem> {
  const shown = showLine(text, 300);
  if (text.includes('\0')) return { problem: `${shown} is no path` };
  const isHome = text === '~' || text.startsWith('~/');
  const absolute = isHome ? resolve(snapshot.home, `.${text.slice(1)}`) : resolve(cwd, text);
  let real: string;
  let found: Stats;
  try {
    real = await realpath(absolute);
    found = await lstat(real);
  } catch {
    return {
      problem: `${shown} does not exist, or cannot be looked at: ask for the folder that it will be in`,
    };
  }
  const isOwn = ownFolders.some((folder) => isAtOrBelow(real, folder) || isAtOrBelow(folder, real));
  if (isOwn || (found.isSocket() && OWN_NAMES.test(real)))
    return { problem: `${shown} belongs to Sallyport itself, or holds what does, and is never opened` };
  if (real === '/' || NEVER.some((folder) => isAtOrBelow(real, folder)))
    return { problem: `${shown} is never opened for a session` };
  if (!found.isFile() && !found.isDirectory() && !found.isSocket())
    return { problem: `${shown} is no file, folder or socket` };
  const kind = found.isFile() ? 'file' : found.isDirectory() ? 'dir' : 'other';
  return { fact: { text, use, real, kind }, isSocket: found.isSocket() };
}

function readHostPort(text: string): HostPort | Problem {
  const reading = parseHostEntry(text);
  if ('problem' in reading)
    return { problem: `the host ${showLine(text, 300)} is not understood: ${reading.problem}` };
  const { kind, host, port } = reading.entry;
  if (kind !== 'exact')
    return { problem: `${showLine(text, 300)} names many hosts: ask for them one by one` };
  return { host, ...(port !== null && { port }) };
}

/** In words for the question and for the history. */
export function describeRequest({ read, write, hosts, sockets }: AccessGrant): string {
  const named = hosts.map(({ host, port }) => (port === undefined ? host : `${host}:${port}`));
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['write', write],
    ['read', read],
    ['connect to', named],
    ['use the socket', sockets],
  ];
  const said = parts.flatMap(([verb, things]) =>
    things.length === 0 ? [] : [`${verb} ${things.map((thing) => showLine(thing, 300)).join(', ')}`],
  );
  return said.join('; ');
}

/** What of the request an answer has not given. */
export function notGranted(requested: AccessGrant, granted: AccessGrant): AccessGrant {
  const isHost = (host: HostPort): boolean =>
    granted.hosts.some((other) => other.host === host.host && other.port === host.port);
  return {
    read: requested.read.filter((path) => !granted.read.includes(path) && !granted.write.includes(path)),
    write: requested.write.filter((path) => !granted.write.includes(path)),
    hosts: requested.hosts.filter((host) => !isHost(host)),
    sockets: requested.sockets.filter((path) => !granted.sockets.includes(path)),
  };
}

export interface RequestRun {
  readonly step: Step;
  readonly request: ReadRequest;
  readonly reason: string | undefined;
  readonly snapshot: ConfigSnapshot;
  readonly gone: AbortSignal;
  /** Where the access is for one command alone: what that is. */
  readonly command?: string | undefined;
}

const MAX_FACTS = 64;

/** The request as something to be judged and asked about. */
export function requestRun(
  ports: Pick<RunStepPorts, 'nowMs'>,
  { step, request, reason, snapshot, gone, command }: RequestRun,
): ProposedRun {
  const what = describeRequest(request.access);
  const { read, write } = request.access;
  const longer: readonly GrantScope[] = [...read, ...write].some((path) => isWide(path, snapshot))
    ? ['turn']
    : ['turn', 'session'];
  const scopes = command === undefined ? longer : (['once'] as const);
  return {
    step,
    kind: 'perm',
    text: command === undefined ? what : `${what}   (while this runs: ${command})`,
    cwd: step.cwd,
    collectFacts: async () => ({
      at: ports.nowMs(),
      cwd: step.cwd,
      home: snapshot.home,
      paths: request.paths.slice(0, MAX_FACTS),
      isTruncated: request.paths.length > MAX_FACTS,
      isHeld: false,
    }),
    judge: (facts) => judgeMoreAccess(request.access, snapshot, facts),
    gone,
    isCall: command === undefined,
    requested: request.access,
    agentReason: reason,
    scopes: () => scopes,
  };
}
