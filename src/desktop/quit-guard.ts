import type { ElectronPort } from './electron-port.ts';

export interface QuitGuardParts {
  /** Sessions that would end with the app. */
  countSessions(): number;
  /** The person has decided to let the app run on. */
  stay(): void;
  /** Takes away all that is seen; called when it is sure. */
  leave(): void;
  /** Ends the engine with its sessions. */
  end(): Promise<void>;
}

/**
 * Sees to it that the app ends only after its engine, and after the person has agreed where sessions are open. A signal
 * (`quitNow`) is not asked about: who sends it means it.
 */
export function guardQuit(
  { app, dialog }: Pick<ElectronPort, 'app' | 'dialog'>,
  parts: QuitGuardParts,
): { quitNow(): void } {
  let state: 'running' | 'asking' | 'ending' | 'ended' = 'running';

  async function mayEnd(): Promise<boolean> {
    const count = parts.countSessions();
    if (count === 0) return true;
    const sessions = count === 1 ? 'A session is open.' : `${count} sessions are open.`;
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: `${sessions} Quit anyway?`,
      detail: 'Quitting ends every session and all that runs in it.',
      buttons: ['Keep running', 'End sessions and quit'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    return response === 1;
  }

  async function end(): Promise<void> {
    state = 'ending';
    parts.leave();
    await parts.end();
    state = 'ended';
    app.quit();
  }

  app.on('before-quit', (event) => {
    if (state === 'ended') return;
    event.preventDefault();
    if (state !== 'running') return;
    state = 'asking';
    mayEnd()
      .then((isAgreed) => {
        if (isAgreed) return end();
        state = 'running';
        parts.stay();
        return undefined;
      })
      // nobody is left who could be told
      .catch(() => app.exit(1));
  });
  return {
    quitNow: () => {
      if (state === 'ending' || state === 'ended') return;
      end().catch(() => app.exit(1));
    },
  };
}
