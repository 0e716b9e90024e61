/**
 * The only way out of a sandbox whose network is closed: a proxy on a unix socket, HTTP and SOCKS5 on the same one.
 * Promises: every connection says whose it is, is judged before anything is dialled, and ends with the proxy. Does not
 * promise: that what is said inside an allowed tunnel is harmless. Without it: nothing inside reaches any host.
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { INTRODUCTION_BYTES, readIntroduction } from './bridge-link.ts';
import { createHttpDoor, type HttpDoor } from './http-door.ts';
import { createProxyCore, type ProxyCore } from './proxy-core.ts';
import { DEFAULT_LIMITS, type HostProxy, type ProxySpec } from './proxy-spec.ts';
import { serveSocks } from './socks-door.ts';

const SOCKS_VERSION = 5;

/** Looks at the first byte, which no HTTP request shares with SOCKS. The bridge, if there is one, introduces its clients. */
function serveClient(core: ProxyCore, http: HttpDoor, socket: Socket, isIntroduced: boolean): void {
  if (!core.connections.admit(socket)) return;
  let said: Buffer = Buffer.alloc(0);
  let id: string | null | undefined = isIntroduced ? undefined : null;
  const look = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    said = Buffer.concat([said, chunk]);
    if (id === undefined) {
      id = readIntroduction(said);
      if (id === undefined) return;
      if (id !== null) {
        core.bridge.identify(socket, id);
        said = said.subarray(INTRODUCTION_BYTES);
      }
    }
    if (said.length === 0) return;
    socket.off('readable', look);
    socket.off('end', leave);
    socket.unshift(said);
    if (said[0] === SOCKS_VERSION) void serveSocks(core, socket);
    else http.take(socket);
  };
  const leave = (): void => void socket.destroy();
  socket.on('readable', look);
  socket.once('end', leave);
}

async function listen(server: Server, path: string): Promise<void> {
  await rm(path, { force: true });
  await new Promise<void>((settle, fail) => {
    server.once('error', fail);
    server.listen(path, settle);
  });
  await chmod(path, 0o600);
}

/**
 * Starts a proxy that listens at `socketPath`. The folder around it must be closed to others. Rejects when it cannot listen
 * there, or with a user `Fault` when the upstream proxy is none.
 */
export async function startProxy(spec: ProxySpec): Promise<HostProxy> {
  const core = createProxyCore(spec, { ...DEFAULT_LIMITS, ...spec.limits });
  const http = createHttpDoor(core);
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    serveClient(core, http, socket, spec.bridge !== undefined),
  );
  await listen(server, spec.socketPath);
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const ended = new Promise<void>((settle) => server.close(() => settle()));
    core.connections.endAll();
    http.close();
    await ended;
    await rm(spec.socketPath, { force: true });
  };
  return {
    socketPath: spec.socketPath,
    get connections() {
      return core.connections.count;
    },
    cut: (isOver) => core.reached.cut(isOver),
    endLaunch: (launchId) => core.connections.endLaunch(launchId),
    close() {
      closed ??= close();
      return closed;
    },
  };
}
