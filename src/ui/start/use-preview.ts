import { useEffect, useState } from 'react';
import type { SessionPreview } from '../../protocol/index.ts';
import { useLive, usePage } from '../local/index.ts';
import { describeFault, type FaultWords } from './describe-fault.ts';
import { type SessionDraft, toStartParams } from './session-draft.ts';

/** While typing, the engine is asked only after so long a pause. */
const PAUSE_MS = 250;

export type PreviewState =
  | { readonly state: 'none' }
  | { readonly state: 'loading'; readonly last: SessionPreview | undefined }
  | { readonly state: 'ready'; readonly preview: SessionPreview }
  | ({ readonly state: 'failed' } & FaultWords);

/** What the engine would enforce for a draft; asked anew when the draft changes. */
export function usePreview(draft: SessionDraft): PreviewState {
  const { actions, host } = usePage();
  const isReady = useLive((view) => view.connection.state === 'ready');
  const [shown, setShown] = useState<PreviewState>({ state: 'none' });
  const { title, typedWord, ...asked } = draft;
  const key = JSON.stringify(asked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for every field that matters
  useEffect(() => {
    if (!isReady || draft.folder.trim() === '') {
      setShown({ state: 'none' });
      return undefined;
    }
    let isOld = false;
    setShown((before) => ({ state: 'loading', last: lastOf(before) }));
    const cancel = host.after(PAUSE_MS, () => {
      actions.preview(toStartParams(draft)).then(
        (preview) => {
          if (!isOld) setShown({ state: 'ready', preview });
        },
        (thrown: unknown) => {
          if (!isOld) setShown({ state: 'failed', ...describeFault(thrown) });
        },
      );
    });
    return () => {
      isOld = true;
      cancel();
    };
  }, [key, isReady]);
  return shown;
}

function lastOf(before: PreviewState): SessionPreview | undefined {
  if (before.state === 'ready') return before.preview;
  return before.state === 'loading' ? before.last : undefined;
}
