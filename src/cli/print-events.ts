import type { EngineClient } from '../client/index.ts';
import type { Event, SessionId } from '../protocol/index.ts';
import { maskEvent } from '../replay/index.ts';

export interface EventPrinter {
  /** Settles when the last event of the session was printed. */
  readonly closed: Promise<void>;
}

/** `seq`, `at`, `sessionId` and `type` first, then the rest, on one line, with secrets masked. */
export function writeEventLine(event: Event): string {
  const { seq, at, sessionId, type, ...rest } = maskEvent(event);
  return `${JSON.stringify({ seq, at, sessionId, type, ...rest })}\n`;
}

/** Prints every event of a session on stdout, one JSON object per line, and its output as lines without a number. */
export async function printEvents(client: EngineClient, sessionId: SessionId): Promise<EventPrinter> {
  let tellClosed = (): void => {};
  const closed = new Promise<void>((resolve) => {
    tellClosed = resolve;
  });
  client.on('output/added', (notice) => {
    if (notice.sessionId === sessionId)
      process.stdout.write(`${JSON.stringify({ type: 'output', ...notice })}\n`);
  });
  await client.subscribe(
    { sessionId },
    {
      onEvent: (event) => {
        process.stdout.write(writeEventLine(event));
        if (event.type === 'session/closed' || event.type === 'session/lost') tellClosed();
      },
    },
  );
  return { closed };
}
