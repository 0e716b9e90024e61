/**
 * The two ends of a measured transfer, as a thread of its own, so that the proxy has its thread for itself as in an engine.
 * With `source` it serves so many bytes to whoever connects; otherwise it fetches them, directly or through a proxy.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { LOGIN, listenOnLoopback } from '../support/proxy-fixture.ts';

export type TransferOrder =
  /** `greeting` is sent in front of the bytes. */
  | { readonly act: 'source'; readonly bytes: number; readonly greeting?: string }
  | {
      readonly act: 'fetch';
      readonly bytes: number;
      readonly port: number;
      /** A port of the loopback or a socket that leads to the proxy. */
      readonly through: number | string | null;
    };

const CHUNK = Buffer.alloc(1024 * 1024, 7);

function sendBytes(socket: Socket, bytes: number): void {
  let left = bytes;
  socket.on('error', () => socket.destroy());
  const write = (): void => {
    while (left > 0) {
      left -= CHUNK.length;
      if (!socket.write(CHUNK)) {
        socket.once('drain', write);
        return;
      }
    }
    socket.end();
  };
  write();
}

/** Milliseconds from the connection to the last byte. */
async function fetchBytes(bytes: number, port: number, through: number | string | null): Promise<number> {
  const start = performance.now();
  const socket = typeof through === 'string' ? connect(through) : connect(through ?? port, '127.0.0.1');
  if (through !== null) socket.write(`CONNECT api.test:${port} HTTP/1.1\r\n${LOGIN}\r\n`);
  let count = 0;
  socket.on('data', (chunk: Buffer) => {
    count += chunk.length;
  });
  await once(socket, 'end');
  const took = performance.now() - start;
  socket.destroy();
  // through the proxy its answer comes first
  if (count < bytes) throw new Error(`${count} bytes instead of ${bytes}`);
  return took;
}

parentPort?.on('message', async (order: TransferOrder) => {
  if (order.act === 'fetch')
    return parentPort?.postMessage(await fetchBytes(order.bytes, order.port, order.through));
  const source = createServer((socket) => {
    socket.write(order.greeting ?? '');
    sendBytes(socket, order.bytes);
  });
  return parentPort?.postMessage(await listenOnLoopback(source));
});
