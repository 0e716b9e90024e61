import { type ReactNode, useEffect, useRef, useState } from 'react';
import { InboxPage, PopoverPage } from '../inbox/index.ts';
import { Inspector } from '../inspector/index.ts';
import { goTo, type Route, useLocal, useNarrow, usePage } from '../local/index.ts';
import { SessionPage } from '../session/index.ts';
import { NewSessionPage, WelcomePage } from '../start/index.ts';
import { Announcer } from './announcer.tsx';
import css from './app.module.css';
import { CardPage } from './card-page.tsx';
import { EngineStrip } from './engine-strip.tsx';
import { HomePage } from './home-page.tsx';
import { KeyHelp } from './key-help.tsx';
import { Rail } from './rail.tsx';
import { StatusBar } from './status-bar.tsx';
import { TitleBar } from './title-bar.tsx';
import { useCardAddress } from './use-card-address.ts';
import { useGlobalKeys } from './use-global-keys.ts';
import { useLook } from './use-look.ts';
import { focusHeading, useScreenFocus } from './use-screen-focus.ts';

/** The whole page. */
export function App(): ReactNode {
  const isPopover = useLocal((ui) => ui.route.screen === 'popover');
  useLook();
  useGlobalKeys();
  return (
    <>
      {isPopover ? (
        <div className={css['alone']}>
          <EngineStrip />
          <PopoverPage />
        </div>
      ) : (
        <Frame />
      )}
      <KeyHelp />
      <Announcer />
    </>
  );
}

/** Title, rail, screen, inspector and foot. */
function Frame(): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const isNarrow = useNarrow();
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  const route = useLocal((ui) => ui.route);
  useScreenFocus(frame, isNarrow);
  // first: a card that takes the place of another one is no further page
  useCardAddress();
  useCardPage(isNarrow);
  const hasInspector = !isNarrow && (route.screen === 'inbox' || route.screen === 'session');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the menu wherever the focus is in the frame
    <div
      ref={frame}
      className={css['app']}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) setIsMenuOpen(false);
      }}
    >
      <button type="button" className={css['skip']} onClick={() => focusHeading(frame.current)}>
        Skip to the content
      </button>
      <TitleBar isMenuOpen={isMenuOpen} onMenu={() => setIsMenuOpen(!isMenuOpen)} />
      <EngineStrip />
      <div className={`${css['body']} ${hasInspector ? css['three'] : ''}`}>
        <Rail isOpen={isMenuOpen} onGo={() => setIsMenuOpen(false)} />
        <div className={css['screen']} inert={isNarrow && isMenuOpen}>
          <Screen route={route} isNarrow={isNarrow} />
        </div>
        {hasInspector && (
          <div className={css['inspector']}>
            <Inspector />
          </div>
        )}
      </div>
      <StatusBar />
    </div>
  );
}

/** In one column a card that a person asked for becomes the page. */
function useCardPage(isNarrow: boolean): void {
  const page = usePage();
  const wanted = useLocal((ui) => ui.cardFocusWanted);
  useEffect(() => {
    const { route } = page.local.getState();
    if (!isNarrow || wanted === undefined) return;
    if (route.screen !== 'inbox' && route.screen !== 'session') return;
    if (route.approvalId !== wanted) goTo(page, { ...route, approvalId: wanted });
  }, [page, isNarrow, wanted]);
}

function Screen(props: { readonly route: Route; readonly isNarrow: boolean }): ReactNode {
  const { route, isNarrow } = props;
  switch (route.screen) {
    case 'inbox':
      if (isNarrow && route.approvalId !== undefined) {
        return <CardPage approvalId={route.approvalId} back={{ screen: 'inbox' }} />;
      }
      return <InboxPage />;
    case 'session': {
      const { sessionId, approvalId } = route;
      if (isNarrow && approvalId !== undefined) {
        return <CardPage approvalId={approvalId} back={{ screen: 'session', sessionId }} />;
      }
      return <SessionPage key={sessionId} sessionId={sessionId} />;
    }
    case 'new':
      return (
        <main className={css['plain']}>
          <NewSessionPage />
        </main>
      );
    case 'welcome':
      return (
        <main className={css['plain']}>
          <WelcomePage />
        </main>
      );
    default:
      return <HomePage />;
  }
}
