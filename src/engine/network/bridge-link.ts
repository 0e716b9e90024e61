/**
 * What the proxy says to the bridge of its session. Promises: a connection is handed over to the pair of sockets that the
 * client came through and to no other, because the bridge names it with an id that no program has seen; what cannot be
 * handed over is carried here. Without it: everything a program inside loads goes through this process.
 */
import type { Socket } from 'node:net';

/** Says something to the bridge, with a socket that it is to go on with. False where it could not be said. */
export type TellBridge = (words: string, socket?: Socket) => Promise<boolean>;

/** How much went through a connection that was handed over, in bytes; null where the bridge had no time to say. */
export interface CarriedBytes {
  readonly up: number;
  readonly down: number;
}

export interface BridgeLink {
  /** The bridge has begun: from now on connections are handed to it. */
  connect(tell: TellBridge): void;
  /** A client came through the bridge, which calls it so. */
  identify(client: Socket, id: string): void;
  /** The client will not be handed anything. Nothing is done for one that did not come through the bridge. */
  release(client: Socket): void;
  /**
   * Lets the bridge join the client with a connection of which nothing has been read, and say these last words to it.
   * `early`: bytes of the client that were read here and are not meant for the proxy. Resolves to false when the client is
   * to be answered and carried here. The client is no longer to be written to otherwise: where it closes, the bridge ends
   * both, and where the bridge ends both, it closes; `onEnd` is told then.
   */
  hand(client: Socket, handed: HandedConnection): Promise<boolean>;
}

export interface HandedConnection {
  readonly other: Socket;
  readonly early: number;
  readonly answer: string | Buffer;
  onEnd(carried: CarriedBytes | null): void;
}

/** A NUL, which begins neither HTTP nor SOCKS, and the id. */
export const INTRODUCTION_BYTES = 9;
const COUNT_BYTES = 8;

/** What the bridge says in front of a connection; null when it says nothing; undefined as long as that is not known. */
export function readIntroduction(bytes: Buffer): string | null | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] !== 0) return null;
  return bytes.length < INTRODUCTION_BYTES ? undefined : bytes.toString('hex', 1, INTRODUCTION_BYTES);
}

export function createBridgeLink(): BridgeLink {
  const names = new WeakMap<Socket, string>();
  let tellBridge: TellBridge | undefined;
  return {
    connect(tell) {
      tellBridge = tell;
    },
    identify: (client, id) => void names.set(client, id),
    release(client) {
      const id = names.get(client);
      if (id === undefined) return;
      names.delete(client);
      void tellBridge?.(`free ${id}`);
    },
    async hand(client, { other, early, answer, onEnd }) {
      const id = names.get(client);
      const isQuiet = !client.destroyed && !other.destroyed && client.writableLength === 0;
      if (id === undefined || tellBridge === undefined || !isQuiet) return false;
      names.delete(client);
      const consumed = client.bytesRead - INTRODUCTION_BYTES - early - client.readableLength;
      const leave = (): void => void other.destroy();
      client.once('close', leave);
      const last = Buffer.from(answer).toString('hex');
      const isHanded = await tellBridge(`hand ${id} ${consumed} ${client.bytesWritten} ${last}`, other);
      client.off('close', leave);
      if (!isHanded) {
        void tellBridge(`free ${id}`);
        return false;
      }
      // the bridge has one of its own
      other.destroy();
      waitForEnd(client, onEnd);
      return true;
    },
  };
}

/** What still comes from the client has reached the other side by the bridge; at the very end are two counts. */
function waitForEnd(client: Socket, onEnd: HandedConnection['onEnd']): void {
  let last: Buffer = Buffer.alloc(0);
  let carried: CarriedBytes | null = null;
  client.on('data', (chunk: Buffer) => {
    last = Buffer.concat([last, chunk]).subarray(-2 * COUNT_BYTES);
  });
  client.once('end', () => {
    if (last.length === 2 * COUNT_BYTES)
      carried = { up: Number(last.readBigUInt64LE(0)), down: Number(last.readBigUInt64LE(COUNT_BYTES)) };
    client.destroy();
  });
  const tell = (): void => onEnd(carried);
  if (client.destroyed) tell();
  else client.once('close', tell);
  client.resume();
}
