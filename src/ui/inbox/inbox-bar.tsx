import { Search } from 'lucide-react';
import { type ReactNode, type RefObject, useMemo } from 'react';
import { FilterChips } from '../controls/index.ts';
import { useLive, useLocal } from '../local/index.ts';
import { Icon, Kbd } from '../marks/index.ts';
import { countLevels, LEVEL_CHOICES } from './filter-requests.ts';
import css from './inbox-bar.module.css';
import type { Inbox } from './use-inbox.ts';

/** Chips of risk and the field for words. */
export function InboxBar(props: {
  readonly inbox: Inbox;
  readonly filterField: RefObject<HTMLInputElement | null>;
  /** The list gets the focus back. */
  onLeave(): void;
}): ReactNode {
  const { inbox } = props;
  const approvals = useLive((view) => view.approvals);
  const hasLetterKeys = useLocal((local) => local.hasLetterKeys);
  const choices = useMemo(() => {
    const counts = countLevels(approvals);
    return LEVEL_CHOICES.map((choice) => ({ ...choice, count: counts[choice.value] }));
  }, [approvals]);
  return (
    <div className={css['bar']}>
      <div className={css['chips']}>
        <FilterChips label="Risk" value={inbox.level} choices={choices} onChange={inbox.setLevel} />
      </div>
      <label className={css['field']}>
        <Icon of={Search} size={12} />
        <span className="visually-hidden">Filter requests</span>
        <input
          ref={props.filterField}
          value={inbox.words}
          placeholder="Filter"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          onChange={(event) => inbox.setWords(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' && event.key !== 'Enter') return;
            event.preventDefault();
            if (event.key === 'Escape') inbox.setWords('');
            props.onLeave();
          }}
        />
        {hasLetterKeys && <Kbd>/</Kbd>}
      </label>
    </div>
  );
}
