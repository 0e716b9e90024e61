/** A proxy of ours with a real bridge in front, in this process's own network: programs come by a port, as in a session. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createBridgeLink, type TellBridge } from '../../src/engine/network/index.ts';
import { type FixtureSpec, listenOnLoopback, openProxy, type ProxyFixture } from './proxy-fixture.ts';

export interface BridgedProxy {
  readonly fixture: ProxyFixture;
  /** Where programs find the proxy. */
  readonly port: number;
  /** Everything that was said to the bridge. */
  readonly told: string[];
  readonly bridge: ChildProcess;
  end(): Promise<void>;
}

const program = join(import.meta.dirname, '../../build/helpers', `linux-${process.arch}`, 'net-bridge');

/** `tell` stands in for the channel to the bridge where it is given. */
export async function openBridgedProxy(spec: FixtureSpec = {}, tell?: TellBridge): Promise<BridgedProxy> {
  const link = createBridgeLink();
  const fixture = await openProxy({ ...spec, bridge: link });
  const unused = createServer();
  const port = await listenOnLoopback(unused);
  await new Promise((settle) => unused.close(settle));
  const words = ['--parent', String(process.pid), '--ready', '3', '--channel', '4', '--proxy', String(port)];
  const bridge = spawn(program, [...words, fixture.proxy.socketPath], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'ipc'],
  });
  const ready = bridge.stdio[3];
  if (ready === null || ready === undefined) throw new Error('no bridge');
  await once(ready, 'data');
  const told: string[] = [];
  const send: TellBridge = (text, socket) =>
    new Promise((settle) => bridge.send(text, socket, { keepOpen: true }, (error) => settle(error === null)));
  link.connect((text, socket) => {
    told.push(text);
    return (tell ?? send)(text, socket);
  });
  return {
    ...{ fixture, port, told, bridge },
    async end() {
      await fixture.end();
      const ended = once(bridge, 'exit');
      bridge.kill();
      await ended;
    },
  };
}
