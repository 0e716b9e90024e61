import '@xterm/xterm/css/xterm.css';
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import type { SessionId } from '../../protocol/index.ts';
import { useLocal, usePage } from '../local/index.ts';
import { decodeBytes, encodeText } from './base64-bytes.ts';
import { followTerminal, type ShownTerminal } from './follow-terminal.ts';
import css from './terminal.module.css';

/** The screen itself. */
export function TerminalScreen(props: {
  readonly sessionId: SessionId;
  readonly isTyping: boolean;
  /** Whether keys go to the program from now on: the terminal has been given the keyboard. */
  onKeyboard(hasIt: boolean): void;
  onNote(note: string | undefined): void;
  /** The person leaves the terminal by its key. */
  onLeave(): void;
}): ReactNode {
  const { sessionId, isTyping } = props;
  const { actions } = usePage();
  const theme = useLocal((ui) => ui.theme);
  const textSize = useLocal((ui) => ui.textSize);
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<ShownTerminal>(undefined);
  const latest = useRef(props);
  latest.current = props;

  useLayoutEffect(() => {
    const { current: parent } = place;
    if (parent === null) return;
    const send = (text: string): void => {
      if (!latest.current.isTyping) return;
      for (const data of encodeText(text)) {
        actions
          .type({ sessionId, data })
          .catch(() => latest.current.onNote('What you typed did not arrive.'));
      }
    };
    const terminal = followTerminal(parent, {
      watch: (follower) => actions.watchTerminal(sessionId, follower),
      decode: decodeBytes,
      resize: (size) => void actions.resizeTerminal({ sessionId, ...size }).catch(() => undefined),
      send,
      isTyping: () => latest.current.isTyping,
      note: (note) => latest.current.onNote(note),
      leave: () => latest.current.onLeave(),
    });
    shown.current = terminal;
    return () => {
      shown.current = undefined;
      terminal.end();
    };
  }, [actions, sessionId]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another session has another terminal
  useLayoutEffect(() => {
    shown.current?.setTyping(isTyping);
    latest.current.onKeyboard(isTyping);
    return () => latest.current.onKeyboard(false);
  }, [isTyping, sessionId]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: they decide how the styles are that are read
  useEffect(() => {
    shown.current?.readStyle();
  }, [theme, textSize]);

  return <div ref={place} className={css['screen']} data-typing={isTyping || undefined} />;
}
