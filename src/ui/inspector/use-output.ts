import { useCallback, useEffect, useRef, useState } from 'react';
import { type RunId, toFault } from '../../protocol/index.ts';
import { usePage } from '../local/index.ts';
import { NO_OUTPUT, type OutputWindow, PAGE_BYTES, startOf, withEarlier, withLater } from './output-pages.ts';

export type Stream = 'stdout' | 'stderr';

export interface Output {
  readonly window: OutputWindow;
  readonly state: 'loading' | 'ready' | 'failed';
  readonly message?: string | undefined;
  showEarlier(): void;
  showLater(): void;
}

interface Shown {
  readonly window: OutputWindow;
  readonly state: Output['state'];
  readonly message?: string;
}

const LOADING: Shown = { window: NO_OUTPUT, state: 'loading' };

/** The output of a run, its end first; more of it is asked for a page at a time. `turn`: changes when there is more. */
export function useOutput(runId: RunId, stream: Stream, turn: string): Output {
  const { actions } = usePage();
  const [shown, setShown] = useState<Shown>(LOADING);
  const asked = useRef(0);

  const ask = useCallback(
    (
      offset: number,
      limit: number,
      join: (old: OutputWindow, reply: Awaited<ReturnType<typeof actions.output>>) => OutputWindow,
    ) => {
      asked.current += 1;
      const { current } = asked;
      setShown((old) => ({ window: old.window, state: 'loading' }));
      actions.output({ runId, stream, offset, limit }).then(
        (reply) => {
          // another stream, or another page, was asked for since
          if (current === asked.current)
            setShown((old) => ({ window: join(old.window, reply), state: 'ready' }));
        },
        (error: unknown) => {
          if (current !== asked.current) return;
          setShown((old) => ({ window: old.window, state: 'failed', message: toFault(error).message }));
        },
      );
    },
    [actions, runId, stream],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: with each turn the end of the output is another one
  useEffect(() => {
    setShown(LOADING);
    ask(-PAGE_BYTES, PAGE_BYTES, (_, reply) => withLater(NO_OUTPUT, reply, reply.size));
    return () => {
      asked.current += 1;
    };
  }, [ask, turn]);

  const { window } = shown;
  const showEarlier = useCallback(() => {
    const start = startOf(window);
    const from = Math.max(0, start - PAGE_BYTES);
    if (start > 0) ask(from, start - from, withEarlier);
  }, [ask, window]);
  const showLater = useCallback(() => {
    const { end, size } = window;
    const upTo = Math.min(size, end + PAGE_BYTES);
    if (end < size) ask(end, upTo - end, (old, reply) => withLater(old, reply, upTo));
  }, [ask, window]);
  return { ...shown, showEarlier, showLater };
}
