import { Plus } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { Button } from '../controls/index.ts';
import { goTo, useLive, usePage } from '../local/index.ts';
import { Icon, SafeText } from '../marks/index.ts';
import css from './app.module.css';
import { BrandMark } from './brand-mark.tsx';
import { chooseHome } from './choose-home.ts';
import { describeUnknown } from './describe-connection.ts';

/** The page without an address: goes on to what matters now, once that is known. */
export function HomePage(): ReactNode {
  const page = usePage();
  const { live, local } = page;
  const home = useLive((view) => nameHome(chooseHome(view)));
  useEffect(() => {
    if (home === 'unknown' || home === 'empty') return;
    const chosen = chooseHome(live.getState());
    // the address stays as it is: Back must not lead here only to be sent on again
    if (chosen !== undefined && chosen !== 'empty') local.setState({ route: chosen });
  }, [live, local, home]);
  return (
    <main className={css['home']}>
      <BrandMark size={32} />
      <h1>{home === 'empty' ? 'No session yet.' : 'Sallyport'}</h1>
      {home === 'empty' ? (
        <>
          <p>A session runs a script or a program behind the wall, and asks before anything crosses it.</p>
          <Button look="primary" onPress={() => goTo(page, { screen: 'new' })}>
            <Icon of={Plus} size={14} />
            New session
          </Button>
        </>
      ) : (
        <Unknown />
      )}
    </main>
  );
}

/** What is missing, and what can be done about it. */
function Unknown(): ReactNode {
  const connection = useLive((view) => view.connection);
  const { text, command } = describeUnknown(connection);
  return (
    <p>
      <SafeText text={text} />
      {command !== undefined && (
        <>
          {' '}
          <code>{command}</code>
        </>
      )}
    </p>
  );
}

/** Something that is equal while the choice is. */
function nameHome(home: ReturnType<typeof chooseHome>): string {
  if (home === undefined) return 'unknown';
  return home === 'empty' ? home : home.screen;
}
