import { describe, expect, it } from 'vitest';
import { parseGateLine } from '../../../src/engine/sandbox/gate-message.ts';
import { encodeField } from '../../../src/engine/sandbox/line-fields.ts';

const parse = (value: unknown) =>
  parseGateLine(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

const EXEC = {
  type: 'exec',
  slot: 1,
  pid: 2,
  path: 'ls',
  argv: ['ls', '-l'],
  cwd: '/',
  threads: 1,
  truncated: false,
  lossy: false,
  shared: false,
  traced: false,
  env: ['A=1', 'GONE'],
  envCut: false,
};
const SWAPPED = { type: 'swapped', pid: 2, what: 'arguments', path: '/usr/bin/touch', argv: ['touch', 'x'] };
const WRITE = {
  type: 'write',
  slot: 1,
  pid: 2,
  path: '/x',
  kind: 'missing',
  argv: [],
  cwd: '/',
  lossy: true,
};

const CHANGE = {
  type: 'change',
  slot: 1,
  pid: 2,
  op: 'mkdir',
  path: '/x',
  kind: 'missing',
  argv: ['mkdir', 'x'],
  cwd: '/',
  lossy: false,
};
const CONNECT = { type: 'connect', slot: 1, pid: 2, path: '/x.sock', argv: [], cwd: '/', lossy: false };

describe('parseGateLine', () => {
  it.each([
    { type: 'hello', launch: 'l', pid: 1, gate: 'exec', exitCodes: true },
    { type: 'root', pid: 5 },
    EXEC,
    { ...EXEC, shebang: '/bin/sh -e' },
    SWAPPED,
    WRITE,
    CHANGE,
    { ...CHANGE, op: 'rename', kind: 'file', from: '/y', fromKind: 'dir' },
    CONNECT,
    { type: 'denied', pid: 1, op: 'write', path: '/x' },
    { type: 'denied', pid: 1, op: 'connect', host: '192.0.2.1:443' },
    { type: 'captured', pid: 1, ok: false },
    { type: 'exit', pid: 1, code: 0 },
    { type: 'exit', pid: 1, signal: 9 },
    { type: 'exit', pid: 1 },
    { type: 'exit', pid: 1, slot: 4 },
  ])('reads %j', (message) => {
    expect(parse(message)).toEqual(message);
  });

  it('takes only the fields it knows', () => {
    expect(parse({ type: 'root', pid: 5, extra: 1 })).toEqual({ type: 'root', pid: 5 });
  });

  it.each([
    '',
    'null',
    '[]',
    '{',
    '"root"',
    '{"type":"allow","slot":1}',
    '{"type":"root","pid":"5"}',
    '{"type":"root","pid":-5}',
    '{"type":"root","pid":1.5}',
    '{"type":"root","pid":1e300}',
    JSON.stringify({ ...EXEC, argv: ['ls', 1] }),
    JSON.stringify({ ...EXEC, argv: 'ls' }),
    JSON.stringify({ ...EXEC, slot: null }),
    JSON.stringify({ ...EXEC, threads: undefined }),
    JSON.stringify({ ...EXEC, shebang: 1 }),
    JSON.stringify({ ...EXEC, shared: undefined }),
    JSON.stringify({ ...EXEC, traced: 1 }),
    JSON.stringify({ ...EXEC, env: undefined }),
    JSON.stringify({ ...EXEC, env: [1] }),
    JSON.stringify({ ...EXEC, envCut: undefined }),
    JSON.stringify({ ...SWAPPED, what: 'words' }),
    JSON.stringify({ ...SWAPPED, argv: 'touch' }),
    JSON.stringify({ ...WRITE, kind: 'socket' }),
    JSON.stringify({ ...WRITE, path: 'relative' }),
    JSON.stringify({ type: 'exit', pid: 1, code: '0' }),
    JSON.stringify({ ...CHANGE, op: 'format' }),
    JSON.stringify({ ...CHANGE, kind: 'device' }),
    JSON.stringify({ ...CHANGE, from: '/y', fromKind: 'file' }),
    JSON.stringify({ ...CHANGE, op: 'rename' }),
    JSON.stringify({ ...CHANGE, op: 'rename', from: 'y', fromKind: 'file' }),
    JSON.stringify({ ...CHANGE, op: 'rename', from: '/y', fromKind: 'missing' }),
    JSON.stringify({ ...CONNECT, path: 'x.sock' }),
    JSON.stringify({ ...CONNECT, slot: undefined }),
    JSON.stringify({ ...WRITE, program: 1 }),
    JSON.stringify({ ...CHANGE, program: null }),
    JSON.stringify({ ...CONNECT, program: [] }),
    JSON.stringify({ type: 'denied', pid: 1, path: '/x' }),
    JSON.stringify({ type: 'denied', pid: 1, op: 'write' }),
    JSON.stringify({ type: 'denied', pid: 1, op: 'write', path: '/x', host: 'h:1' }),
    JSON.stringify({ type: 'denied', pid: 1, op: 'allow', path: '/x' }),
  ])('refuses %s', (line) => {
    expect(parse(line)).toBeNull();
  });
});

describe('encodeField', () => {
  it.each([
    ['', '%'],
    ['/a/b-c_d.e', '/a/b-c_d.e'],
    ['a b\n%', 'a%20b%0A%25'],
    ['ü', '%C3%BC'],
  ])('encodes %j as %s', (text, encoded) => {
    expect(encodeField(text)).toBe(encoded);
  });
});
