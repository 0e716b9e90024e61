import { describe, expect, it } from 'vitest';
import { createLineSplitter, Fault, type Pipe, RpcPeer } from '../../../src/protocol/index.ts';

const SESSION_ID = '01900000-0000-7000-8000-000000000001';

/** Two ends in one process; `sent` keeps what each end wrote. */
function createPipePair() {
  function createEnd() {
    const lineListeners: ((line: string) => void)[] = [];
    const closeListeners: (() => void)[] = [];
    return {
      take: (line: string) => {
        for (const listener of lineListeners) listener(line);
      },
      end: () => {
        for (const listener of closeListeners) listener();
      },
      onLine: (listener: (line: string) => void) => void lineListeners.push(listener),
      onClose: (listener: () => void) => void closeListeners.push(listener),
    };
  }
  const ends = [createEnd(), createEnd()] as const;
  const sent: string[] = [];
  const close = () => {
    for (const end of ends) end.end();
  };
  const pipeTo = (mine: (typeof ends)[number], other: (typeof ends)[number]): Pipe => ({
    send: (line) => {
      sent.push(line);
      queueMicrotask(() => other.take(line));
    },
    onLine: mine.onLine,
    onClose: mine.onClose,
    close,
  });
  return {
    left: pipeTo(ends[0], ends[1]),
    right: pipeTo(ends[1], ends[0]),
    inject: ends[1].take,
    sent,
    close,
  };
}

const hello = { protocolVersion: 1, client: 'test', version: '0' };
const helloResult = { protocolVersion: 1, engineVersion: '0', engineId: 'e', pid: 1, openSessions: 0 };

describe('a request', () => {
  it('reaches the handler with defaults applied and its result comes back', async () => {
    const { left, right } = createPipePair();
    const seen: unknown[] = [];
    new RpcPeer(right, {
      'engine/stop': (params) => {
        seen.push(params);
        return { stopping: true };
      },
    });
    expect(await new RpcPeer(left).request('engine/stop', {})).toEqual({ stopping: true });
    expect(seen).toEqual([{ force: false }]);
  });

  it('goes both ways at once', async () => {
    const { left, right } = createPipePair();
    const a = new RpcPeer(left, { 'engine/hello': () => ({ ...helloResult, engineId: 'left' }) });
    const b = new RpcPeer(right, { 'engine/hello': () => ({ ...helloResult, engineId: 'right' }) });
    const [fromRight, fromLeft] = await Promise.all([
      a.request('engine/hello', hello),
      b.request('engine/hello', hello),
    ]);
    expect([fromRight.engineId, fromLeft.engineId]).toEqual(['right', 'left']);
  });

  it('with wrong parameters does not reach the handler', async () => {
    const { left, right } = createPipePair();
    let calls = 0;
    const peer = new RpcPeer(right, {
      'engine/hello': () => {
        calls += 1;
        return helloResult;
      },
    });
    const request = new RpcPeer(left).request('engine/hello', { ...hello, client: 'x'.repeat(65) });
    await expect(request).rejects.toMatchObject({ kind: 'peer', code: 'bad-params' });
    expect([calls, peer.malformedCount]).toEqual([0, 1]);
  });

  it('carries the whole fault of a handler, and calls anything else a bug', async () => {
    const { left, right } = createPipePair();
    new RpcPeer(right, {
      'engine/hello': () => {
        throw new Fault({
          kind: 'host',
          code: 'no-bwrap',
          message: 'bwrap is missing',
          hint: 'apt-get install bubblewrap',
        });
      },
      'grant/list': () => {
        throw new TypeError('oops');
      },
    });
    const peer = new RpcPeer(left);
    await expect(peer.request('engine/hello', hello)).rejects.toMatchObject({
      kind: 'host',
      code: 'no-bwrap',
      message: 'bwrap is missing',
      hint: 'apt-get install bubblewrap',
    });
    await expect(peer.request('grant/list', {})).rejects.toMatchObject({ kind: 'bug', code: 'unexpected' });
  });

  it('that nobody handles, and an answer of another shape, are faults', async () => {
    const { left, right } = createPipePair();
    new RpcPeer(right, { 'grant/list': () => JSON.parse('{"grants":1}') });
    const peer = new RpcPeer(left);
    await expect(peer.request('approval/list', {})).rejects.toMatchObject({ code: 'unknown-method' });
    await expect(peer.request('grant/list', {})).rejects.toMatchObject({ code: 'bad-result' });
  });

  it('is rejected when the pipe closes, as is every later one', async () => {
    const { left, right, close } = createPipePair();
    new RpcPeer(right, { 'grant/list': () => new Promise(() => {}) });
    const peer = new RpcPeer(left);
    const request = peer.request('grant/list', {});
    close();
    await expect(request).rejects.toMatchObject({ code: 'connection-closed' });
    await expect(peer.request('grant/list', {})).rejects.toMatchObject({ code: 'connection-closed' });
    let closes = 0;
    peer.onClose(() => {
      closes += 1;
    });
    expect(closes).toBe(1);
  });
});

describe('a notification', () => {
  it('reaches its listener only in the right shape', async () => {
    const { left, right } = createPipePair();
    const seen: unknown[] = [];
    const peer = new RpcPeer(right, {}, { 'stream/credit': (params) => seen.push(params) });
    const sender = new RpcPeer(left);
    sender.notify('stream/credit', { sessionId: SESSION_ID, stream: 'stdin', bytes: 5 });
    sender.notify('stream/credit', { sessionId: 'nonsense', stream: 'stdin', bytes: 5 });
    sender.notify('stream/credit', { sessionId: SESSION_ID, stream: 'stdin', bytes: -1 });
    await Promise.resolve();
    expect(seen).toEqual([{ sessionId: SESSION_ID, stream: 'stdin', bytes: 5 }]);
    expect(peer.malformedCount).toBe(2);
  });
});

describe('a line that is no message', () => {
  const lines = [
    ['not json', '{', -32700],
    ['empty', '', -32700],
    ['too long', ' '.repeat(8 * 1024 * 1024 + 1), -32700],
    ['an array', '[]', -32600],
    ['null', 'null', -32600],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"grant/list"}', -32600],
    ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"grant/list"}', -32600],
    ['a fraction as id', '{"jsonrpc":"2.0","id":1.5,"method":"grant/list"}', -32600],
    ['a method of the prototype', '{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32601],
    ['a proto key', '{"jsonrpc":"2.0","id":1,"method":"__proto__"}', -32601],
    ['unknown parameters', '{"jsonrpc":"2.0","id":1,"method":"grant/list","params":{"a":1}}', -32602],
    ['parameters as a list', '{"jsonrpc":"2.0","id":1,"method":"grant/list","params":[]}', -32602],
  ] as const;
  it.each(lines)('%s: is answered and counted, and the next message works', async (_name, line, code) => {
    const { left, right, inject, sent } = createPipePair();
    const peer = new RpcPeer(right, { 'grant/list': () => ({ grants: [] }) });
    inject(line);
    await Promise.resolve();
    expect(peer.malformedCount).toBe(1);
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({
      jsonrpc: '2.0',
      error: { code, data: { kind: 'peer' } },
    });
    expect(await new RpcPeer(left).request('grant/list', {})).toEqual({ grants: [] });
  });

  it('an answer to nothing is ignored', () => {
    const { right, inject, sent } = createPipePair();
    const peer = new RpcPeer(right);
    inject('{"jsonrpc":"2.0","id":7,"result":{}}');
    inject('{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}');
    expect([sent, peer.malformedCount]).toEqual([[], 0]);
  });
});

describe('the line splitter', () => {
  it('puts lines together from any pieces and drops what is too long up to its end', () => {
    const lines: string[] = [];
    const splitter = createLineSplitter((line) => lines.push(line), 5);
    for (const piece of ['ab', 'c\nde', '\n', '123456', '789\nx\n12345\n', '1\n\n2']) splitter.feed(piece);
    expect(lines).toEqual(['abc', 'de', '', 'x', '12345', '1', '']);
  });
});
