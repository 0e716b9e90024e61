import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type ConnectionKind,
  createIdMaker,
  type EventBody,
  type MethodName,
  type MethodResult,
  type NotificationParams,
  RpcPeer,
  type SessionId,
  type TimelineRow,
} from '../../../src/protocol/index.ts';
import { listenOnControlSocket } from '../../../src/server/control-socket.ts';
import { createSocketPipe } from '../../../src/server/index.ts';
import { type ConnectionDoors, serveConnection } from '../../../src/server/serve-connection.ts';
import { createFakeEngine, type FakeEngine } from '../../support/fake-engine.ts';
import { opened } from '../timeline/event-sample.ts';

export const ids = createIdMaker(() => 1_800_000_000_000, randomBytes);
const turnId = ids.turn();

export function message(text: string): EventBody {
  return { type: 'message/added', turnId, role: 'agent', text };
}

/** A page of an engine, over a real socket. */
export class PageEnd {
  readonly engine: FakeEngine;
  readonly socket: Socket;
  readonly rowsChanged: NotificationParams<'rows/changed'>[] = [];
  readonly overviewChanged: NotificationParams<'overview/changed'>[] = [];
  readonly printed: NotificationParams<'output/added'>[] = [];
  readonly rows = new Map<number, TimelineRow>();
  readonly #peer: RpcPeer;

  private constructor(engine: FakeEngine, socket: Socket) {
    this.engine = engine;
    this.socket = socket;
    this.#peer = new RpcPeer(
      createSocketPipe(socket),
      {},
      {
        'rows/changed': (params) => {
          this.rowsChanged.push(params);
          for (const row of params.rows) this.rows.set(row.index, row);
        },
        'overview/changed': (params) => void this.overviewChanged.push(params),
        'output/added': (params) => void this.printed.push(params),
      },
    );
  }

  static async open(kind: ConnectionKind = 'page', doors: Partial<ConnectionDoors> = {}): Promise<PageEnd> {
    const engine = createFakeEngine();
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-page-'));
    const path = join(folder, 'page.sock');
    const door = await listenOnControlSocket(path, (pipe) =>
      serveConnection(engine, pipe, { kind, requestStop: () => engine.calls.push('stop asked'), ...doors }),
    );
    const socket = connect(path);
    await new Promise((resolve) => socket.once('connect', resolve));
    onTestFinished(async () => {
      socket.destroy();
      await door.close();
      rmSync(folder, { recursive: true });
    });
    return new PageEnd(engine, socket);
  }

  static async ready(kind?: ConnectionKind, doors?: Partial<ConnectionDoors>): Promise<PageEnd> {
    const page = await PageEnd.open(kind, doors);
    await page.hello();
    return page;
  }

  hello(as?: ConnectionKind): Promise<MethodResult<'engine/hello'>> {
    return this.call('engine/hello', { protocolVersion: 1, client: 'test', version: '0', ...(as && { as }) });
  }

  get call(): RpcPeer['request'] {
    return this.#peer.request.bind(this.#peer);
  }

  /** What any request is answered with when it is wrong. */
  async faultOf(
    method: MethodName,
    params: unknown = {},
  ): Promise<{ code: string; message: string } | undefined> {
    try {
      await this.call(method, params as never);
      return undefined;
    } catch (thrown) {
      const { code, message: text } = thrown as { code: string; message: string };
      return { code, message: text };
    }
  }

  openSession(count = 0): SessionId {
    const sessionId = ids.session();
    this.engine.addEvents(sessionId, [opened(), ...Array.from({ length: count }, (_, i) => message(`${i}`))]);
    return sessionId;
  }
}
