import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildHelpers, makeFolder, removeFolders } from './support/helper-files.ts';

const helpers = buildHelpers();
afterAll(removeFolders);

/** One client that has come to the engine through the bridge: what the bridge calls it, and the engine's end of it. */
interface Guest {
  readonly id: string;
  readonly socket: Socket;
  /** Everything that has come from it, without the introduction. */
  readonly said: () => Buffer;
}

const until = async (isReached: () => boolean): Promise<void> => {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const onLoopback = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );

function collect(socket: Socket): () => Buffer {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  socket.on('error', () => undefined);
  return () => Buffer.concat(pieces);
}
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())));
const closedOrEnded = (socket: Socket): Promise<void> =>
  until(() => socket.destroyed || socket.readableEnded);

describe('a connection that is handed to the bridge', () => {
  let child: ChildProcess;
  let door: number;
  let engine: Server;
  let world: Server;
  let worldPort: number;
  /** Connections that the world has got, and clients that have come to the engine. */
  let visits: Socket[];
  let guests: Guest[];
  const made: Socket[] = [];

  beforeEach(async () => {
    visits = [];
    guests = [];
    const path = join(makeFolder(), 'proxy');
    engine = createServer({ allowHalfOpen: true }, welcome);
    await new Promise<void>((resolve) => engine.listen(path, resolve));
    world = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      visits.push(socket);
    });
    worldPort = await onLoopback(world);
    const unused = createServer();
    door = await onLoopback(unused);
    await new Promise((resolve) => unused.close(resolve));
    const words = ['--parent', String(process.pid), '--ready', '3', '--channel', '4'];
    child = spawn(helpers.path('net-bridge'), [...words, '--proxy', String(door), path], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'ipc'],
    });
    await new Promise((resolve) => child.stdio[3]?.once('data', resolve));
    await until(() => !existsSync(`/proc/${child.pid}/fd/3`));
  });
  afterEach(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
    for (const socket of [...made.splice(0), ...visits]) socket.destroy();
    engine.close();
    world.close();
  });

  function welcome(socket: Socket): void {
    const all = collect(socket);
    const look = (): void => {
      if (all().length < 9) return;
      socket.off('data', look);
      expect(all()[0]).toBe(0);
      guests.push({ id: all().toString('hex', 1, 9), socket, said: () => all().subarray(9) });
    };
    socket.on('data', look);
  }
  async function enter(): Promise<{ client: Socket; guest: Guest }> {
    const count = guests.length;
    const client = connect({ port: door, host: '127.0.0.1', allowHalfOpen: true });
    made.push(client);
    await until(() => guests.length > count);
    const guest = guests[count];
    if (guest === undefined) throw new Error('no guest');
    return { client, guest };
  }
  /** As the engine makes it: not read here. */
  async function dial(): Promise<Socket> {
    const socket = connect({ port: worldPort, host: '127.0.0.1', allowHalfOpen: true });
    socket.pause();
    const count = visits.length;
    await new Promise((resolve) => socket.once('connect', resolve));
    await until(() => visits.length > count);
    return socket;
  }
  async function hand(words: string, socket?: Socket): Promise<void> {
    await new Promise((resolve) => child.send(words, socket, { keepOpen: true }, resolve));
    socket?.destroy();
  }
  const wordsFor = (id: string, consumed: number, answered: number): string =>
    `hand ${id} ${consumed} ${answered} ${Buffer.from('joined\n').toString('hex')}`;
  const visit = (index = 0): Socket => {
    const found = visits[index];
    if (found === undefined) throw new Error('nobody came');
    return found;
  };
  const descriptors = (): number => readdirSync(`/proc/${child.pid}/fd`).length;

  test('gets what the client said behind its request, and the client first what the engine said', async () => {
    const { client, guest } = await enter();
    const heard = collect(client);
    client.write('REQUESTearly');
    await until(() => guest.said().length === 12);
    guest.socket.write('first ');
    const other = await dial();
    visit().write('from the world');
    await hand(wordsFor(guest.id, 7, 6), other);
    const reached = collect(visit());
    await until(() => heard().length >= 27);
    expect(heard().toString()).toBe('first joined\nfrom the world');
    client.end(' and late');
    await until(() => visit().readableEnded);
    expect(reached().toString()).toBe('early and late');
    visit().end('!');
    await closed(client);
    await until(() => guest.socket.readableEnded);
    expect(guest.said().subarray(12).readBigUInt64LE(0)).toBe(14n);
    expect(guest.said().subarray(12).readBigUInt64LE(8)).toBe(15n);
    guest.socket.destroy();
  });

  test('carries much both ways at once, at the pace of slow readers, and ends each way by itself', async () => {
    const [up, down] = [randomBytes(5_000_000), randomBytes(9_000_000)];
    const { client, guest } = await enter();
    const other = await dial();
    await hand(wordsFor(guest.id, 0, 0), other);
    const heard = collect(client);
    const reached = collect(visit());
    client.pause();
    visit().pause();
    client.end(up);
    visit().end(down);
    await new Promise((resolve) => setTimeout(resolve, 200));
    client.resume();
    await until(() => client.readableEnded);
    visit().resume();
    await until(() => visit().readableEnded);
    expect(heard().subarray(7).equals(down)).toBe(true);
    expect(reached().equals(up)).toBe(true);
    await until(() => guest.socket.readableEnded);
    guest.socket.destroy();
  });

  test('400 at once, each with what is its own, and no descriptor stays', async () => {
    const { client: first, guest: one } = await enter();
    for (const socket of [first, one.socket]) socket.destroy();
    await until(() => descriptors() <= 9);
    const before = descriptors();
    const pairs = await Promise.all(
      Array.from({ length: 400 }, async () => {
        const client = connect({ port: door, host: '127.0.0.1', allowHalfOpen: true });
        made.push(client);
        client.write(randomBytes(4).toString('hex'));
        return client;
      }),
    );
    const heard = pairs.map(collect);
    await until(() => guests.length === 401);
    for (const guest of guests.slice(1)) {
      await until(() => guest.said().length === 8);
      const other = await dial();
      const at = visits.length - 1;
      visit(at).write(guest.said());
      await hand(wordsFor(guest.id, 8, 0), other);
    }
    await until(() => heard.every((each) => each().length === 15));
    expect(new Set(heard.map((each) => each().toString())).size).toBe(400);
    for (const socket of visits) socket.destroy();
    await Promise.all(pairs.map(closedOrEnded));
    for (const socket of pairs) socket.destroy();
    for (const guest of guests) guest.socket.destroy();
    // a spare pipe may stay
    await until(() => descriptors() <= before + 2);
  });
  test('ends when the engine closes its end, at once and with much under way', async () => {
    const { client, guest } = await enter();
    await hand(wordsFor(guest.id, 0, 0), await dial());
    const far = visit();
    far.write(randomBytes(30_000_000));
    await until(() => client.bytesRead > 0 || client.readableLength > 0);
    client.pause();
    guest.socket.destroy();
    await closed(far);
    client.resume();
    await closedOrEnded(client);
  });

  test.each(['client', 'world'])(
    'a %s that breaks off ends the other, and the engine hears of it',
    async (who) => {
      const { client, guest } = await enter();
      await hand(wordsFor(guest.id, 0, 0), await dial());
      await until(() => client.bytesRead > 0 || client.readableLength > 0);
      const [breaks, other] = who === 'client' ? [client, visit()] : [visit(), client];
      breaks.resetAndDestroy();
      other.resume();
      await closedOrEnded(other);
      await until(() => guest.socket.readableEnded || guest.socket.destroyed);
      guest.socket.destroy();
    },
  );

  test('is closed when it is for nobody, or no id at all, and nobody else gets it', async () => {
    const { client, guest } = await enter();
    const heard = collect(client);
    const strange = [
      wordsFor('0011223344556677', 0, 0),
      wordsFor(`${guest.id}00`, 0, 0),
      wordsFor(guest.id.slice(2), 0, 0),
      `hand ${guest.id} 0 0`,
      `hand ${guest.id} 0 0 0g`,
      `hand ${guest.id} 0 0 00"}`,
      'nonsense',
    ];
    for (const words of strange) {
      const count = visits.length;
      await hand(words, await dial());
      await until(() => visit(count).readableEnded || visit(count).resume().readableEnded);
    }
    // still as it was before
    guest.socket.write('hello');
    await until(() => heard().length === 5);
    guest.socket.destroy();
  });

  test.each([
    ['more than the client said', 5, 0],
    ['an answer that was never given', 0, 3],
    ['a number that is none', -1, 0],
    ['less than was answered already', 0, -2],
  ])('a hand-over that claims %s ends the pair', async (_, consumed, answered) => {
    const { client, guest } = await enter();
    const heard = collect(client);
    client.write('four');
    guest.socket.write('abc');
    await until(() => guest.said().length === 4 && heard().length === 3);
    await hand(wordsFor(guest.id, consumed, 3 + answered), await dial());
    await closedOrEnded(client);
    expect(heard().toString()).toBe('abc');
    await until(() => visit().resume().readableEnded);
    await until(() => guest.socket.readableEnded);
    guest.socket.destroy();
  });

  test('without a descriptor, twice, or after it was given up, it is not made', async () => {
    const { client, guest } = await enter();
    await hand(wordsFor(guest.id, 0, 0), await dial());
    await until(() => client.bytesRead > 0 || client.readableLength > 0);
    await hand(wordsFor(guest.id, 0, 0), await dial());
    await until(() => visit(1).resume().readableEnded);
    const second = await enter();
    const heard = collect(second.client);
    await hand(wordsFor(second.guest.id, 0, 0));
    await hand(`free ${second.guest.id}`);
    await hand(wordsFor(second.guest.id, 0, 0), await dial());
    await until(() => visit(2).resume().readableEnded);
    second.guest.socket.write('goes on');
    await until(() => heard().toString() === 'goes on');
    for (const each of guests) each.socket.destroy();
  });

  test('a client says at most 64 KiB before the engine has decided, and then all', async () => {
    const sent = randomBytes(3_000_000);
    const one = await enter();
    one.client.end(sent);
    await until(() => one.guest.said().length === 65_536);
    await hand(wordsFor(one.guest.id, 10, 0), await dial());
    const reached = collect(visit());
    await until(() => visit().readableEnded);
    expect(reached().equals(sent.subarray(10))).toBe(true);
    const two = await enter();
    two.client.end(sent);
    await until(() => two.guest.said().length === 65_536);
    await hand(`free ${two.guest.id}`);
    await until(() => two.guest.socket.readableEnded);
    expect(two.guest.said().equals(sent)).toBe(true);
    for (const each of guests) each.socket.destroy();
  });

  test('a client that stopped speaking before it had an answer is gone, and a lost channel changes nothing', async () => {
    const { client, guest } = await enter();
    client.end();
    await until(() => guest.socket.readableEnded);
    await hand(wordsFor(guest.id, 0, 0), await dial());
    await until(() => visit().resume().readableEnded);
    const sent = randomBytes(1_000_000);
    const before = await enter();
    child.disconnect();
    const after = await enter();
    for (const { client: each } of [before, after]) each.end(sent);
    for (const { guest: each } of [before, after]) {
      await until(() => each.socket.readableEnded);
      expect(each.said().equals(sent)).toBe(true);
    }
    for (const each of guests) each.socket.destroy();
  });
});
