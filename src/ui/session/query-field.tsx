import { Search } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { RowFilter } from '../../protocol/index.ts';
import { parseRowQuery, writeRowQuery } from '../../timeline/index.ts';
import { usePage } from '../local/index.ts';
import { Icon } from '../marks/index.ts';
import css from './session.module.css';
import { useLetters } from './use-letters.ts';

/** Ms after the last key: nobody wants rows for half a word. */
const PAUSE_MS = 200;

/** The filter as one line that can be typed: `kind:command risk>=6 refund`. `/` leads to it. */
export function QueryField(props: {
  readonly filter: RowFilter;
  onChange(filter: RowFilter): void;
  readonly problem: string | undefined;
  onProblem(problem: string | undefined): void;
}): ReactNode {
  const { filter, onChange, problem, onProblem } = props;
  const { host } = usePage();
  const input = useRef<HTMLInputElement>(null);
  /** What is being typed; otherwise the line is that of the filter. */
  const [draft, setDraft] = useState<string>();
  const isDropped = useRef(false);
  const latest = useRef({ onChange, onProblem });
  latest.current = { onChange, onProblem };

  const apply = (text: string): void => {
    const parsed = parseRowQuery(text);
    latest.current.onProblem('problem' in parsed ? parsed.problem : undefined);
    if (!('problem' in parsed)) latest.current.onChange(parsed.filter);
  };
  const applyLatest = useRef(apply);
  applyLatest.current = apply;
  useEffect(() => {
    return draft === undefined ? undefined : host.after(PAUSE_MS, () => applyLatest.current(draft));
  }, [host, draft]);
  // a filter that came from elsewhere replaces what was typed
  const [shown, setShown] = useState(filter);
  if (shown !== filter) {
    setShown(filter);
    if (document.activeElement !== input.current) setDraft(undefined);
  }
  useLetters((wish) => {
    if (wish.wish === 'query') input.current?.focus();
    return wish.wish === 'query';
  });
  return (
    <label
      className={`${css['field']} ${css['query']}`}
      data-invalid={problem === undefined ? undefined : true}
    >
      <Icon of={Search} size={12} />
      <input
        ref={input}
        type="text"
        aria-label="Query"
        aria-keyshortcuts="/"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : 'query-problem'}
        placeholder="query"
        autoComplete="off"
        spellCheck={false}
        maxLength={1000}
        value={draft ?? writeRowQuery(filter)}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Enter' && draft !== undefined) apply(draft);
          if (event.key === 'Escape') {
            isDropped.current = true;
            onProblem(undefined);
            input.current?.blur();
          }
        }}
        onBlur={() => {
          const isKept = !isDropped.current;
          isDropped.current = false;
          // what is wrong stays to be put right
          if (isKept && problem !== undefined) return;
          if (isKept && draft !== undefined) apply(draft);
          setDraft(undefined);
        }}
      />
    </label>
  );
}
