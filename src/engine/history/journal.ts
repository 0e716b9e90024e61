/**
 * The one function by which a fact comes to be is `append`. Promises: events get their numbers in the order of the
 * calls; nobody, neither the caller nor a listener, hears of an event before it is on the disk; a journal that could
 * not write stays failed and says so to every caller. Without it something could be run that no history shows.
 */
import type { Event, EventBody, Fault, SessionId } from '../../protocol/index.ts';
import { Fault as FaultError } from '../../protocol/index.ts';
import { createOutputCapture, type OutputCapture, type OutputCaptureOptions } from './output-capture.ts';
import { prepareHistoryFile } from './prepare-file.ts';
import { startWriterThread } from './writer-thread.ts';

/** Receives the events of one `append`, after their commit, in the order of the journal. */
export type EventListener = (events: readonly Event[]) => void;

export interface Journal {
  /**
   * Stores the bodies together or not at all and resolves, after the commit, with the events as stored. The first
   * event of a session is `session/opened`. Rejects with a `host` fault when the history cannot be written (then it
   * stays so), with a `bug` fault when the session was never opened.
   */
  append(sessionId: SessionId, bodies: readonly EventBody[]): Promise<Event[]>;
  /** The returned function ends it. A listener that throws breaks the process: it is a mistake of ours. */
  subscribe(listener: EventListener): () => void;
  /** Takes up one stream of a run, masked and bounded; see `OutputCapture`. */
  captureOutput(options: OutputCaptureOptions): OutputCapture;
  /** Called once when the journal fails, at once if it has. */
  onFailure(listener: (fault: Fault) => void): void;
  readonly failure: Fault | undefined;
  /** Writes what is waiting and closes the file. */
  close(): Promise<void>;
}

export interface OpenJournalOptions {
  /** Absolute path of the history; made (folder 0700, file 0600) when missing. */
  readonly file: string;
  /** Epoch ms. */
  readonly nowMs: () => number;
}

/** A copy that no one can change any more before it is written; without a head of its own. */
function serialiseBody(sessionId: SessionId, body: EventBody): string {
  const { seq, at, sessionId: ownSessionId, ...content }: EventBody & Partial<Event> = body;
  if (seq !== undefined || at !== undefined || (ownSessionId !== undefined && ownSessionId !== sessionId)) {
    const message = `a ${body.type} event was appended again or to another session`;
    throw new FaultError({ kind: 'bug', code: 'append-refused', message });
  }
  return JSON.stringify(content);
}

/** Opens the history for writing, in a thread of its own. Throws a `host` fault with the reason when it cannot. */
export async function openJournal(options: OpenJournalOptions): Promise<Journal> {
  prepareHistoryFile(options.file);
  const listeners = new Set<EventListener>();
  const failureListeners = new Set<(fault: Fault) => void>();
  const parsed = new WeakMap<readonly string[], Event[]>();

  const writer = await startWriterThread({
    file: options.file,
    onWritten(texts) {
      const events = texts.map((text) => JSON.parse(text) as Event);
      parsed.set(texts, events);
      for (const listener of listeners) notify(listener, events);
    },
    onFailure(fault) {
      for (const listener of failureListeners) listener(fault);
    },
  });

  return {
    async append(sessionId, bodies) {
      const texts = bodies.map((body) => serialiseBody(sessionId, body));
      if (texts.length === 0) return [];
      const stored = await writer.write({ kind: 'append', sessionId, at: options.nowMs(), bodies: texts });
      return parsed.get(stored.texts) ?? [];
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    captureOutput: (capture) =>
      createOutputCapture(capture, (chunk) => writer.write({ kind: 'output', ...chunk })),
    onFailure(listener) {
      if (writer.failure === undefined) failureListeners.add(listener);
      else listener(writer.failure);
    },
    get failure() {
      return writer.failure;
    },
    close: () => writer.close(),
  };
}

/** What a listener throws must not keep the others from hearing, nor be lost. */
function notify(listener: EventListener, events: readonly Event[]): void {
  try {
    listener(events);
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
