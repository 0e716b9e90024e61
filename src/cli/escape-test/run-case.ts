/** One case from its setup to its verdict, behind the wall or, to show that the payload bites, without one. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type CasePlace, makePlace } from './case-place.ts';
import type { CaseResult, EscapeCase } from './escape-case.ts';
import { judgeCase, type Observation } from './judge-case.ts';
import {
  type Ended,
  NOTHING,
  type RunOptions,
  SEARCH_PATH,
  type Started,
  startPayload,
} from './start-payload.ts';

/** Never throws: what goes wrong is a verdict. */
export async function runCase(one: EscapeCase, options: RunOptions): Promise<CaseResult> {
  const began = performance.now();
  const tell = (judgement: Pick<CaseResult, 'verdict' | 'reason'>): CaseResult => ({
    id: one.id,
    family: one.family,
    title: one.title,
    ...judgement,
    milliseconds: Math.round(performance.now() - began),
  });
  if (!options.isWalled && one.unshown !== undefined)
    return tell({ verdict: 'skipped', reason: one.unshown });
  const missing = (one.needs ?? []).filter((need) => !isThere(need));
  if (missing.length > 0)
    return tell({ verdict: 'skipped', reason: `not on this machine: ${missing.join(', ')}` });
  const place = makePlace(options);
  try {
    await one.setup?.(place);
    const hidden = options.isWalled ? whyNodeIsHidden(place, one) : undefined;
    if (hidden !== undefined) return tell({ verdict: 'skipped', reason: hidden });
    return tell(await runIn(place, one, options));
  } catch (error) {
    return tell({ verdict: 'failed', reason: error instanceof Error ? error.message : String(error) });
  } finally {
    await place.remove();
  }
}

async function runIn(place: CasePlace, one: EscapeCase, options: RunOptions) {
  const started = await startPayload(place, one, options);
  let timer: NodeJS.Timeout | undefined;
  let isCutOff = false;
  const cut = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      isCutOff = true;
      started.kill();
      resolve(null);
    }, options.limitMs);
  });
  try {
    const acted = actDuring(place, one, started, () => isCutOff);
    const ended = (await Promise.race([started.ended, cut])) ?? { ...NOTHING, stderr: '' };
    await Promise.race([acted, cut]);
    return judgeCase(one.kind, await observe(place, one, ended, isCutOff));
  } finally {
    clearTimeout(timer);
    await started.close();
  }
}

async function actDuring(
  place: CasePlace,
  one: EscapeCase,
  started: Started,
  isOver: () => boolean,
): Promise<void> {
  if (one.during === undefined) return;
  let hasEnded = false;
  void started.ended.then(() => {
    hasEnded = true;
  });
  const ready = join(place.ws, 'ready');
  while (!existsSync(ready) && !hasEnded && !isOver())
    await new Promise((resolve) => setTimeout(resolve, 20));
  if (existsSync(ready)) await one.during(place, started.running);
}

async function observe(
  place: CasePlace,
  one: EscapeCase,
  ended: Ended,
  isCutOff: boolean,
): Promise<Observation> {
  const loot = `${place.read(join(one.workspace ?? 'ws', 'loot'))}${ended.stdout}${ended.stderr}`;
  const proof = one.mode === 'read-only' ? ended.stdout : place.read(join(one.workspace ?? 'ws', 'ran'));
  const { stdout, stderr, findings } = ended;
  return {
    hasRun: proof.includes(place.proof),
    isCutOff,
    status: ended.status,
    isCarried: loot.includes(place.canary) || loot.includes(place.mark),
    isSeen: await one.verify?.({ place, stdout, stderr, findings, loot }),
    words: stderr.slice(-400),
  };
}

/** A sandbox has a /tmp of its own: a Node below the one of the host is not in it, which says nothing about the wall. */
function whyNodeIsHidden(place: CasePlace, { payload }: EscapeCase): string | undefined {
  const words = typeof payload === 'string' ? payload : payload(place);
  if (!words.includes('$NODE') || !place.node.startsWith('/tmp/')) return undefined;
  return `this Node is below /tmp, which the wall replaces: ${place.node}`;
}

function isThere(need: string): boolean {
  if (need.startsWith('/')) return existsSync(need);
  return SEARCH_PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, need), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
