/**
 * The network of a session that is neither off nor the host's own: its proxy, the ports that lead out of it and into it,
 * and what programs inside are told of it.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostLists } from '../../policy/index.ts';
import { type ConfigSnapshot, Fault, type HostPort, type SessionFlags } from '../../protocol/index.ts';
import type { Scope } from '../base/index.ts';
import {
  createBridgeLink,
  createLaunchSecrets,
  findOwnNames,
  forwardConnections,
  forwardedPorts,
  type HostProxy,
  type LaunchSecrets,
  type OpenConnection,
  type Resolve,
  startProxy,
} from '../network/index.ts';
import { networkEnvironment, PROXY_PORT, type SessionNetwork as WallNetwork } from '../sandbox/index.ts';
import { HostGate } from './host-gate.ts';
import { namesHost, OpenHosts } from './open-hosts.ts';
import { PublishedPorts } from './published-ports.ts';
import type { ScriptContext } from './script-context.ts';

export interface NetworkPlan {
  readonly snapshot: ConfigSnapshot;
  /** The lists of hosts that hold now. */
  readLists(): HostLists;
  readonly publish: SessionFlags['publish'];
  readonly runtimeDir: string;
  /** The system's own by default. */
  readonly resolve?: Resolve | undefined;
  /** Says something to the opener of the session. */
  say(line: string): void;
}

/** Where systems keep the certificates that all programs trust. */
const SYSTEM_CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

export class SessionNetwork {
  /** For the wall. */
  readonly wall: WallNetwork;
  readonly #openHosts: OpenHosts;
  readonly #gate: HostGate;
  readonly #secrets: LaunchSecrets;
  readonly #proxy: HostProxy;
  readonly #published: PublishedPorts;
  readonly #ownNames: readonly string[];
  readonly #fixed: Readonly<Record<string, string>>;

  private constructor(parts: {
    wall: WallNetwork;
    openHosts: OpenHosts;
    gate: HostGate;
    secrets: LaunchSecrets;
    proxy: HostProxy;
    published: PublishedPorts;
    ownNames: readonly string[];
    fixed: Readonly<Record<string, string>>;
  }) {
    this.wall = parts.wall;
    this.#openHosts = parts.openHosts;
    this.#gate = parts.gate;
    this.#secrets = parts.secrets;
    this.#proxy = parts.proxy;
    this.#published = parts.published;
    this.#ownNames = parts.ownNames;
    this.#fixed = parts.fixed;
  }

  /** Starts it; `scope` ends it. Throws a `user` fault when a port to be published is taken. */
  static async open(plan: NetworkPlan, scope: Scope): Promise<SessionNetwork> {
    const { snapshot, runtimeDir } = plan;
    const { network } = snapshot;
    const name = randomBytes(6).toString('hex');
    const openHosts = new OpenHosts();
    const gate = new HostGate(plan.readLists, openHosts);
    const secrets = createLaunchSecrets();
    const ports = forwardedPorts(network.allow).filter((port) => port !== PROXY_PORT);
    const published = await PublishedPorts.plan(plan.publish, { runtimeDir, name, say: plan.say }, ports);
    scope.defer(() => published.close());
    const bridge = createBridgeLink();
    const proxy = await startProxy({
      socketPath: join(runtimeDir, `net-${name}.sock`),
      authenticate: (user, password) => secrets.authenticate(user, password),
      judge: (request) => gate.judge(request),
      mayLookUpFirst: (host, port) => gate.mayLookUpFirst(host, port),
      isDenied: (address, port) => gate.isDenied(address, port),
      onStopped: (stopped) => void gate.tellStopped(stopped).catch(() => undefined),
      onFailed: (failed) => gate.tellFailed(failed),
      upstream: network.proxy,
      forwards: ports,
      bridge,
      ...(plan.resolve && { resolve: plan.resolve }),
    });
    scope.defer(() => proxy.close());
    const forwards = [];
    for (const port of ports) {
      const socket = join(runtimeDir, `port-${port}-${name}.sock`);
      const forward = await forwardConnections({ path: socket }, { port });
      scope.defer(() => forward.close());
      forwards.push({ port, socket });
    }
    const certificates = network.caFile === null ? undefined : join(runtimeDir, `ca-${name}.pem`);
    if (certificates !== undefined && network.caFile !== null) {
      scope.defer(() => rm(certificates, { force: true }));
      writeFileSync(certificates, joinCertificates(network.caFile), { mode: 0o644 });
    }
    const wall: WallNetwork = {
      proxySocket: proxy.socketPath,
      forwards,
      publish: published.joined,
      onListener: (port, isListening) => published.onListener(port, isListening),
      onBridge: (tell) => bridge.connect(tell),
      certificates,
    };
    const ownNames = findOwnNames(network.allow);
    const fixed = snapshot.environment.set;
    return new SessionNetwork({ wall, openHosts, gate, secrets, proxy, published, ownNames, fixed });
  }

  /** Opens hosts for as long as something needs them; the result closes them. */
  openHosts(hosts: readonly HostPort[]): () => void {
    return this.#openHosts.open(hosts);
  }

  /** Of these hosts, connections to those that nothing opens any more are cut, and their launches are told. */
  cutClosed(hosts: readonly HostPort[]): void {
    const isClosed = (at: OpenConnection): boolean =>
      namesHost(hosts, at) && !this.#gate.isOpen(at.host, at.port);
    const cut = this.#proxy.cut(isClosed);
    for (const connection of cut) this.#gate.tellCut(connection);
  }

  /** A launch begins: its environment, with a credential of its own in it. */
  begin(context: ScriptContext, environment: Readonly<Record<string, string>>): Record<string, string> {
    const launchId = context.rootRunId;
    this.#gate.begin(context);
    this.#published.begin(context);
    const secret = this.#secrets.issue(launchId);
    const hasCertificates = this.wall.certificates !== undefined;
    const address = { launchId, secret, hasCertificates, ownNames: this.#ownNames };
    return networkEnvironment(environment, address, this.#fixed);
  }

  /** It has ended: its credential is worth nothing, its connections are cut, its questions withdrawn. */
  end(context: ScriptContext): void {
    const { rootRunId } = context;
    this.#secrets.revoke(rootRunId);
    this.#gate.end(rootRunId);
    this.#published.end(context);
    this.#proxy.endLaunch(rootRunId);
  }
}

/** The usual certificates of this machine with those of the configuration. */
function joinCertificates(caFile: string): string {
  const own = readFileSync(caFile, 'utf8');
  for (const path of SYSTEM_CERTIFICATES) {
    try {
      return `${readFileSync(path, 'utf8').trimEnd()}\n${own}`;
    } catch {
      // Not where this system keeps them.
    }
  }
  throw new Fault({
    kind: 'host',
    code: 'no-certificates',
    message: `the certificates of this machine were not found, to which those of ${caFile} would be added`,
    hint: `install them (package ca-certificates), or leave out network.ca_file`,
  });
}
