import { Fault } from './faults.ts';
import { MAX_LINE_CHARS } from './line-splitter.ts';
import { z } from './zod.ts';

/** Codes of JSON-RPC 2.0, and one of ours per kind of fault. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
const CODE_OF_KIND = {
  bug: -32603,
  user: -32001,
  agent: -32002,
  host: -32003,
  peer: -32004,
  remote: -32005,
} as const;

const FaultData = z.object({
  kind: z.enum(['user', 'agent', 'host', 'peer', 'remote', 'bug']),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});

export const RequestId = z.union([z.int(), z.string().max(128)]);
export type RequestId = z.infer<typeof RequestId>;

const version = z.literal('2.0');
const absent = z.undefined().optional();
const RpcError = z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() });

/** A line of JSON-RPC 2.0: a request, a notification, an error or a result. Batches are not spoken. */
const RpcMessage = z.union([
  z.object({ jsonrpc: version, id: RequestId, method: z.string(), params: z.unknown().optional() }),
  z.object({ jsonrpc: version, id: absent, method: z.string(), params: z.unknown().optional() }),
  z.object({ jsonrpc: version, id: z.union([RequestId, z.null()]), method: absent, error: RpcError }),
  z.object({ jsonrpc: version, id: RequestId, method: absent, error: absent, result: z.unknown() }),
]);
export type RpcMessage = z.infer<typeof RpcMessage>;
export type RpcAnswer = Exclude<RpcMessage, { method: string }>;

/** A fault of the other end of a conversation. */
export function peerFault(code: string, message: string): Fault {
  return new Fault({ kind: 'peer', code, message });
}

/** What is wrong with a value, as one short line. */
export function describeIssues(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'wrong shape';
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}

/** The message a line holds, or the code and the reason why it holds none. */
export function readRpcMessage(line: string): RpcMessage | { malformed: number; reason: Fault } {
  let value: unknown;
  try {
    if (line.length > MAX_LINE_CHARS) throw peerFault('too-long', 'the line is too long');
    value = JSON.parse(line);
  } catch {
    return { malformed: PARSE_ERROR, reason: peerFault('not-json', 'a line is not JSON, or is too long') };
  }
  const message = RpcMessage.safeParse(value);
  if (message.success) return message.data;
  return {
    malformed: INVALID_REQUEST,
    reason: peerFault('not-a-message', 'a line is no JSON-RPC 2.0 message'),
  };
}

export function writeRpcError(id: RequestId | null, code: number, fault: Fault): string {
  const data = { kind: fault.kind, code: fault.code, message: fault.message, hint: fault.hint };
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: fault.message, data } });
}

/** The code that a fault of a handler is answered with. */
export function rpcCodeOf(fault: Fault): number {
  return CODE_OF_KIND[fault.kind];
}

/** The fault that the other end reported. */
export function readRpcFault(error: z.infer<typeof RpcError>): Fault {
  const data = FaultData.safeParse(error.data);
  if (data.success) return new Fault(data.data);
  return peerFault('error-without-fault', `${error.message} (${error.code})`);
}
