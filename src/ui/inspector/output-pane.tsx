import { WrapText } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { RunId } from '../../protocol/index.ts';
import { stripAnsi } from '../../timeline/index.ts';
import { Button, Segmented } from '../controls/index.ts';
import { useLive } from '../local/index.ts';
import { Icon, SafeText } from '../marks/index.ts';
import css from './inspector.module.css';
import { byteWords, startOf } from './output-pages.ts';
import { type Output, type Stream, useOutput } from './use-output.ts';

function Pieces(props: { readonly output: Output; readonly isWrapped: boolean }): ReactNode {
  const { window } = props.output;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard
    <pre className={`${css['output']} ${props.isWrapped ? css['wrapped'] : ''}`} tabIndex={0}>
      {window.pieces.map((piece) => (
        <span key={piece.offset}>
          <SafeText text={stripAnsi(piece.text)} maxChars={piece.text.length} isBlock />
        </span>
      ))}
    </pre>
  );
}

/** What the script prints just now; the whole of it is there when it has ended. */
function LiveTail(props: { readonly runId: RunId }): ReactNode {
  const tail = useLive((view) => view.watched?.liveTail);
  if (tail === undefined || tail.runId !== props.runId) return null;
  return (
    <section className={css['part']} aria-label="Printed just now">
      <h3>Just now</h3>
      <pre className={css['output']}>
        <SafeText text={stripAnsi(tail.lines.join('\n'))} isBlock />
      </pre>
    </section>
  );
}

function OutputBody(props: { readonly output: Output; readonly isWrapped: boolean }): ReactNode {
  const { output } = props;
  const { window, state, message } = output;
  const start = startOf(window);
  const isBusy = state === 'loading';
  return (
    <>
      {state === 'failed' && (
        <p className={css['problem']} role="status">
          The output could not be read. <SafeText text={message ?? ''} maxChars={1000} />
        </p>
      )}
      {start > 0 && (
        <Button isCompact isDisabled={isBusy} onPress={output.showEarlier}>
          Show earlier ({byteWords(start)} before)
        </Button>
      )}
      {window.cutBytes > 0 && (
        <p className={css['quiet']}>{byteWords(window.cutBytes)} in the middle were not kept.</p>
      )}
      {window.size === 0 && state === 'ready' ? (
        <p className={css['quiet']}>It printed nothing here.</p>
      ) : (
        <Pieces {...props} />
      )}
      {window.end < window.size && (
        <Button isCompact isDisabled={isBusy} onPress={output.showLater}>
          Show later ({byteWords(window.size - window.end)} behind)
        </Button>
      )}
    </>
  );
}

/** What a run printed, its end first, without what would colour it or move a cursor. `turn` as in `useOutput`. */
export function OutputPane(props: { readonly runId: RunId; readonly turn: string }): ReactNode {
  const { runId, turn } = props;
  const [stream, setStream] = useState<Stream>('stdout');
  const [isWrapped, setWrapped] = useState(true);
  const output = useOutput(runId, stream, turn);
  return (
    <section className={css['part']} aria-label="Output">
      <div className={css['bar']}>
        <Segmented<Stream>
          label="Stream"
          value={stream}
          choices={[
            { value: 'stdout', words: 'stdout' },
            { value: 'stderr', words: 'stderr' },
          ]}
          onChange={setStream}
        />
        <span className={css['push']} />
        <Button isCompact look="quiet" onPress={() => setWrapped(!isWrapped)}>
          <Icon of={WrapText} size={14} />
          {isWrapped ? 'Long lines' : 'Wrap'}
        </Button>
      </div>
      <LiveTail runId={runId} />
      <OutputBody output={output} isWrapped={isWrapped} />
    </section>
  );
}
