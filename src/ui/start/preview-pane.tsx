import { Ban, Check, Hand, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { PreviewStep, SessionPreview, Verdict } from '../../protocol/index.ts';
import { countThings } from '../../timeline/index.ts';
import { Icon, RiskChip, SafeText } from '../marks/index.ts';
import css from './start.module.css';
import type { PreviewState } from './use-preview.ts';

/** What would be enforced, and what would happen to each step: read from the engine, not guessed by the page. */
export function PreviewPane(props: { readonly shown: PreviewState }): ReactNode {
  const { shown } = props;
  const preview =
    shown.state === 'ready' ? shown.preview : shown.state === 'loading' ? shown.last : undefined;
  return (
    <section
      className={css['preview']}
      aria-label="What will be enforced"
      aria-busy={shown.state === 'loading'}
    >
      <h2 className={css['previewHead']}>What will be enforced</h2>
      {shown.state === 'none' && (
        <p className={css['quiet']}>Choose a folder, and this says what holds in it.</p>
      )}
      {shown.state === 'failed' && (
        <p className={css['problem']}>
          <SafeText text={shown.message} />
          {shown.hint !== undefined && (
            <span className={css['quiet']}>
              {' '}
              <SafeText text={shown.hint} />
            </span>
          )}
        </p>
      )}
      {preview !== undefined && <Enforced preview={preview} />}
      {preview !== undefined && <Steps preview={preview} />}
    </section>
  );
}

const WALLS: Record<SessionPreview['wall'], string> = {
  bubblewrap: 'bubblewrap, by the kernel',
  seatbelt: 'seatbelt, by the kernel',
  appcontainer: 'AppContainer, by the kernel',
  none: 'none',
};

const GATES: Record<SessionPreview['gate'], string> = {
  kernel: 'each program, held by the kernel',
  shell: 'each command, by the shell itself',
  none: 'nothing',
};

function Enforced(props: { readonly preview: SessionPreview }): ReactNode {
  const { preview } = props;
  const isOpen = preview.wall === 'none';
  return (
    <>
      <dl className={css['facts']}>
        <dt>Wall</dt>
        <dd className={isOpen ? css['danger'] : ''}>{WALLS[preview.wall]}</dd>
        <dt>Writes</dt>
        <dd>{isOpen ? 'everywhere' : <Paths paths={preview.write} none="nowhere" />}</dd>
        {!isOpen && (
          <>
            <dt>Stays read-only</dt>
            <dd>
              <Paths paths={preview.protected} none="nothing in them" />
            </dd>
            <dt>Hidden</dt>
            <dd>
              {preview.maskedCount === 0
                ? 'no secrets were found'
                : `${countThings(preview.maskedCount, 'secret')} of this machine`}
            </dd>
          </>
        )}
        <dt>Network</dt>
        <dd className={preview.network === 'on' ? css['warn'] : ''}>{NETWORKS[preview.network]}</dd>
        <dt>Watched</dt>
        <dd>{GATES[preview.gate]}</dd>
      </dl>
      {[...preview.warnings, ...preview.notices].map((notice) => (
        <p key={notice} className={css['notice']}>
          <SafeText text={notice} maxChars={1000} />
        </p>
      ))}
    </>
  );
}

const NETWORKS = { off: 'off', asked: 'asked: a host on no list waits for an answer', on: 'on' };

const MAX_PATHS = 12;

function Paths(props: { readonly paths: readonly string[]; readonly none: string }): ReactNode {
  const { paths, none } = props;
  if (paths.length === 0) return none;
  return (
    <ul className={css['paths']}>
      {paths.slice(0, MAX_PATHS).map((path) => (
        <li key={path}>
          <SafeText text={path} />
        </li>
      ))}
      {paths.length > MAX_PATHS && <li>and {paths.length - MAX_PATHS} more</li>}
    </ul>
  );
}

const VERDICTS: Record<
  Verdict,
  { readonly icon: LucideIcon; readonly words: string; readonly look: string }
> = {
  allow: { icon: Check, words: 'runs', look: 'runs' },
  ask: { icon: Hand, words: 'asks you', look: 'asks' },
  refuse: { icon: Ban, words: 'refused', look: 'refused' },
};

function Steps(props: { readonly preview: SessionPreview }): ReactNode {
  const { preview } = props;
  if (preview.stepCount === 0 && preview.opaque === undefined) return null;
  return (
    <>
      <h2 className={css['previewHead']}>What will happen to each step</h2>
      {preview.opaque !== undefined && (
        <p className={css['notice']}>
          The script is one opaque step: <SafeText text={preview.opaque} />
        </p>
      )}
      <ol className={css['steps']}>
        {preview.steps.map((step, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two steps may have the same text; their order is the script's
          <Step key={place} step={step} />
        ))}
      </ol>
      {preview.stepCount > preview.steps.length && (
        <p className={css['quiet']}>
          and {countThings(preview.stepCount - preview.steps.length, 'more step')}
        </p>
      )}
    </>
  );
}

function Step(props: { readonly step: PreviewStep }): ReactNode {
  const { step } = props;
  const { icon, words, look } = VERDICTS[step.verdict];
  const [reason] = step.reasons;
  return (
    <li className={css['step']}>
      <code className={css['stepText']}>
        <SafeText text={step.text} />
      </code>
      {step.risk !== null && step.risk.level !== 'low' && <RiskChip risk={step.risk} isBare />}
      <span className={`${css['verdict']} ${css[look]}`}>
        <Icon of={icon} size={14} />
        {words}
      </span>
      {reason !== undefined && (
        <span className={css['reason']}>
          <SafeText text={reason.text} />
        </span>
      )}
    </li>
  );
}
