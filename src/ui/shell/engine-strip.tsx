import { Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../controls/index.ts';
import { useLive, useNow, usePage } from '../local/index.ts';
import { Icon, SafeText } from '../marks/index.ts';
import { describeConnection } from './describe-connection.ts';
import css from './engine-strip.module.css';

/** Says under the title that the engine is gone, and what comes next. It is announced once, by the announcer. */
export function EngineStrip(): ReactNode {
  const { actions } = usePage();
  const connection = useLive((view) => view.connection);
  const nowMs = useNow();
  const words = describeConnection(connection, nowMs);
  if (words === undefined) return null;
  return (
    <section className={css['strip']} aria-label="Connection">
      <Icon of={Unplug} />
      <p className={css['words']}>
        <b>{words.title}</b>{' '}
        <span>
          <SafeText text={words.text} />
        </span>{' '}
        {words.commands.map((command, place) => (
          <span key={command}>
            {place > 0 && ' or '}
            <code>{command}</code>
          </span>
        ))}
      </p>
      {words.progress !== '' && <span className={css['progress']}>{words.progress}</span>}
      {words.action === 'retry' && (
        <Button isCompact onPress={actions.retryNow}>
          Try now
        </Button>
      )}
      {words.action === 'reload' && (
        <Button isCompact onPress={() => location.reload()}>
          Load again
        </Button>
      )}
    </section>
  );
}
