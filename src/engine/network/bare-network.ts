/**
 * The network of one command behind the bare wall: hosts that were typed are reached, all others are refused. Nobody is
 * asked. Loaded only where a host or port was typed.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { formatHostPort, judgeTarget, parseHostEntry } from '../../policy/index.ts';
import { Fault } from '../../protocol/index.ts';
import { createBridgeLink, type TellBridge } from './bridge-link.ts';
import { type Forward, forwardConnections } from './forward-connections.ts';
import { forwardedPorts } from './forwarded-ports.ts';
import { createLaunchSecrets } from './launch-secrets.ts';
import { findOwnNames } from './look-up-names.ts';
import type { HostDecision, HostRequest } from './proxy-spec.ts';
import { publishPort, readPublished } from './publish-port.ts';
import { startProxy } from './start-proxy.ts';

export interface BareNetworkPlan {
  /** As typed. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly publish: readonly string[];
  readonly runtimeDir: string;
  /** The port inside that leads to the proxy: no other may lead there. */
  readonly proxyPort: number;
  /** Told of each host that was refused, once. */
  onRefused(host: string, port: number, rule: string): void;
  say(line: string): void;
}

export interface BareNetwork {
  readonly proxySocket: string;
  readonly forwards: readonly { readonly port: number; readonly socket: string }[];
  readonly publish: readonly { readonly port: number; readonly socket: string }[];
  onListener(port: number, isListening: boolean): void;
  onBridge(tell: TellBridge): void;
  readonly launchId: string;
  readonly secret: string;
  readonly ownNames: readonly string[];
  close(): Promise<void>;
}

const LAUNCH_ID = 'bare';

/** Throws a `user` fault for an entry or port that is not understood, and for a port of this machine that is taken. */
export async function openBareNetwork(plan: BareNetworkPlan): Promise<BareNetwork> {
  for (const text of plan.allow) checkEntry('--allow-domain', text);
  for (const text of plan.deny) checkEntry('--deny-domain', text);
  const name = randomBytes(6).toString('hex');
  const ports = forwardedPorts(plan.allow).filter((port) => port !== plan.proxyPort);
  const socketOf = (kind: string, port: number): string =>
    join(plan.runtimeDir, `${kind}-${port}-${name}.sock`);
  const taken = { proxy: plan.proxyPort, outward: ports };
  const published = readPublished(plan.publish, taken).map((pair) => ({
    ...pair,
    socket: socketOf('open', pair.port),
  }));
  for (const each of published) await (await publishPort(each, each.socket)).close();
  const secrets = createLaunchSecrets();
  const secret = secrets.issue(LAUNCH_ID);
  const mayReach = (host: string, port: number): boolean =>
    judgeTarget({ host, port, addresses: [] }, plan).verdict !== 'refuse';
  const sayOnce = createSayer(plan);
  const bridge = createBridgeLink();
  const proxy = await startProxy({
    socketPath: join(plan.runtimeDir, `net-${name}.sock`),
    authenticate: (user, password) => secrets.authenticate(user, password),
    judge: createListJudge(plan, sayOnce),
    onFailed: ({ host, port, words }) =>
      sayOnce(`cannot be reached: ${formatHostPort(host, port)}: ${words}`),
    onStopped: ({ host, words }) =>
      sayOnce(host === null ? `refused: ${words}` : `refused: ${host}: ${words}`),
    mayLookUpFirst: (host, port) => judgeTarget({ host, port, addresses: [] }, plan).verdict === 'allow',
    isDenied: (address, port) => !mayReach(address, port),
    forwards: ports,
    bridge,
  });
  const forwards: { port: number; socket: string }[] = [];
  const open = new Map<number, Promise<Forward>>();
  for (const port of ports) {
    const socket = socketOf('port', port);
    open.set(-port, forwardConnections({ path: socket }, { port }));
    await open.get(-port);
    forwards.push({ port, socket });
  }
  return {
    proxySocket: proxy.socketPath,
    forwards,
    publish: published,
    onBridge: (tell) => bridge.connect(tell),
    onListener(port, isListening) {
      const found = published.find((each) => each.port === port);
      if (!isListening || found === undefined || open.has(port)) return;
      open.set(port, publishPort(found, found.socket));
      open.get(port)?.then(
        () => plan.say(`port ${port} inside is open at http://127.0.0.1:${found.hostPort}`),
        (cause: unknown) => plan.say(cause instanceof Error ? cause.message : String(cause)),
      );
    },
    launchId: LAUNCH_ID,
    secret,
    ownNames: findOwnNames(plan.allow),
    async close() {
      await proxy.close();
      const ends = await Promise.allSettled(open.values());
      for (const end of ends) if (end.status === 'fulfilled') await end.value.close();
    },
  };
}

/** Says each line once, so that the words reach whoever reads what the command printed. */
function createSayer(plan: BareNetworkPlan): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line) || said.size >= MAX_LINES) return;
    said.add(line);
    plan.say(line);
  };
}

function createListJudge(
  plan: BareNetworkPlan,
  sayOnce: (line: string) => void,
): (request: HostRequest) => Promise<HostDecision> {
  const told = new Set<string>();
  return async ({ host, port, addresses }) => {
    const { verdict, rule } = judgeTarget({ host, port, addresses }, plan);
    if (verdict === 'allow') return { verdict: 'allow' };
    const key = `${host} ${port}`;
    if (!told.has(key) && told.size < MAX_TOLD) {
      told.add(key);
      plan.onRefused(host, port, rule);
      sayOnce(`refused: ${formatHostPort(host, port)}: ${rule}`);
    }
    return { verdict: 'refuse', words: rule };
  };
}

const MAX_TOLD = 1000;
const MAX_LINES = 100;

function checkEntry(flag: string, text: string): void {
  const reading = parseHostEntry(text);
  if ('entry' in reading) return;
  throw new Fault({
    kind: 'user',
    code: 'no-host',
    message: `${flag} ${text}: this entry is not understood: ${reading.problem}`,
    hint: 'write a host such as example.com, example.com:443, *.example.com or *',
  });
}
