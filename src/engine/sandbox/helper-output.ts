import type { Readable } from 'node:stream';

const MAX_LINE_BYTES = 1 << 20;
const MAX_STDERR_BYTES = 4096;

export interface JsonLineHandlers {
  receive(fields: Readonly<Record<string, unknown>>): void;
  /** A line that is no JSON object, or does not end. */
  malformed(): void;
}

/** Reads one JSON object per line from a helper. */
export function readJsonLines(stream: Readable, handlers: JsonLineHandlers): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('error', () => undefined);
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const fields = parseObject(line);
      if (fields === null) handlers.malformed();
      else handlers.receive(fields);
    }
    if (rest.length > MAX_LINE_BYTES) {
      rest = '';
      handlers.malformed();
    }
  });
}

/** Keeps the first few kilobytes of what a helper says about itself; the returned function gives them, made printable. */
export function collectStderr(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('error', () => undefined);
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(0, MAX_STDERR_BYTES);
  });
  return () => text.trim().replaceAll(/[^\P{C}\n]/gu, '\u{FFFD}');
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}
