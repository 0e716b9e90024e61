import { createBulkReader } from './bulk-reader.ts';
import { dialAddresses, dialPlace } from './dial.ts';
import { type OpenTarget, tunnelUpstream } from './dial-upstream.ts';
import { explainFailure, type Failure } from './explain-failure.ts';
import { createTargetJudge, type JudgedTarget, type TargetRequest } from './judge-target.ts';
import type { OpenConnections } from './open-connections.ts';
import type { ProxyLimits, ProxySpec } from './proxy-spec.ts';
import { readUpstream, type Upstream } from './upstream-address.ts';

export type Opening =
  /** `upstream` is set when the socket leads to the upstream proxy itself, which wants requests in absolute form. */
  | { readonly kind: 'open'; readonly target: OpenTarget; readonly upstream: Upstream | null }
  | { readonly kind: 'refused' | 'busy'; readonly words: string }
  | Failure
  | { readonly kind: 'gone' };

const NO_BYTES = Buffer.alloc(0);
const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

type OpenerOfTargets = (request: TargetRequest) => Promise<Opening>;

/**
 * Makes the function that turns "a program wants to reach this host" into an open connection or a reason. What is dialled
 * is an address that was judged, or the upstream proxy. Throws a user `Fault` for an upstream proxy that is none.
 */
export function createOpener(
  spec: ProxySpec,
  limits: ProxyLimits,
  reached: OpenConnections,
): OpenerOfTargets {
  const upstream = spec.upstream == null ? null : readUpstream(spec.upstream);
  const judge = createTargetJudge(spec);
  const waiting = new Map<string, number>();

  /** This machine's own loopback is never that of the upstream proxy. */
  const isDirect = (addresses: readonly string[]): boolean =>
    addresses.length > 0 && addresses.every(isLoopback);

  const dial = async (request: TargetRequest, addresses: readonly string[]): Promise<Opening> => {
    const options = { timeoutMs: limits.dialMs, gone: request.gone };
    if (upstream === null || isDirect(addresses)) {
      if (request.via === 'http') {
        const socket = await dialAddresses(addresses, request.port, options);
        return { kind: 'open', target: { socket, head: NO_BYTES }, upstream: null };
      }
      // a reader is of one socket: when an address does not answer, nothing has been read with it yet
      const reader = createBulkReader();
      const socket = await dialAddresses(addresses, request.port, { ...options, reader });
      return { kind: 'open', target: { socket, head: NO_BYTES, reader }, upstream: null };
    }
    if (request.via === 'http') {
      const socket = await dialPlace(upstream.host, upstream.port, options);
      return { kind: 'open', target: { socket, head: NO_BYTES }, upstream };
    }
    const place = { host: request.host.text, port: request.port };
    return { kind: 'open', target: await tunnelUpstream(upstream, place, options), upstream: null };
  };

  const judgeInTurn = async (request: TargetRequest): Promise<JudgedTarget | Opening> => {
    const { launchId } = request;
    const count = waiting.get(launchId) ?? 0;
    if (count >= limits.waitingPerLaunch)
      return { kind: 'busy', words: 'this program has too many connections waiting for an answer' };
    waiting.set(launchId, count + 1);
    try {
      return await judge(request);
    } finally {
      const left = (waiting.get(launchId) ?? 1) - 1;
      if (left > 0) waiting.set(launchId, left);
      else waiting.delete(launchId);
    }
  };

  const dialOrExplain = async (request: TargetRequest, addresses: readonly string[]): Promise<Opening> => {
    try {
      return await dial(request, addresses);
    } catch (error) {
      return explainFailure(error, isDirect(addresses) ? null : upstream);
    }
  };

  const tellFailed = ({ launchId, host, port }: TargetRequest, opening: Opening): Opening => {
    if (opening.kind === 'unreachable' || opening.kind === 'busy')
      spec.onFailed?.({ launchId, host: host.text, port, words: opening.words });
    return opening;
  };

  return async (request) => {
    const judged = await judgeInTurn(request);
    if (request.gone.aborted) return { kind: 'gone' };
    if (judged.kind !== 'allowed') return tellFailed(request, judged);
    const finish = reached.begin(request);
    const opening = await dialOrExplain(request, judged.addresses);
    const isCut = finish();
    if (!request.gone.aborted && !isCut) return tellFailed(request, opening);
    if (opening.kind === 'open') opening.target.socket.destroy();
    return isCut ? { kind: 'refused', words: 'the yes to it has ended' } : { kind: 'gone' };
  };
}
