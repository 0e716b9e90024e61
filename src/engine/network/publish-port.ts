import { Fault } from '../../protocol/index.ts';
import { type Forward, forwardConnections } from './forward-connections.ts';

/** `PORT`, or another port of this machine in front of it: `8080:3000`. The address may only be 127.0.0.1. */
function readPublish(text: string): PortPair {
  const match = /^(?:(?:127\.0\.0\.1|localhost):)?(?:(\d{1,5}):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? 0);
  const hostPort = Number(match?.[1] ?? port);
  const isPort = (number: number): boolean => number >= 1 && number <= 65535;
  if (isPort(port) && isPort(hostPort)) return { port, hostPort };
  throw new Fault({
    kind: 'user',
    code: 'no-port',
    message: `--publish ${text}: this is not a port, or two with a colon between them, each from 1 to 65535`,
    hint: 'only 127.0.0.1 is opened: write the port that the server inside listens on, such as --publish 3000, or 8080:3000 for another one here',
  });
}

/** So many ports may lead in and out together: the bridge has no room for more. */
const MAX_PORTS = 30;

function refusePublish(text: string, problem: string, hint: string): Fault {
  return new Fault({ kind: 'user', code: 'no-port', message: `--publish ${text}: ${problem}`, hint });
}

/**
 * All that is to be published; one that is named twice counts once. `outward`: ports inside that lead to this machine.
 * Throws a `user` fault for what is no port, where two would share one, and where no server inside can listen.
 */
export function readPublished(
  typed: readonly string[],
  taken: { readonly proxy: number; readonly outward: readonly number[] },
): PortPair[] {
  const pairs: PortPair[] = [];
  for (const text of typed) {
    const pair = readPublish(text);
    const { port, hostPort } = pair;
    if (pairs.some((each) => each.port === port && each.hostPort === hostPort)) continue;
    const other = 'publish another port, the one that the server inside listens on';
    if (port === taken.proxy)
      throw refusePublish(
        text,
        `port ${port} inside is that of the proxy, and no server can listen there`,
        other,
      );
    if (taken.outward.includes(port)) {
      const problem = `port ${port} inside leads to that port of this machine, because allow names it, and no server can listen there`;
      throw refusePublish(text, problem, `${other}; or leave 127.0.0.1:${port} out of allow`);
    }
    const same = pairs.find((each) => each.port === port || each.hostPort === hostPort);
    if (same !== undefined) {
      const what = same.port === port ? `port ${port} inside` : `port ${hostPort} of this machine`;
      throw refusePublish(
        text,
        `${what} is published already`,
        'each port leads to one other: leave one of them out',
      );
    }
    pairs.push(pair);
  }
  const count = pairs.length + taken.outward.length;
  if (count <= MAX_PORTS) return pairs;
  throw new Fault({
    kind: 'user',
    code: 'no-port',
    message: `${count} ports are to lead into and out of the sandbox; there is room for ${MAX_PORTS}`,
    hint: 'publish fewer ports, or name fewer ports of 127.0.0.1 in allow',
  });
}

const FIRST_FREE_PORT = 1024;

interface PortPair {
  /** Inside. */
  readonly port: number;
  /** On this machine. */
  readonly hostPort: number;
}

function suggestPort(cause: unknown, { port, hostPort }: PortPair): string {
  const isDenied = cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
  if (isDenied && hostPort < FIRST_FREE_PORT)
    return `ports below ${FIRST_FREE_PORT} are for the administrator: put a higher one in front, such as --publish ${8000 + hostPort}:${port}`;
  const other = hostPort < FIRST_FREE_PORT ? 8000 + hostPort : (hostPort % 65535) + 1;
  return `put another port of this machine in front of the one inside, such as --publish ${other}:${port}`;
}

/** Opens a port of 127.0.0.1 that leads to the socket. Throws a `user` fault when it cannot be opened. */
export async function publishPort(ports: PortPair, socket: string): Promise<Forward> {
  const { hostPort } = ports;
  try {
    return await forwardConnections({ port: hostPort }, { path: socket });
  } catch (cause) {
    throw new Fault({
      kind: 'user',
      code: 'port-taken',
      message: `port ${hostPort} of this machine cannot be opened: ${cause instanceof Error ? cause.message : cause}`,
      hint: suggestPort(cause, ports),
      cause,
    });
  }
}
