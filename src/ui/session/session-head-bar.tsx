import { ChevronRight, Pause, Play, ShieldOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { SessionHead } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { folderNameOf, useLive, usePage } from '../local/index.ts';
import { Icon, SafeText, StatePill, Tag } from '../marks/index.ts';
import { EndSession } from './end-session.tsx';
import { sentenceOf } from './sentence-of.ts';
import css from './session.module.css';

function HeadActions(props: { readonly head: SessionHead; onProblem(problem: string | undefined): void }) {
  const { head, onProblem } = props;
  const { actions } = usePage();
  const isReady = useLive((view) => view.connection.state === 'ready');
  const [isBusy, setBusy] = useState(false);
  const pause = async (): Promise<void> => {
    setBusy(true);
    onProblem(undefined);
    await actions
      .pause(head.sessionId, !head.isPaused)
      .catch((error: unknown) => onProblem(sentenceOf(error)));
    setBusy(false);
  };
  return (
    <>
      <Button isCompact isDisabled={!isReady || isBusy} onPress={() => void pause()}>
        <Icon of={head.isPaused ? Play : Pause} size={12} />
        {head.isPaused ? 'Go on' : 'Pause'}
      </Button>
      <EndSession head={head} isDisabled={!isReady} />
    </>
  );
}

/** Which session this is, what binds it, and what can be done with the whole of it. */
export function SessionHeadBar(props: { readonly head: SessionHead }): ReactNode {
  const { head } = props;
  const [problem, setProblem] = useState<string>();
  const name = folderNameOf(head.workspace);
  const isOpen = head.state === 'open';
  return (
    <>
      <header className={css['head']}>
        <h1>
          <SafeText text={name} maxChars={120} />
        </h1>
        {head.title !== '' && head.title !== name && (
          <>
            <span className={css['chevron']}>
              <Icon of={ChevronRight} size={14} />
            </span>
            <span className={css['title']}>
              <SafeText text={head.title} maxChars={200} />
            </span>
          </>
        )}
        <span className={css['tags']}>
          <Tag>
            <SafeText text={head.agentName} maxChars={40} />
          </Tag>
        </span>
        {(!isOpen || head.isPaused) && <StatePill head={{ ...head, openApprovals: 0 }} />}
        <span className={css['push']} />
        <span className={css['tags']}>
          <Tag>{head.sandboxMode}</Tag>
          <Tag>{head.approvalPolicy}</Tag>
        </span>
        {isOpen && <HeadActions head={head} onProblem={setProblem} />}
      </header>
      {problem !== undefined && (
        <p role="alert" className={css['problem']}>
          <SafeText text={problem} />
        </p>
      )}
      {isOpen && head.sandboxMode === 'danger-full-access' && (
        <p className={css['danger']}>
          <Icon of={ShieldOff} />
          <b>No sandbox.</b> What runs in this session can read, change and send anything that you can.
        </p>
      )}
    </>
  );
}
