import type { ReactNode } from 'react';
import { InboxPage, PopoverPage } from '../inbox/index.ts';
import { Inspector } from '../inspector/index.ts';
import { useLocal } from '../local/index.ts';
import { SessionPage } from '../session/index.ts';
import { NewSessionPage, WelcomePage } from '../start/index.ts';

/** The whole page. */
export function App(): ReactNode {
  const route = useLocal((local) => local.route);
  switch (route.screen) {
    case 'popover':
      return <PopoverPage />;
    case 'new':
      return <NewSessionPage />;
    case 'welcome':
      return <WelcomePage />;
    case 'session':
      return (
        <>
          <SessionPage sessionId={route.sessionId} />
          <Inspector />
        </>
      );
    default:
      return (
        <>
          <InboxPage />
          <Inspector />
        </>
      );
  }
}
