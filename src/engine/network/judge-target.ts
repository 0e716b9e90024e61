/**
 * Whether a target may be dialled, and at which addresses. Promises: no address without a yes of `judge`; a name is
 * looked up once; a private address that nobody was told about is judged again; when judging fails, the answer is no.
 */
import { networkInterfaces } from 'node:os';
import { isPrivateAddress, type NormalHost, normaliseHost } from '../../policy/index.ts';
import { explainFailure, type Failure } from './explain-failure.ts';
import { limitLookups, systemResolve } from './look-up-names.ts';
import type { HostDecision, ProxyDoor, ProxySpec } from './proxy-spec.ts';

export interface TargetRequest {
  readonly launchId: string;
  readonly host: NormalHost;
  readonly port: number;
  readonly via: ProxyDoor;
  readonly gone: AbortSignal;
}

export type JudgedTarget =
  /** Every address here is judged. None behind an upstream proxy, which looks names up itself. */
  | { readonly kind: 'allowed'; readonly addresses: readonly string[] }
  | { readonly kind: 'refused'; readonly words: string }
  | Failure;

/** More than any honest name has. */
const MAX_ADDRESSES = 16;

/** Addresses of this machine's own network cards: what listens on them is as near as loopback. */
function listOwnAddresses(): Set<string> {
  const cards = Object.values(networkInterfaces()).flatMap((card) => card ?? []);
  return new Set(cards.flatMap((card) => normaliseHost(card.address)?.text ?? []));
}

function keepAddresses(found: readonly string[]): string[] {
  const addresses = found.flatMap((address) => {
    const host = normaliseHost(address);
    return host === null || host.kind === 'name' ? [] : [host.text];
  });
  return [...new Set(addresses)].slice(0, MAX_ADDRESSES);
}

/** Names that every resolver must keep on this machine: not worth a lookup, and never one elsewhere. */
const isLocalName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

type Found = { readonly kind: 'found'; readonly addresses: readonly string[] } | Failure;

/** Makes the function that judges targets by the ports of `spec`. */
export function createTargetJudge(spec: ProxySpec): (request: TargetRequest) => Promise<JudgedTarget> {
  const lookUp = limitLookups(spec.resolve ?? systemResolve);
  const forwards = new Set(spec.forwards);

  const knownAddresses = (host: NormalHost): readonly string[] | null => {
    if (host.kind !== 'name') return [host.text];
    if (isLocalName(host.text)) return ['127.0.0.1', '::1'];
    return spec.upstream == null ? null : [];
  };

  const resolve = async ({ host, gone }: TargetRequest): Promise<Found> => {
    try {
      const addresses = keepAddresses(await lookUp(host.text, gone));
      return addresses.length > 0 ? { kind: 'found', addresses } : explainFailure({ code: 'ENOTFOUND' });
    } catch (error) {
      return explainFailure(error);
    }
  };

  const isNear = (request: TargetRequest, addresses: readonly string[]): boolean => {
    if (request.host.text === '127.0.0.1' && forwards.has(request.port)) return false;
    const own = listOwnAddresses();
    return addresses.some((address) => isPrivateAddress(address) || own.has(address));
  };

  const ask = async (
    request: TargetRequest,
    addresses: readonly string[],
    isSecond = false,
  ): Promise<JudgedTarget> => {
    const { launchId, port, via, gone } = request;
    const isPrivate = isNear(request, addresses);
    const asked = { launchId, host: request.host.text, port, via, addresses, isPrivate, isSecond, gone };
    const decision = await untilGone(gone, () => spec.judge(asked));
    // whatever else comes back from there is no yes
    if (decision.verdict === 'allow') return { kind: 'allowed', addresses };
    return { kind: 'refused', words: String(decision.words) };
  };

  /** A name that nobody has said yes to is not even looked up. */
  const askThenResolve = async (request: TargetRequest): Promise<JudgedTarget> => {
    const answer = await ask(request, []);
    if (answer.kind !== 'allowed') return answer;
    const found = await resolve(request);
    if (found.kind !== 'found') return found;
    const { addresses } = found;
    const isDenied = addresses.some((address) => spec.isDenied?.(address, request.port) ?? false);
    return isDenied || isNear(request, addresses)
      ? await ask(request, addresses, true)
      : { kind: 'allowed', addresses };
  };

  return async (request) => {
    const known = knownAddresses(request.host);
    if (known !== null) return await ask(request, known);
    if (!(spec.mayLookUpFirst?.(request.host.text, request.port) ?? false))
      return await askThenResolve(request);
    const found = await resolve(request);
    return found.kind === 'found' ? await ask(request, found.addresses) : found;
  };
}

/** The decision, or a refusal when the asker leaves or the question fails. */
async function untilGone(gone: AbortSignal, judge: () => Promise<HostDecision>): Promise<HostDecision> {
  const left = Promise.withResolvers<HostDecision>();
  const leave = (): void => left.resolve({ verdict: 'refuse', words: 'nobody waits for it any more' });
  gone.addEventListener('abort', leave);
  try {
    if (gone.aborted) leave();
    return await Promise.race(gone.aborted ? [left.promise] : [judge(), left.promise]);
  } catch {
    return { verdict: 'refuse', words: 'the question could not be settled' };
  } finally {
    gone.removeEventListener('abort', leave);
  }
}
