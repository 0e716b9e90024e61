import type { SessionId } from '../../protocol/index.ts';

export type OutputStream = 'stdout' | 'stderr';

/** `bodies` are the JSON texts of event bodies, each beginning with `{"type":`. */
export interface AppendRequest {
  readonly kind: 'append';
  readonly id: number;
  readonly sessionId: SessionId;
  readonly at: number;
  readonly bodies: readonly string[];
}
/** A piece of output; `offset` counts in the masked stream. The pieces of one stream come in their order. */
export interface OutputRequest {
  readonly kind: 'output';
  readonly id: number;
  readonly sessionId: SessionId;
  readonly runId: string;
  readonly stream: OutputStream;
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** The last piece of its stream, which is answered with the hash of all of them; it may be empty. */
  readonly isLast: boolean;
}
export interface CloseRequest {
  readonly kind: 'close';
  readonly id: number;
}
export type WriteRequest = AppendRequest | OutputRequest;
export type WriterRequest = WriteRequest | CloseRequest;

/**
 * What came of one request. `texts` are the stored bytes of the events, in order; `sha256` of a stream's last piece is
 * the hash of what is stored of it.
 */
export type WriteResult =
  | {
      readonly id: number;
      readonly outcome: 'written';
      readonly texts: readonly string[];
      readonly sha256?: string;
    }
  | { readonly id: number; readonly outcome: 'refused'; readonly message: string };

export type WriterReply =
  | { readonly kind: 'ready' }
  /** After the commit, in the order of the requests. */
  | { readonly kind: 'committed'; readonly results: readonly WriteResult[] }
  /** Nothing of what was not answered is stored, and nothing will be any more. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'closed'; readonly id: number };

/** `workerData` of the writer thread. */
export interface WriterData {
  readonly file: string;
}
