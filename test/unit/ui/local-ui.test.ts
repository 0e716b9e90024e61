import { describe, expect, it } from 'vitest';
import { createIdMaker } from '../../../src/protocol/index.ts';
import { createLocalUi, setPane } from '../../../src/ui/local/index.ts';

/** A place where settings are kept, as a browser has it. */
function makeKeep(begin: Readonly<Record<string, string>> = {}) {
  const kept = new Map(Object.entries(begin));
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    texts: () => [...kept.values()].join(),
  };
}

let time = 0;
const ids = createIdMaker(
  () => ++time,
  (count) => new Uint8Array(count),
);

describe('what a page remembers', () => {
  it('is which sessions show their terminal, over a reload', () => {
    const keep = makeKeep();
    const [one, two] = [ids.session(), ids.session()];
    const before = createLocalUi('', keep);
    setPane(before, one, 'terminal');
    setPane(before, two, 'terminal');
    setPane(before, one, 'timeline');
    expect(createLocalUi('', keep).getState().terminals).toEqual([two]);
  });

  it('is bounded to those that were chosen last', () => {
    const keep = makeKeep();
    const store = createLocalUi('', keep);
    const all = Array.from({ length: 80 }, () => ids.session());
    for (const id of all) setPane(store, id, 'terminal');
    expect(createLocalUi('', keep).getState().terminals).toEqual(all.slice(-50));
  });

  it('is read with suspicion, and beside what other versions kept', () => {
    const id = ids.session();
    const kept = JSON.stringify({ theme: 'dark', terminals: [1, 'x', null, id] });
    const state = createLocalUi('', makeKeep({ 'sallyport.local': kept })).getState();
    expect([state.theme, state.terminals]).toEqual(['dark', [id]]);
    const old = createLocalUi('', makeKeep({ 'sallyport.local': '{"theme":"light"}' })).getState();
    expect([old.theme, old.terminals]).toEqual(['light', []]);
  });
});
