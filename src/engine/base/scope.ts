/** Closes one thing; may be asynchronous. */
export type Closing = () => void | Promise<void>;

/**
 * Whatever opens something registers its closing here, on the same line. Closings run once, last opened first, one
 * after the other; one that fails does not keep the others from running.
 */
export interface Scope {
  /** Registers a closing and returns it wrapped so that it can be run early; it then does not run again. */
  defer(closing: Closing): () => Promise<void>;
  /** Hands back what was opened, its closing registered. */
  use<Resource>(resource: Resource, close: (resource: Resource) => void | Promise<void>): Resource;
  /** A scope that is closed with this one, or earlier by itself. */
  child(): Scope;
  readonly isClosed: boolean;
  /** Runs all closings. Idempotent: every call gets the same promise. Rejects with an AggregateError when some failed. */
  close(): Promise<void>;
}

/**
 * An empty, open scope. A closing registered after the scope was closed runs at once, so that nothing can be opened into
 * a closed scope and stay open.
 */
export function createScope(): Scope {
  const closings: Array<() => Promise<void>> = [];
  let closed: Promise<void> | undefined;

  const defer = (closing: Closing): (() => Promise<void>) => {
    let ran: Promise<void> | undefined;
    const runOnce = (): Promise<void> => {
      ran ??= (async () => closing())();
      return ran;
    };
    if (closed !== undefined) void runOnce().catch(() => undefined);
    else closings.push(runOnce);
    return () => {
      const place = closings.indexOf(runOnce);
      if (place >= 0) closings.splice(place, 1);
      return runOnce();
    };
  };

  const scope: Scope = {
    defer,
    use(resource, close) {
      defer(() => close(resource));
      return resource;
    },
    child() {
      const inner = createScope();
      // Closed early it leaves this scope's list, so a long-lived scope does not collect dead children.
      const closeInner = defer(inner.close);
      return {
        ...inner,
        close: closeInner,
        get isClosed() {
          return inner.isClosed;
        },
      };
    },
    get isClosed() {
      return closed !== undefined;
    },
    close() {
      closed ??= closeAll(closings);
      return closed;
    },
  };
  return scope;
}

async function closeAll(closings: Array<() => Promise<void>>): Promise<void> {
  const errors: unknown[] = [];
  for (let next = closings.pop(); next !== undefined; next = closings.pop()) {
    try {
      await next();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} closings failed`);
}
