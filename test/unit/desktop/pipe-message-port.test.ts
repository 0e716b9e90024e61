import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { createPortPipe } from '../../../src/desktop/pipe-message-port.ts';
import { PortDouble } from '../../support/process-double.ts';

function open() {
  const { port1, port2 } = new MessageChannel();
  return { ours: new PortDouble(port1), theirs: new PortDouble(port2) };
}

describe('a pipe over a message port', () => {
  it('carries lines both ways, in order, and none before somebody listens', async () => {
    const { ours, theirs } = open();
    const pipe = createPortPipe(ours);
    const other = createPortPipe(theirs);
    pipe.send('1');
    pipe.send('2');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const lines: string[] = [];
    other.onLine((line) => lines.push(line));
    await vi.waitFor(() => expect(lines).toEqual(['1', '2']));
    pipe.close();
  });

  it('takes what is no text for an empty line', async () => {
    const { ours, theirs } = open();
    const pipe = createPortPipe(ours);
    const lines: string[] = [];
    pipe.onLine((line) => lines.push(line));
    theirs.postMessage({ jsonrpc: '2.0' });
    await vi.waitFor(() => expect(lines).toEqual(['']));
    pipe.close();
  });

  it('is closed for both when one closes it', async () => {
    const { ours, theirs } = open();
    const closed: string[] = [];
    const pipe = createPortPipe(ours);
    const other = createPortPipe(theirs);
    pipe.onClose(() => closed.push('ours'));
    other.onClose(() => closed.push('theirs'));
    other.onLine(() => {});
    pipe.close();
    await vi.waitFor(() => expect(closed).toEqual(['ours', 'theirs']));
    other.send('nobody hears this');
    pipe.onClose(() => closed.push('late'));
    expect(closed.at(-1)).toBe('late');
  });

  it('knows how far a reader is behind that tells it', async () => {
    const { ours, theirs } = open();
    const sender = createPortPipe(ours);
    sender.onLine(() => {});
    const line = 'x'.repeat(1000);
    sender.send(line);
    // nothing is known of a reader that never says anything
    expect(sender.unsentBytes()).toBe(0);
    const reader = createPortPipe(theirs, { isReader: true });
    reader.onLine(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (let count = 0; count < 2000; count += 1) sender.send(line);
    expect(sender.unsentBytes()).toBe(2_000_000);
    await sender.whenNotFull();
    expect(sender.unsentBytes()).toBeLessThanOrEqual(1024 * 1024);
    await vi.waitFor(() => expect(sender.unsentBytes()).toBe(0));
    sender.close();
  });

  it('a writer that waits for a reader goes on when that one is gone', async () => {
    const { ours, theirs } = open();
    const sender = createPortPipe(ours);
    sender.onLine(() => {});
    theirs.start();
    theirs.postMessage(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    sender.send('x'.repeat(2_000_000));
    const waiting = sender.whenNotFull();
    theirs.close();
    await waiting;
  });
});
