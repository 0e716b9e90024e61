import { type ReactNode, useState } from 'react';
import type { SessionHead } from '../../protocol/index.ts';
import { countThings } from '../../timeline/index.ts';
import { Button, DialogBox } from '../controls/index.ts';
import { folderNameOf, usePage } from '../local/index.ts';
import { SafeText } from '../marks/index.ts';
import { sentenceOf } from './sentence-of.ts';
import css from './session.module.css';

function Question(props: { readonly head: SessionHead; onDone(): void }): ReactNode {
  const { head, onDone } = props;
  const { actions } = usePage();
  const [isEnding, setEnding] = useState(false);
  const [problem, setProblem] = useState<string>();
  const end = async (): Promise<void> => {
    setEnding(true);
    try {
      await actions.close(head.sessionId);
      onDone();
    } catch (error) {
      setProblem(sentenceOf(error));
      setEnding(false);
    }
  };
  const count = head.openApprovals;
  return (
    <div className={css['question']}>
      <p>
        Everything that runs in <SafeText text={folderNameOf(head.workspace)} maxChars={120} /> is stopped.
        {count > 0 && ` ${countThings(count, 'question')} ${count === 1 ? 'is' : 'are'} withdrawn.`} Files
        stay as they are.
      </p>
      {problem !== undefined && (
        <p role="alert" className={css['problem']}>
          <SafeText text={problem} />
        </p>
      )}
      <div className={css['answers']}>
        <Button onPress={onDone}>Keep it open</Button>
        <Button look="deny" isDisabled={isEnding} onPress={() => void end()}>
          End session
        </Button>
      </div>
    </div>
  );
}

/** The button that ends a session, and the question whether it is meant. */
export function EndSession(props: { readonly head: SessionHead; readonly isDisabled: boolean }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button isCompact isDisabled={props.isDisabled} onPress={() => setOpen(true)}>
        End session…
      </Button>
      <DialogBox title="End this session?" isOpen={isOpen} onClose={() => setOpen(false)}>
        <Question head={props.head} onDone={() => setOpen(false)} />
      </DialogBox>
    </>
  );
}
