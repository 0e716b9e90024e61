/**
 * Times taken inside of a page, where a frame ends. The clock is that of the machine, which the events of the engine
 * carry too.
 */
import type { Page } from 'playwright';

/** Puts the function that everything here waits with into every document of a page, before anything else runs in it. */
export async function installPageClock(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const afterFrame = (): Promise<number> =>
      new Promise((resolve) => {
        requestAnimationFrame(() => {
          // a message comes after the frame
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            port1.close();
            resolve(Date.now());
          };
          port2.postMessage('');
        });
      });
    const whenPainted = (selector: string, isThere: boolean): Promise<number> =>
      new Promise((resolve) => {
        const look = (): void => {
          if ((document.querySelector(selector) !== null) !== isThere) return;
          observer.disconnect();
          resolve(afterFrame());
        };
        const observer = new MutationObserver(look);
        observer.observe(document, { childList: true, subtree: true, attributes: true });
        look();
      });
    Reflect.set(window, 'benchClock', { afterFrame, whenPainted });
  });
}

/** Epoch ms at which a frame was painted that has something of this selector, or has nothing of it any more. */
export function whenPainted(page: Page, selector: string, isThere = true): Promise<number> {
  return page.evaluate(
    ([wanted, there]) => Reflect.get(window, 'benchClock').whenPainted(wanted, there) as Promise<number>,
    [selector, isThere] as const,
  );
}

/** From now on notes every new row of the timeline, and how long after its event the frame with it was painted. */
export async function startNotingRows(page: Page): Promise<void> {
  await page.evaluate(() => {
    const grid = document.querySelector('[role=grid][aria-label=Timeline]');
    if (grid === null) throw new Error('the page shows no timeline');
    const seen = new Set<string>();
    const delays: number[] = [];
    Reflect.set(window, 'benchDelays', delays);
    const takeNew = (): number[] => {
      const fresh: number[] = [];
      for (const row of grid.querySelectorAll('[data-position]')) {
        const at = row.querySelector('time')?.getAttribute('datetime') ?? undefined;
        const position = row.getAttribute('data-position') ?? '';
        if (at === undefined || seen.has(position)) continue;
        seen.add(position);
        fresh.push(Date.parse(at));
      }
      return fresh;
    };
    takeNew();
    const look = async (): Promise<void> => {
      const fresh = takeNew();
      if (fresh.length === 0) return;
      const painted: number = await Reflect.get(window, 'benchClock').afterFrame();
      delays.push(...fresh.map((at) => painted - at));
    };
    new MutationObserver(() => void look()).observe(grid, { childList: true, subtree: true });
  });
}

/** Ms from event to painted row, of every row since `startNotingRows`. */
export function readRowDelays(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => Reflect.get(window, 'benchDelays') as number[]);
}

/** Ms from moments at random to the end of the next frame, with nothing to be drawn: no row can be quicker. */
export function measureEmptyFrames(page: Page): Promise<readonly number[]> {
  return page.evaluate(async () => {
    const delays: number[] = [];
    for (let count = 0; count < 100; count += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5 + ((count * 7) % 20)));
      const begin = performance.now();
      await Reflect.get(window, 'benchClock').afterFrame();
      delays.push(performance.now() - begin);
    }
    return delays;
  });
}

/** Notes when the next key goes down, or the next click comes. */
export async function noteInput(page: Page, type: 'keydown' | 'click'): Promise<void> {
  await page.evaluate((wanted) => {
    const note = (event: Event): void => {
      Reflect.set(window, 'benchInputAt', Date.now() - (performance.now() - event.timeStamp));
    };
    window.addEventListener(wanted, note, { capture: true, once: true });
  }, type);
}

/** Epoch ms of the input that was noted last. */
export function readInputTime(page: Page): Promise<number> {
  return page.evaluate(() => Reflect.get(window, 'benchInputAt') as number);
}
