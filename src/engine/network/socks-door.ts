/**
 * The proxy's SOCKS side (RFC 1928, 1929): CONNECT only, with user name and password. Promises: a host is taken as a
 * whole or refused; nothing is done before the credentials are right.
 */
import type { Socket } from 'node:net';
import { type NormalHost, readHost } from '../../policy/index.ts';
import { carryTunnel } from './carry-tunnel.ts';
import { type ClientReader, readClient } from './client-reader.ts';
import { endSocket } from './http-answers.ts';
import type { Opening } from './open-target.ts';
import { type Credentials, type ProxyCore, toAscii } from './proxy-core.ts';

const REPLY = {
  done: 0,
  failed: 1,
  refused: 2,
  noNetwork: 3,
  noHost: 4,
  nobodyListens: 5,
  noAnswer: 6,
  unknownCommand: 7,
  unknownAddress: 8,
} as const;
type ReplyCode = (typeof REPLY)[keyof typeof REPLY];

const FAILURES: Readonly<Record<string, ReplyCode>> = {
  ENOTFOUND: REPLY.noHost,
  ENODATA: REPLY.noHost,
  EAI_AGAIN: REPLY.noHost,
  EHOSTUNREACH: REPLY.noHost,
  ENETUNREACH: REPLY.noNetwork,
  EADDRNOTAVAIL: REPLY.noNetwork,
  ECONNREFUSED: REPLY.nobodyListens,
  ETIMEDOUT: REPLY.noAnswer,
};

const replyBytes = (code: ReplyCode): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);

/** Ends the talk with these last bytes. */
class SocksEnd extends Error {
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    super('the talk is over');
    this.name = 'SocksEnd';
    this.bytes = bytes;
  }
}

const endWith = (code: ReplyCode): SocksEnd => new SocksEnd(replyBytes(code));

async function takeByte(reader: ClientReader): Promise<number> {
  return (await reader.take(1))[0] ?? 0;
}

async function takeText(reader: ClientReader): Promise<string> {
  return (await reader.take(await takeByte(reader))).toString('utf8');
}

async function readLogin(socket: Socket, reader: ClientReader): Promise<Credentials | null> {
  if ((await takeByte(reader)) !== 5) throw new SocksEnd(Buffer.alloc(0));
  const methods = await reader.take(await takeByte(reader));
  if (!methods.includes(2)) return null;
  socket.write(Buffer.from([5, 2]));
  if ((await takeByte(reader)) !== 1) throw new SocksEnd(Buffer.from([1, 1]));
  return { user: await takeText(reader), password: await takeText(reader) };
}

/** The host as the client named it: text of a name, or of an address. */
async function readHostText(reader: ClientReader): Promise<string> {
  switch (await takeByte(reader)) {
    case 1:
      return (await reader.take(4)).join('.');
    case 3: {
      const name = await reader.take(await takeByte(reader));
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
      } catch {
        // no text at all: refused below, and reported as it looks
        return `${name.toString('latin1')}\u0000`;
      }
    }
    case 4: {
      const bytes = await reader.take(16);
      const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
      return groups.join(':');
    }
    default:
      throw endWith(REPLY.unknownAddress);
  }
}

interface SocksRequest {
  readonly launchId: string;
  readonly host: NormalHost;
  readonly port: number;
}

async function readRequest(core: ProxyCore, reader: ClientReader, launchId: string): Promise<SocksRequest> {
  const [version, command, reserved] = await reader.take(3);
  if (version !== 5 || reserved !== 0) throw endWith(REPLY.failed);
  if (command !== 1) throw endWith(REPLY.unknownCommand);
  const text = await readHostText(reader);
  const port = (await reader.take(2)).readUInt16BE(0);
  const reading = readHost(text, toAscii);
  const problem = 'problem' in reading ? reading.problem : port === 0 ? 'the port is 0' : null;
  if (problem !== null) core.report({ launchId, host: text, port, via: 'socks5', words: problem });
  if ('problem' in reading || port === 0) throw endWith(REPLY.refused);
  return { launchId, host: reading.host, port };
}

async function admit(core: ProxyCore, socket: Socket, reader: ClientReader): Promise<SocksRequest> {
  const credentials = await readLogin(socket, reader);
  const launchId = core.authenticate(credentials, 'socks5');
  if (credentials === null) throw new SocksEnd(Buffer.from([5, 0xff]));
  if (launchId === null) throw new SocksEnd(Buffer.from([1, 1]));
  socket.write(Buffer.from([1, 0]));
  const request = await readRequest(core, reader, launchId);
  const problem = core.connections.claim(socket, launchId);
  if (problem === null) return request;
  const { host, port } = request;
  core.report({ launchId, host: host.text, port, via: 'socks5', words: problem });
  throw endWith(REPLY.failed);
}

function codeOf(opening: Exclude<Opening, { kind: 'open' | 'gone' }>): ReplyCode {
  if (opening.kind === 'refused') return REPLY.refused;
  return opening.kind === 'unreachable' ? (FAILURES[opening.code] ?? REPLY.failed) : REPLY.failed;
}

async function talk(core: ProxyCore, socket: Socket, reader: ClientReader): Promise<void> {
  const request = await admit(core, socket, reader);
  core.connections.begin(socket);
  const opening = await core.open({ ...request, via: 'socks5', gone: reader.gone });
  const early = reader.release();
  if (opening.kind === 'gone') socket.destroy();
  else if (opening.kind !== 'open') endSocket(socket, replyBytes(codeOf(opening)));
  else {
    const { target } = opening;
    await carryTunnel(core, {
      client: socket,
      asked: request,
      target,
      early,
      answer: replyBytes(REPLY.done),
    });
  }
}

/** Serves a SOCKS connection of which nothing has been read. */
export async function serveSocks(core: ProxyCore, socket: Socket): Promise<void> {
  const reader = readClient(socket);
  try {
    await talk(core, socket, reader);
  } catch (error) {
    reader.release();
    if (error instanceof SocksEnd) endSocket(socket, error.bytes);
    else socket.destroy();
  }
}
