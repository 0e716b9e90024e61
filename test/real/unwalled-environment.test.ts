import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openUnwalledPlace, type UnwalledPlace, wallsOf } from '../support/unwalled-place.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let place: UnwalledPlace;
let workspace: string;
beforeEach(async () => {
  place = await openUnwalledPlace();
  ({ workspace } = place);
});
afterEach(() => place.close());

describe.skipIf(process.platform !== 'linux')('the variables of a command without the wall', () => {
  it('let a variable be set for it where the rule names it, and only then', async () => {
    place.writeRules('prefix_rule(["printenv"], sandbox="none", env={"FOO": "x"})');
    const named = await place.run('FOO=x printenv FOO');
    expect([wallsOf(named), named.stdout]).toEqual([['none'], 'x\n']);
    expect(wallsOf(await place.run('FOO=x BAR=y printenv FOO'))).not.toContain('none');
  });

  it('give it neither variables that run code nor folders of PATH that the session writes', async () => {
    place.writeRules('prefix_rule(["env"], sandbox="none")', 'prefix_rule(["printenv"], sandbox="none")');
    const [code, own] = [{ LD_PRELOAD: join(workspace, 'x.so'), PYTHONPATH: workspace }, { PLAIN: 'kept' }];
    const places = { KUBECONFIG: '/etc/own', GEM_PATH: './vendor', ANY: `/opt:${workspace}/lib` };
    const more = { ...code, ...own, ...places };
    const done = await place.run('printenv', {
      env: place.env({ ...more, PATH: `${workspace}:/usr/bin:.` }),
    });
    expect(wallsOf(done)).toEqual(['none']);
    const kept = ['PLAIN=kept', 'PATH=/usr/bin', 'KUBECONFIG=/etc/own'];
    expect(done.stdout.split('\n')).toEqual(expect.arrayContaining(kept));
    expect(done.stdout).not.toMatch(/^(?:LD_PRELOAD|PYTHONPATH|GEM_PATH|ANY)=/m);
  });
});
