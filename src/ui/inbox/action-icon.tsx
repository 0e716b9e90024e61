import { Bot, FilePen, Globe, KeyRound, type LucideIcon, Plug, Sparkles, Terminal } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Approval } from '../../protocol/index.ts';
import { Icon } from '../marks/index.ts';
import css from './inbox.module.css';

const ICONS: Record<Approval['kind'], { readonly icon: LucideIcon; readonly word: string }> = {
  cmd: { icon: Terminal, word: 'Command' },
  edit: { icon: FilePen, word: 'File change' },
  net: { icon: Globe, word: 'Connection' },
  mcp: { icon: Plug, word: 'Tool call' },
  perm: { icon: KeyRound, word: 'Access' },
  skill: { icon: Sparkles, word: 'Skill' },
  agent: { icon: Bot, word: 'Sub-agent' },
};

/** What kind of thing is asked for. */
export function ActionIcon(props: { readonly kind: Approval['kind'] }): ReactNode {
  const { icon, word } = ICONS[props.kind];
  return (
    <span className={css['kind']}>
      <Icon of={icon} />
      <span className="visually-hidden">{word}</span>
    </span>
  );
}
