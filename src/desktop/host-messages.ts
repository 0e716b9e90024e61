/** What the main process and the engine's process say to each other; pages speak on ports of their own. */

export type ToHost =
  /** Comes with the port of one page. */
  | { readonly type: 'page'; readonly pageId: number }
  /** End every session and yourself. */
  | { readonly type: 'stop' };

export type FromHost =
  /** Pages are served. `isOwn`: by this very process; else by another engine of this user, which it reaches. */
  | { readonly type: 'ready'; readonly isOwn: boolean }
  /** The engine is gone; another `ready` may follow. */
  | { readonly type: 'gone' }
  | { readonly type: 'page-closed'; readonly pageId: number }
  /** It cannot go on, and ends. */
  | { readonly type: 'failed'; readonly message: string; readonly hint: string | undefined };

type Fields = Readonly<Record<string, unknown>>;

function readFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

/** `undefined` for anything that is no such message. */
export function readToHost(value: unknown): ToHost | undefined {
  const fields = readFields(value);
  if (fields?.['type'] === 'stop') return { type: 'stop' };
  const pageId = fields?.['pageId'];
  return fields?.['type'] === 'page' && typeof pageId === 'number' ? { type: 'page', pageId } : undefined;
}

/** `undefined` for anything that is no such message. */
export function readFromHost(value: unknown): FromHost | undefined {
  const fields = readFields(value);
  if (fields === undefined) return undefined;
  const { type, isOwn, pageId, message, hint } = fields;
  if (type === 'gone') return { type };
  if (type === 'ready' && typeof isOwn === 'boolean') return { type, isOwn };
  if (type === 'page-closed' && typeof pageId === 'number') return { type, pageId };
  if (type !== 'failed' || typeof message !== 'string') return undefined;
  return { type, message, hint: typeof hint === 'string' ? hint : undefined };
}
