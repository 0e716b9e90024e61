import type { Engine } from '../engine/index.ts';
import type { OutputNotice, RpcPeer, SessionId } from '../protocol/index.ts';
import type { SocketPipe } from './pipe-socket.ts';

/** Between two pieces of the same stream. */
const PAUSE_MS = 100;
/** A page shows the last lines only. */
const MAX_CHARS = 4000;
const SLOW_BYTES = 256 * 1024;

/** Tells a page the end of what the scripts of one session print just now; what lies between is left out. */
export function followOutput(
  ports: {
    readonly engine: Engine;
    readonly notify: RpcPeer['notify'];
    readonly pipe: Pick<SocketPipe, 'unsentBytes'>;
  },
  sessionId: SessionId,
): () => void {
  const waiting = new Map<string, OutputNotice>();
  let timer: NodeJS.Timeout | undefined;

  function send(): void {
    timer = undefined;
    if (waiting.size === 0) return;
    if (ports.pipe.unsentBytes() <= SLOW_BYTES) {
      for (const { type, ...piece } of waiting.values()) ports.notify('output/added', piece);
    }
    waiting.clear();
    timer = setTimeout(send, PAUSE_MS);
  }

  const stop = ports.engine.subscribeOutput((notice) => {
    if (notice.sessionId !== sessionId) return;
    const key = `${notice.runId} ${notice.stream}`;
    waiting.set(key, joinPieces(waiting.get(key), notice));
    timer ??= setTimeout(send, 0);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** Two pieces that follow on each other as one, of which only the end is kept. */
function joinPieces(before: OutputNotice | undefined, next: OutputNotice): OutputNotice {
  const text = (before?.text ?? '') + next.text;
  const cut = text.length - MAX_CHARS;
  const offset = before?.offset ?? next.offset;
  if (cut <= 0) return { ...next, offset, text };
  return { ...next, offset: offset + Buffer.byteLength(text.slice(0, cut)), text: text.slice(cut) };
}
