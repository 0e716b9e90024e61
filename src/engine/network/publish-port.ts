import { Fault } from '../../protocol/index.ts';
import { type Forward, forwardConnections } from './forward-connections.ts';

/** `PORT`, or another port of this machine in front of it: `8080:3000`. The address may only be 127.0.0.1. */
export function readPublish(text: string): { port: number; hostPort: number } {
  const match = /^(?:(?:127\.0\.0\.1|localhost):)?(?:(\d{1,5}):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? 0);
  const hostPort = Number(match?.[1] ?? port);
  const isPort = (number: number): boolean => number >= 1 && number <= 65535;
  if (isPort(port) && isPort(hostPort)) return { port, hostPort };
  throw new Fault({
    kind: 'user',
    code: 'no-port',
    message: `--publish ${text}: this is no port of 127.0.0.1`,
    hint: 'write the port that the server inside listens on, such as --publish 3000, or 8080:3000 for another one here',
  });
}

/** Opens a port of 127.0.0.1 that leads to the socket. Throws a `user` fault when it cannot be opened. */
export async function publishPort(hostPort: number, socket: string): Promise<Forward> {
  try {
    return await forwardConnections({ port: hostPort }, { path: socket });
  } catch (cause) {
    throw new Fault({
      kind: 'user',
      code: 'port-taken',
      message: `port ${hostPort} of this machine cannot be opened: ${cause instanceof Error ? cause.message : cause}`,
      hint: `choose another one, such as --publish ${hostPort + 1}:${hostPort}`,
      cause,
    });
  }
}
