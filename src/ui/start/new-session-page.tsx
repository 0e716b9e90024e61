import { type ReactNode, useState } from 'react';
import { Fault } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { goTo, useLive, usePage } from '../local/index.ts';
import { Kbd, SafeText } from '../marks/index.ts';
import { AccessFields } from './access-fields.tsx';
import { PreviewPane } from './preview-pane.tsx';
import { EMPTY_DRAFT, findProblems, type SessionDraft, toStartParams } from './session-draft.ts';
import css from './start.module.css';
import { usePreview } from './use-preview.ts';
import { WorkFields } from './work-fields.tsx';

/** The form for a session: folder, script or program, mode and policy, and what all that will enforce. */
export function NewSessionPage(): ReactNode {
  const page = usePage();
  const [draft, setDraft] = useState<SessionDraft>(() =>
    firstDraft(page.live.getState().sessions[0]?.workspace),
  );
  const [hasTried, setHasTried] = useState(false);
  const [isStarting, setIsStarting] = useState(false);
  const [failure, setFailure] = useState<string>();
  const shown = usePreview(draft);
  const isReady = useLive((view) => view.connection.state === 'ready');
  const problems = findProblems(draft);
  const hasProblems = Object.keys(problems).length > 0;

  function start(): void {
    setHasTried(true);
    if (hasProblems || isStarting || !isReady) return;
    setIsStarting(true);
    setFailure(undefined);
    page.actions.start(toStartParams(draft)).then(
      ({ sessionId }) => goTo(page, { screen: 'session', sessionId }),
      (thrown: unknown) => {
        setIsStarting(false);
        setFailure(describe(thrown));
      },
    );
  }

  const change = (part: Partial<SessionDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const told = hasTried ? problems : {};
  const startKey = page.host.platform === 'mac' ? '⌘⏎' : 'Ctrl ⏎';
  return (
    <form
      className={css['newSession']}
      aria-label="New session"
      onSubmit={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
        event.preventDefault();
        start();
      }}
    >
      <div className={css['form']}>
        <h1 className={css['title']} tabIndex={-1}>
          New session
        </h1>
        <WorkFields draft={draft} problems={told} onChange={change} />
        <AccessFields draft={draft} problems={told} onChange={change} onReplace={setDraft} />
        <div className={css['startRow']}>
          {failure !== undefined && (
            <p className={css['problem']} role="alert">
              <SafeText text={failure} maxChars={1000} />
            </p>
          )}
          <Button look="primary" isDisabled={isStarting || !isReady} onPress={start}>
            {isStarting ? 'Starting…' : 'Start session'} <Kbd>{startKey}</Kbd>
          </Button>
          <span className={css['quiet']} role="status">
            {isReady ? '' : 'Not connected: nothing can be started.'}
            {hasTried && hasProblems ? 'Something is missing above.' : ''}
          </span>
        </div>
      </div>
      <PreviewPane shown={shown} />
    </form>
  );
}

function firstDraft(lastFolder: string | undefined): SessionDraft {
  return lastFolder === undefined ? EMPTY_DRAFT : { ...EMPTY_DRAFT, folder: lastFolder };
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Fault)) return String(thrown);
  return thrown.hint === undefined ? thrown.message : `${thrown.message}. ${thrown.hint}`;
}
