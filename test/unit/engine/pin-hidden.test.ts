import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notesOfPins, pinHidden } from '../../../src/engine/sandbox/pin-hidden.ts';

const top = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-pins-')));
const at = (...names: string[]): string[] => names.map((name) => join(top, name));

beforeAll(() => {
  for (const path of at('ws/a/b/deny', 'ws/c/deny', 'ws/hollow/open/d/deny', 'other/x')) {
    mkdirSync(path, { recursive: true });
  }
  symlinkSync('a', join(top, 'ws/link'));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe('folders above what is hidden', () => {
  it('are held between it and the root, also in an emptied folder, where they are there', () => {
    const hidden = at(
      'ws/a/b/deny',
      'ws/hollow',
      'ws/hollow/open/d/deny',
      'ws/gone/x',
      'ws/link/b',
      'other/x',
    );
    expect(pinHidden(hidden, at('ws', 'ws/hollow/open'))).toEqual({
      pins: at('ws/a', 'ws/a/b', 'ws/hollow/open/d'),
      closed: [],
    });
    expect(notesOfPins(hidden, at('ws'))).toEqual([]);
  });

  it('are not held below something hidden, where nothing of them is seen', () => {
    expect(pinHidden(at('ws/a', 'ws/a/b/deny'), at('ws'))).toEqual({ pins: [], closed: [] });
  });

  it('are read-only, outermost, where they are too many', () => {
    const hidden = at('ws/a/b/deny', 'ws/c/deny');
    expect(pinHidden(hidden, at('ws'), 1)).toEqual({ pins: at('ws/a'), closed: at('ws/c', 'ws/a/b') });
    expect(notesOfPins(hidden, at('ws'), 1)).toEqual([expect.stringContaining(join(top, 'ws/c'))]);
  });
});
