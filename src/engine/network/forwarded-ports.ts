import { parseHostEntry } from '../../policy/index.ts';

/** Ports of the host's loopback that the list names one by one: they lead there from inside as well. */
export function forwardedPorts(allow: readonly string[]): number[] {
  const ports = allow.flatMap((text) => {
    const reading = parseHostEntry(text);
    if (!('entry' in reading)) return [];
    const { kind, host, port } = reading.entry;
    const isLoopback = host === '127.0.0.1' || host === 'localhost' || host === '::1';
    return kind === 'exact' && isLoopback && port !== null ? [port] : [];
  });
  return [...new Set(ports)];
}
