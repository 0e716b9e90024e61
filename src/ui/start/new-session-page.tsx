import { type ReactNode, useState } from 'react';
import { Button } from '../controls/index.ts';
import { goTo, useLive, usePage } from '../local/index.ts';
import { Kbd, SafeText } from '../marks/index.ts';
import { AccessFields } from './access-fields.tsx';
import { describeFault, type FaultWords } from './describe-fault.ts';
import { PreviewPane } from './preview-pane.tsx';
import { EMPTY_DRAFT, findProblems, type SessionDraft, toStartParams } from './session-draft.ts';
import css from './start.module.css';
import { type PreviewState, usePreview } from './use-preview.ts';
import { WorkFields } from './work-fields.tsx';

/** The form for a session: folder, script or program, mode and policy, and what all that will enforce. */
export function NewSessionPage(): ReactNode {
  const page = usePage();
  const [draft, setDraft] = useState<SessionDraft>(() =>
    firstDraft(page.live.getState().sessions[0]?.workspace),
  );
  const [hasTried, setHasTried] = useState(false);
  const [isStarting, setIsStarting] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const shown = usePreview(draft);
  const isReady = useLive((view) => view.connection.state === 'ready');
  const problems = findProblems(draft);
  const hasProblems = Object.keys(problems).length > 0;
  const folderProblem = findFolderProblem(draft.folder, shown, failure);

  function start(): void {
    setHasTried(true);
    if (hasProblems || isStarting || !isReady) return;
    setIsStarting(true);
    setFailure(undefined);
    page.actions.start(toStartParams(draft)).then(
      ({ sessionId }) => goTo(page, { screen: 'session', sessionId }),
      (thrown: unknown) => {
        setIsStarting(false);
        setFailure({ ...describeFault(thrown), folder: draft.folder });
      },
    );
  }

  const change = (part: Partial<SessionDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const told = {
    ...(folderProblem !== undefined && { folder: folderProblem }),
    ...(hasTried && problems),
  };
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
          {failure !== undefined && !failure.isAboutFolder && (
            <p className={css['problem']} role="alert">
              <SafeText text={[failure.message, failure.hint ?? ''].join(' ').trim()} maxChars={1000} />
            </p>
          )}
          <Button look="primary" isDisabled={isStarting || !isReady} onPress={start}>
            {isStarting ? 'Starting…' : 'Start session'} <Kbd>{startKey}</Kbd>
          </Button>
          <span className={css['quiet']} role="status">
            {isReady ? '' : 'Not connected: nothing can be started.'}
            {hasTried && (hasProblems || folderProblem !== undefined) ? 'Something is missing above.' : ''}
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

/** Why it was not started, and with which folder that was tried. */
type Failure = FaultWords & { readonly folder: string };

/** What the engine says about the folder that stands in the form. */
function findFolderProblem(
  folder: string,
  shown: PreviewState,
  failure: Failure | undefined,
): string | undefined {
  if (shown.state === 'failed' && shown.isAboutFolder) return shown.message;
  return failure?.isAboutFolder === true && failure.folder === folder ? failure.message : undefined;
}
