import { createServer, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { HostDecision } from '../../src/engine/network/index.ts';
import {
  createEcho,
  type FixtureSpec,
  listenOnLoopback,
  listenTo,
  openProxy,
  openTunnel,
  type ProxyFixture,
} from './proxy-fixture.ts';

export const ALLOW: HostDecision = { verdict: 'allow' };
export const REFUSE: HostDecision = { verdict: 'refuse', words: 'deny "*"' };
export const refuseAll = async (): Promise<HostDecision> => REFUSE;
export const neverAnswer = (): Promise<HostDecision> => new Promise(() => undefined);

/** What tests of the proxy share: an echo and a web server of this file, and one proxy for each test. */
export interface ProxyWorld {
  readonly echoPort: number;
  readonly webPort: number;
  /** Requests that have reached the web server in this test. */
  readonly seen: IncomingMessage[];
  /** Opens this test's proxy. `api.test` and `other.test` lead to 127.0.0.1. */
  open(spec?: FixtureSpec): Promise<ProxyFixture>;
}

const HOP_HEADERS = {
  Connection: 'X-Hop',
  'X-Hop': 'secret',
  'Proxy-Authenticate': 'Basic',
  'X-Kept': 'yes',
};

/** Sets up the servers around the tests of this file. */
export function makeProxyWorld(): ProxyWorld {
  const echo = createEcho();
  const seen: IncomingMessage[] = [];
  const web = createServer({ maxHeaderSize: 128 * 1024 }, (request, response) => {
    seen.push(request);
    if (request.url === '/redirect') {
      response.writeHead(302, { Location: 'http://169.254.169.254/latest/meta-data/' }).end();
      return;
    }
    response.writeHead(200, request.url === '/hop' ? HOP_HEADERS : {});
    request.pipe(response);
  });
  web.maxHeadersCount = 0;
  const ports = { echo: 0, web: 0 };
  let fixture: ProxyFixture | undefined;
  beforeAll(async () => {
    ports.echo = await listenOnLoopback(echo);
    ports.web = await listenOnLoopback(web);
  });
  afterEach(async () => {
    seen.length = 0;
    await fixture?.end();
    fixture = undefined;
  });
  afterAll(() => {
    echo.close();
    web.close();
  });
  return {
    seen,
    get echoPort() {
      return ports.echo;
    },
    get webPort() {
      return ports.web;
    },
    async open(spec = {}) {
      fixture = await openProxy({
        names: { 'api.test': ['127.0.0.1'], 'other.test': ['127.0.0.1'] },
        ...spec,
      });
      return fixture;
    },
  };
}

/** Waits until this no longer throws, on a slow machine too. */
export const eventually = (check: () => unknown): Promise<unknown> =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 });

/** What an echo at this place sends back. */
export async function echoThrough(fixture: ProxyFixture, authority: string, text: string): Promise<string> {
  const socket = await openTunnel(fixture, authority);
  const listener = listenTo(socket);
  socket.end(text);
  return (await listener.all()).toString();
}
