import { Hand, Menu, Pause, Play, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, IconButton } from '../controls/index.ts';
import { goTo, useLive, usePage } from '../local/index.ts';
import { Icon } from '../marks/index.ts';
import { BrandMark } from './brand-mark.tsx';
import { LookMenu } from './look-menu.tsx';
import css from './title-bar.module.css';
import { useIsKnown } from './use-is-known.ts';

/** The bar at the top: what waits, and the brake for all. */
export function TitleBar(props: { readonly isMenuOpen: boolean; onMenu(): void }): ReactNode {
  const { isMenuOpen, onMenu } = props;
  return (
    <header className={css['bar']}>
      <span className={css['menu']}>
        <IconButton label={isMenuOpen ? 'Close the menu' : 'Menu'} onPress={onMenu}>
          <Icon of={isMenuOpen ? X : Menu} />
        </IconButton>
      </span>
      <span className={css['brand']}>
        <BrandMark />
        <span className={css['word']}>Sallyport</span>
      </span>
      <Waiting />
      <PauseAll />
      <LookMenu />
    </header>
  );
}

function Waiting(): ReactNode {
  const page = usePage();
  const count = useLive((view) => view.approvals.length);
  const isKnown = useIsKnown();
  return (
    <Button
      isCompact
      look="quiet"
      {...(!isKnown && { label: 'What waits is not known' })}
      className={`${css['waiting']} ${count > 0 ? css['some'] : ''}`}
      onPress={() => goTo(page, { screen: 'inbox' })}
    >
      <Icon of={Hand} size={14} />
      {isKnown ? describeWaiting(count) : '–'}
    </Button>
  );
}

function describeWaiting(count: number): string {
  return count === 0 ? 'Nothing waiting' : `${count} waiting`;
}

/** Holds new runs of every open session; what runs already goes on. */
function PauseAll(): ReactNode {
  const { live, actions } = usePage();
  const open = useLive((view) => view.sessions.filter((head) => head.state === 'open').length);
  const paused = useLive(
    (view) => view.sessions.filter((head) => head.state === 'open' && head.isPaused).length,
  );
  const isReady = useLive((view) => view.connection.state === 'ready');
  const areAllPaused = open > 0 && paused === open;
  const press = (): void => {
    const heads = live.getState().sessions.filter((head) => head.state === 'open');
    // each shows for itself whether it worked: its state is what the engine says
    for (const head of heads) {
      if (head.isPaused === areAllPaused) actions.pause(head.sessionId, !areAllPaused).catch(() => undefined);
    }
  };
  return (
    <Button
      isCompact
      look="quiet"
      label={areAllPaused ? 'Let all go on' : 'Pause all'}
      isDisabled={!isReady || open === 0}
      onPress={press}
    >
      <Icon of={areAllPaused ? Play : Pause} size={14} />
      <span className={css['words']}>{areAllPaused ? 'Go on' : 'Pause all'}</span>
    </Button>
  );
}
