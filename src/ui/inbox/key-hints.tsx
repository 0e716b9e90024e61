import type { ReactNode } from 'react';
import { useLocal } from '../local/index.ts';
import { Kbd } from '../marks/index.ts';
import css from './inbox.module.css';

const HINTS = [
  [['J', 'K'], 'move'],
  [['⏎'], 'open'],
  [['X'], 'select'],
  [['U'], 'next high'],
  [['G'], 'group'],
  [['Z'], 'snooze'],
  [['P'], 'pause session'],
  [['?'], 'all keys'],
] as const;
const HINTS_WITHOUT_LETTERS = [
  [['↑', '↓'], 'move'],
  [['⏎'], 'open'],
  [['Space'], 'select'],
] as const;

/** The keys of the list, in one line. */
export function KeyHints(): ReactNode {
  const hasLetterKeys = useLocal((local) => local.hasLetterKeys);
  return (
    <div className={css['hints']}>
      {(hasLetterKeys ? HINTS : HINTS_WITHOUT_LETTERS).map(([keys, words]) => (
        <span key={words}>
          {keys.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
          {words}
        </span>
      ))}
    </div>
  );
}
