export { type BareNetwork, openBareNetwork } from './bare-network.ts';
export { createBridgeLink, type TellBridge } from './bridge-link.ts';
export { type Forward, forwardConnections } from './forward-connections.ts';
export { forwardedPorts } from './forwarded-ports.ts';
export { createLaunchSecrets, type LaunchSecrets } from './launch-secrets.ts';
export { findOwnNames, isKnownHere } from './look-up-names.ts';
export type {
  ClosedConnection,
  FailedConnection,
  HostDecision,
  HostProxy,
  HostRequest,
  OpenConnection,
  ProxySpec,
  Resolve,
  StoppedRequest,
} from './proxy-spec.ts';
export { publishPort, readPublished } from './publish-port.ts';
export { startProxy } from './start-proxy.ts';
