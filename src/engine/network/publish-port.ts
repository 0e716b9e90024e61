import { Fault } from '../../protocol/index.ts';
import { type Forward, forwardConnections } from './forward-connections.ts';

/** `PORT`, or another port of this machine in front of it: `8080:3000`. The address may only be 127.0.0.1. */
export function readPublish(text: string): PortPair {
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
