import { type ReactNode, useEffect, useState } from 'react';
import { type Explanation, type RunId, type SessionId, toFault } from '../../protocol/index.ts';
import { Button } from '../controls/index.ts';
import { usePage } from '../local/index.ts';
import { SafeText } from '../marks/index.ts';
import css from './explain.module.css';

type Loaded =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'loaded'; readonly explanation: Explanation | undefined };

const VERDICTS: Record<Explanation['judgement']['verdict'], string> = {
  allow: 'it would run',
  ask: 'you would be asked',
  refuse: 'it would be refused',
};

function Texts(props: { readonly title: string; readonly texts: readonly ReactNode[] }): ReactNode {
  if (props.texts.length === 0) return null;
  return (
    <>
      <h4>{props.title}</h4>
      <ul>
        {props.texts.map((text, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sentences have no other name than their place
          <li key={at}>{text}</li>
        ))}
      </ul>
    </>
  );
}

function ShownExplanation(props: { readonly explanation: Explanation }): ReactNode {
  const { judgement, causes, alternatives, access } = props.explanation;
  return (
    <>
      <Texts
        title="Why"
        texts={judgement.reasons.map(({ text }) => (
          <SafeText key={text} text={text} maxChars={8000} isBlock />
        ))}
      />
      <Texts
        title="What decided"
        texts={causes.map(({ text, place }) => (
          <span key={`${text} ${place ?? ''}`}>
            <SafeText text={text} maxChars={4000} isBlock />
            {place !== undefined && (
              <code>
                <SafeText text={place} maxChars={4096} />
              </code>
            )}
          </span>
        ))}
      />
      <Texts
        title="What would change it"
        texts={alternatives.map(({ change, verdict }) => (
          <span key={change}>
            <SafeText text={change} maxChars={4000} isBlock />
            {`: ${VERDICTS[verdict]}`}
          </span>
        ))}
      />
      <Texts
        title="What the session may reach"
        texts={access.map((text) => <SafeText key={text} text={text} maxChars={4096} isBlock />)}
      />
    </>
  );
}

function LoadedExplanation(props: { readonly sessionId: SessionId; readonly runId: RunId }): ReactNode {
  const { sessionId, runId } = props;
  const { actions } = usePage();
  const [loaded, setLoaded] = useState<Loaded>({ state: 'loading' });
  useEffect(() => {
    let isGone = false;
    const tell = (now: Loaded): void => {
      if (!isGone) setLoaded(now);
    };
    actions.explain({ sessionId, runId }).then(
      (explanation) => tell({ state: 'loaded', explanation }),
      (error: unknown) => tell({ state: 'failed', message: toFault(error).message }),
    );
    return () => {
      isGone = true;
    };
  }, [actions, sessionId, runId]);
  if (loaded.state === 'loading') return <p className={css['quiet']}>Reading the history…</p>;
  if (loaded.state === 'failed') {
    return (
      <p className={css['problem']} role="status">
        Not explained. <SafeText text={loaded.message} maxChars={1000} />
      </p>
    );
  }
  if (loaded.explanation === undefined) return <p className={css['quiet']}>Nothing was judged here.</p>;
  return <ShownExplanation explanation={loaded.explanation} />;
}

/** Why a run was judged as it was, and what would have to be otherwise; read from the history when it is asked for. */
export function ExplainPane(props: { readonly sessionId: SessionId; readonly runId: RunId }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={css['explain']}>
      <Button isCompact onPress={() => setOpen(!isOpen)}>
        {isOpen ? 'Hide the explanation' : 'Explain'}
      </Button>
      {isOpen && <LoadedExplanation key={props.runId} {...props} />}
    </div>
  );
}
