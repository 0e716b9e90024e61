/**
 * Carries a page's lines to an engine in another process.
 *
 * Promises: before the first line of the page the connection has given up the rights that a page does not have, so the
 * engine treats it as the page it is; a page that reads slowly makes the engine wait instead of this process collect.
 * Without the first, a page would have all that a program of this user may do.
 */
import type { Socket } from 'node:net';
import { createLineSplitter, PROTOCOL_VERSION } from '../protocol/index.ts';
import type { SocketPipe } from '../server/index.ts';

/** Never an id that a page counts up to. */
const HELLO_ID = 'relay-hello';
/** Above so many unread characters of the page nothing more is read from the engine. */
const PAUSE_CHARS = 256 * 1024;

/** Settles when the page can speak; the page's pipe closes where it cannot, and when the engine goes. */
export async function relayPage(
  page: SocketPipe,
  open: () => Promise<Socket | undefined>,
  version: string,
): Promise<void> {
  const socket = await open();
  if (socket === undefined) page.close();
  else carryLines(page, socket, version);
}

function carryLines(page: SocketPipe, socket: Socket, version: string): void {
  socket.on('error', () => {});
  socket.on('close', () => page.close());
  page.onClose(() => socket.destroy());
  socket.setEncoding('utf8');
  let isAdmitted = false;
  const splitter = createLineSplitter((line) => {
    if (isAdmitted) page.send(line);
    else if (isAdmission(line)) admit();
    else socket.destroy();
  });

  function admit(): void {
    isAdmitted = true;
    page.onLine((line) => {
      // a line end within would begin a line that the page has not sent as one
      if (socket.writable && !line.includes('\n')) socket.write(`${line}\n`);
    });
  }

  socket.on('data', (text: string) => {
    splitter.feed(text);
    if (page.unsentBytes() <= PAUSE_CHARS) return;
    socket.pause();
    void page.whenNotFull().then(() => socket.resume());
  });
  const params = { protocolVersion: PROTOCOL_VERSION, client: 'desktop', version, as: 'page' };
  socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: HELLO_ID, method: 'engine/hello', params })}\n`);
}

function isAdmission(line: string): boolean {
  try {
    const answer: unknown = JSON.parse(line);
    return (
      typeof answer === 'object' &&
      answer !== null &&
      Reflect.get(answer, 'id') === HELLO_ID &&
      Reflect.get(answer, 'result') !== undefined
    );
  } catch {
    return false;
  }
}
