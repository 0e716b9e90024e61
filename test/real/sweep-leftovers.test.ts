import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { realClock } from '../../src/engine/base/index.ts';
import { createEngine } from '../../src/engine/index.ts';
import { makeFolder } from '../support/real-engine.ts';

it('an engine that starts takes away what a killed change of the configuration has left', async () => {
  const home = makeFolder('sweep');
  const left = join(home.path, '.sallyport-0123456789ab.old');
  const config = join(home.path, 'config.toml');
  for (const file of [left, config]) writeFileSync(file, '');
  const clock = { ...realClock, nowMs: () => realClock.nowMs() + 120_000 };
  const engine = await createEngine({
    ...{ home: home.path, runtimeDir: join(home.path, 'run'), version: '0.0.0-test', clock },
  });
  await engine.stop();
  expect([existsSync(left), existsSync(config)]).toEqual([false, true]);
  home.remove();
});
