import { type NotificationParams, RunId } from '../protocol/index.ts';

const MAX_LINES = 3;
const MAX_LINE_CHARS = 400;
const MAX_KEPT_CHARS = 8000;

/** Sequences that a terminal would act on: of one character, with parameters, and strings for the window. */
const SEQUENCES =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u009b[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g;
/** One that is not complete yet. */
const BEGUN_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*)?$/;

/** Bytes of a text in UTF-8. */
function countBytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** What a terminal would show of a line: without sequences, and only what was written last over itself. */
function readLine(line: string): string {
  const written = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
  return written.slice(0, MAX_LINE_CHARS);
}

/** The last lines of what a script prints, as it prints them. Pieces may be missing; what is kept is bounded. */
export class LiveTail {
  #runId: RunId | undefined;
  #kept = '';
  /** Where the next piece of each stream should begin. */
  #next = new Map<string, number>();
  #lastStream = '';
  #ended: RunId | undefined;

  /** The lines to show, if a script prints just now. */
  get shown(): { readonly runId: RunId; readonly lines: readonly string[] } | undefined {
    if (this.#runId === undefined) return undefined;
    const text = this.#kept.replace(SEQUENCES, '').replace(BEGUN_SEQUENCE, '');
    const lines = text.split('\n').map(readLine);
    const said = lines.filter((line) => line.trim() !== '').slice(-MAX_LINES);
    return said.length === 0 ? undefined : { runId: this.#runId, lines: said };
  }

  take({ runId, stream, offset, text }: NotificationParams<'output/added'>): void {
    if (runId === this.#ended) return;
    if (runId !== this.#runId) this.#begin(RunId.parse(runId));
    const isTorn = stream !== this.#lastStream || offset !== (this.#next.get(stream) ?? offset);
    const glue = isTorn && this.#kept !== '' && !this.#kept.endsWith('\n') ? '\n' : '';
    this.#next.set(stream, offset + countBytes(text));
    this.#lastStream = stream;
    this.#kept = (this.#kept + glue + text).slice(-MAX_KEPT_CHARS);
  }

  /** The run prints nothing more. */
  end(runId: RunId): void {
    this.#ended = runId;
    if (this.#runId === runId) this.clear();
  }

  clear(): void {
    this.#runId = undefined;
    this.#kept = '';
  }

  #begin(runId: RunId): void {
    this.#runId = runId;
    this.#kept = '';
    this.#next = new Map();
    this.#lastStream = '';
  }
}
