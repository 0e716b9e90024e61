import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import type { SessionHead } from '../../protocol/index.ts';
import { SwitchField } from '../controls/index.ts';
import { useLive } from '../local/index.ts';
import css from './terminal.module.css';

/** The terminal is heavy: it is loaded when somebody looks at one. */
const LoadedScreen = lazy(async () => ({ default: (await import('./terminal-screen.tsx')).TerminalScreen }));

/** The terminal of a session: what its program prints, and, once a person has said so, a keyboard for it. */
export function TerminalPane(props: { readonly head: SessionHead }): ReactNode {
  const { head } = props;
  const isReady = useLive((view) => view.connection.state === 'ready');
  const [wantsToType, setWantsToType] = useState(false);
  const [hasKeyboard, setHasKeyboard] = useState(false);
  const [note, setNote] = useState<string>();
  const bar = useRef<HTMLDivElement>(null);
  const isOpen = head.state === 'open';
  const isTyping = wantsToType && isOpen && isReady;
  return (
    <section className={css['pane']} aria-label="Terminal">
      <div ref={bar} className={css['bar']}>
        {isOpen && <SwitchField label="Type here" isOn={wantsToType} onChange={setWantsToType} />}
        <span className={css['hint']}>
          {!isOpen
            ? 'The session has ended; this is what the terminal showed last.'
            : isTyping && hasKeyboard
              ? 'Every key goes to the program. F6 leaves the terminal.'
              : 'You are looking on: keys do nothing here.'}
        </span>
        {note !== undefined && <span className={css['note']}>{note}</span>}
      </div>
      <Suspense fallback={<p className={css['hint']}>Loading the terminal…</p>}>
        <LoadedScreen
          sessionId={head.sessionId}
          isTyping={isTyping}
          onKeyboard={setHasKeyboard}
          onNote={setNote}
          onLeave={() => bar.current?.querySelector('input')?.focus()}
        />
      </Suspense>
    </section>
  );
}
