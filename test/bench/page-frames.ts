import type { Page } from 'playwright';

/** What it took to scroll; times in ms. */
export interface FrameTimes {
  readonly frames: number;
  readonly p50: number;
  readonly p95: number;
  readonly longest: number;
  /** Tasks of 50 ms and more while it went on. */
  readonly longTasks: number;
  /** Most rows that were in the document at once. */
  readonly mostRows: number;
}

export interface ScrollPlan {
  readonly frames: number;
  /** Px a frame. */
  readonly step: number;
  /** After so many frames the view jumps to another place. */
  readonly jumpEvery: number;
}

/** The plan of the promise: 600 frames of 180 px, with jumps. */
const SCROLL_PLAN: ScrollPlan = { frames: 600, step: 180, jumpEvery: 100 };

/** Runs in the page: scrolls the timeline frame by frame and takes the time from each frame to the next. */
async function scrollFrames(plan: ScrollPlan): Promise<Omit<FrameTimes, 'p50' | 'p95'> & { gaps: number[] }> {
  const grid = document.querySelector('[role=grid][aria-label=Timeline]');
  if (grid === null) throw new Error('the page shows no timeline');
  let longTasks = 0;
  const observer = new PerformanceObserver((list) => {
    longTasks += list.getEntries().length;
  });
  observer.observe({ type: 'longtask' });
  const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
  const farthest = grid.scrollHeight - grid.clientHeight;
  const gaps: number[] = [];
  let mostRows = 0;
  let offset = 0;
  grid.scrollTop = 0;
  let before = await nextFrame();
  for (let frame = 1; frame <= plan.frames; frame += 1) {
    // the golden ratio visits every region without a random number
    offset = frame % plan.jumpEvery === 0 ? Math.floor(((frame * 0.618) % 1) * farthest) : offset + plan.step;
    if (offset > farthest) offset = 0;
    grid.scrollTop = offset;
    const now = await nextFrame();
    gaps.push(now - before);
    before = now;
    if (frame % 20 === 0) mostRows = Math.max(mostRows, grid.querySelectorAll('[role=row]').length);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  return { frames: gaps.length, longest: Math.max(...gaps), longTasks, mostRows, gaps };
}

/** Scrolls the timeline of a page and tells how long its frames took. */
export async function measurePageFrames(page: Page, plan: ScrollPlan = SCROLL_PLAN): Promise<FrameTimes> {
  const { gaps, ...times } = await page.evaluate(scrollFrames, plan);
  const sorted = [...gaps].sort((a, b) => a - b);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { ...times, p50: at(0.5), p95: at(0.95) };
}
