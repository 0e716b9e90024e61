import type { Page } from 'playwright';

/** One key or press as it reached the page, and what stood there at that moment. Times are of the page's own clock. */
export interface InputLog {
  readonly number: number;
  readonly type: 'key' | 'click';
  readonly key: string;
  readonly hasCtrl: boolean;
  readonly hasOther: boolean;
  readonly isRepeat: boolean;
  readonly isComposing: boolean;
  /** `card`, `field`, `choice`, `button`, `outside`, or the name of the answer that has the focus. */
  readonly focus: string;
  /** Name of the answer that was pressed, down and up. */
  readonly pressed: string;
  readonly panel: string;
  readonly isHeavy: boolean;
  readonly canAnswer: boolean;
  readonly approvalId: string;
  readonly digest: string;
  readonly beganAt: number;
  /** When things were last seen to be other than now, and since when they are seen as they are now. */
  readonly changedAfter: number;
  readonly changedBefore: number;
  /** Since when the page has surely painted that, by its own frames; infinite before. */
  readonly paintedAt: number;
  readonly changedSinceDown: boolean;
}

/** Installs `window.fuzz`: a log of every key and press, and the changes that can be made to what is shown. */
export async function watchInput(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { store, local } = Reflect.get(window, 'gallery');
    const record = Reflect.get(window, 'record');
    const first = store.getState().approvals[0];
    const session = local.getState().route;
    const seen = { key: '', lastOther: performance.now(), since: performance.now(), version: 0 };
    /** Frames since the last change: the page counts two of its own, which may begin one later. */
    let frames = 0;
    let paintedAt = Number.POSITIVE_INFINITY;
    const waitForFrames = (): void => {
      frames = 0;
      paintedAt = Number.POSITIVE_INFINITY;
    };
    const logs: unknown[] = [];
    let down = { name: '', at: 0, version: -1, isEnabled: false };

    const card = (): HTMLElement | null => document.querySelector('[data-approval]');
    const rectOf = (element: Element | null): string => {
      if (element === null) return '';
      const { left, top, width, height } = element.getBoundingClientRect();
      return [left, top, width, height].map(Math.round).join();
    };
    const keyNow = (): string => {
      const shown = card();
      if (shown === null) return '';
      const dock = shown.querySelector('[data-panel]');
      const words = [...shown.querySelectorAll('h2, [data-payload]')].map((element) => element.textContent);
      const disabled = shown.querySelectorAll('[data-answer]:disabled').length;
      const { approval, digest, state } = shown.dataset;
      const { connection } = store.getState();
      const panel = dock?.getAttribute('data-panel');
      const places = [rectOf(shown), rectOf(dock)];
      return JSON.stringify([approval, digest, state, words, panel, disabled, places, connection.state]);
    };
    const touch = (): void => {
      seen.lastOther = performance.now();
      seen.since = performance.now();
      seen.version += 1;
      waitForFrames();
    };
    const look = (): void => {
      const key = keyNow();
      const now = performance.now();
      if (key !== seen.key) {
        Object.assign(seen, { key, since: now, version: seen.version + 1 });
        // it changed some time after it was last seen to be the same
        seen.lastOther = Math.max(seen.lastOther, lastLook);
        waitForFrames();
      }
      lastLook = now;
    };
    let lastLook = performance.now();
    const each = (): void => {
      look();
      frames += 1;
      if (frames === 5) paintedAt = performance.now();
      requestAnimationFrame(each);
    };
    each();

    /** The first of these that the focused element is. */
    const PLACES = [
      ['[data-approval] [data-answer]', ''],
      ['[data-approval] textarea', 'field'],
      ['[data-approval] [data-choice], [data-approval] [data-choice] *', 'choice'],
      ['[data-approval], [data-card-part]', 'card'],
      ['[data-approval] *', 'button'],
    ] as const;
    const focusOf = (): string => {
      const { activeElement } = document;
      const place = PLACES.find(([selector]) => activeElement?.matches(selector));
      if (place === undefined) return 'outside';
      return place[1] === '' ? (activeElement?.getAttribute('data-answer') ?? '') : place[1];
    };
    const stateNow = (): object => {
      const shown = card();
      const approvalId = shown?.dataset['approval'] ?? '';
      const digest = shown?.dataset['digest'] ?? '';
      const view = store.getState();
      const question = view.approvals.find((one: { approvalId: string }) => one.approvalId === approvalId);
      const level = question?.risk?.level;
      const isDisabled =
        document.querySelector('[data-answer=allow-once]:disabled, [data-answer=send-panel]:disabled') !==
        null;
      return {
        focus: focusOf(),
        panel: shown?.querySelector('[data-panel]')?.getAttribute('data-panel') ?? '',
        isHeavy: level === 'high' || level === 'critical',
        canAnswer: view.connection.state === 'ready' && question?.digest === digest && !isDisabled,
        approvalId,
        digest,
        changedAfter: seen.lastOther,
        changedBefore: seen.since,
        paintedAt,
      };
    };
    const write = (parts: object): void => {
      const number = logs.length;
      logs.push({
        number,
        key: '',
        pressed: '',
        hasCtrl: false,
        hasOther: false,
        isRepeat: false,
        isComposing: false,
        changedSinceDown: false,
        ...stateNow(),
        ...parts,
      });
      record.during = number;
    };
    window.addEventListener(
      'keydown',
      (event) => {
        look();
        write({
          type: 'key',
          key: event.key,
          hasCtrl: event.ctrlKey || event.metaKey,
          hasOther: event.altKey || event.shiftKey,
          isRepeat: event.repeat,
          isComposing: event.isComposing,
          beganAt: event.timeStamp,
        });
      },
      true,
    );
    const answerAt = (event: Event): HTMLButtonElement | undefined => {
      const { target } = event;
      const button = target instanceof Element ? target.closest('[data-answer]') : null;
      return button instanceof HTMLButtonElement ? button : undefined;
    };
    window.addEventListener(
      'pointerdown',
      (event) => {
        look();
        const button = answerAt(event);
        down = {
          name: button?.dataset['answer'] ?? '',
          at: event.timeStamp,
          version: seen.version,
          isEnabled: button !== undefined && !button.disabled,
        };
      },
      true,
    );
    window.addEventListener(
      'click',
      (event) => {
        look();
        const name = answerAt(event)?.dataset['answer'] ?? '';
        const pressed = event.detail > 0 && name === down.name && down.isEnabled ? name : '';
        write({ type: 'click', pressed, beganAt: down.at, changedSinceDown: down.version !== seen.version });
      },
      true,
    );
    // of the window alone: elements get the focus without anything changing
    window.addEventListener('focus', (event) => event.target === window && touch());

    const put = (parts: object): void => {
      const open = local.getState().openApprovalId;
      store.setState((view: { approvals: { approvalId: string; digest: string }[] }) => ({
        approvals: view.approvals.map((one) => (one.approvalId === open ? { ...one, ...parts } : one)),
      }));
    };
    const riskOf = (level: string): object => {
      const score = { low: 1, medium: 4, high: 7, critical: 9 }[level] ?? 4;
      return { score, level, rationale: `It is ${level}.`, evidence: [] };
    };
    const openOne = (count: number, level: string, wantsFocus: boolean): void => {
      const digits = count.toString(8).padStart(8, '0');
      const approvalId = `cmd-${digits}`;
      const scopes = level === 'critical' ? ['once'] : ['once', 'step', 'session'];
      const fresh = {
        ...first,
        approvalId,
        digest: `d${count}`,
        text: `echo ${count}`,
        risk: riskOf(level),
        scopes,
      };
      store.setState((view: { approvals: unknown[] }) => ({
        approvals: [...view.approvals.slice(-5), fresh],
      }));
      local.setState({
        route: session,
        openApprovalId: approvalId,
        ...(wantsFocus && { cardFocusWanted: approvalId }),
      });
    };
    const settle = (): void => {
      const open = local.getState().openApprovalId;
      store.setState(
        (view: { approvals: { approvalId: string; sessionId: string }[]; settled: unknown[] }) => ({
          approvals: view.approvals.filter((one) => one.approvalId !== open),
          settled: [
            ...view.approvals
              .filter((one) => one.approvalId === open)
              .map((approval) => ({
                approvalId: approval.approvalId,
                sessionId: approval.sessionId,
                outcome: 'expired',
                settledAt: 1,
                approval,
              })),
            ...view.settled,
          ],
        }),
      );
    };
    const change = (kind: string, count: number, level: string): void => {
      look();
      record.during = undefined;
      const acts: Record<string, () => void> = {
        digest: () => put({ digest: `d${count}'`, text: `echo ${count} changed` }),
        risk: () => put({ digest: `d${count}"`, risk: riskOf(level) }),
        settle,
        open: () => openOne(count, level, count % 2 === 0),
        focus: () => local.setState({ cardFocusWanted: local.getState().openApprovalId }),
        lost: () =>
          store.setState({ connection: { state: 'lost', since: 1, attempt: 1, retryAt: 2, wasReady: true } }),
        ready: () => store.setState({ connection: { state: 'ready' } }),
        window: () => window.dispatchEvent(new Event('focus')),
      };
      acts[kind]?.();
      if (kind === 'lost') setTimeout(() => store.setState({ connection: { state: 'ready' } }), 200);
      look();
    };
    const boxes = (): number[][] => {
      const places = [
        ...document.querySelectorAll('[data-answer], [data-back], [data-approval] h2, [data-approval]'),
      ];
      const pane = document.querySelector('[data-shows]');
      return [...places, ...places.slice(0, 4), ...(pane === null ? [] : [pane])].map((element) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        return [left, top, width, height];
      });
    };
    openOne(7_000_000, 'medium', false);
    Reflect.set(window, 'fuzz', { logs, change, boxes });
  });
}
