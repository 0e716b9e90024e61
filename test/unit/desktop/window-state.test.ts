import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { placeWindow, readWindowState, writeWindowState } from '../../../src/desktop/window-state.ts';
import { makeFolder } from '../../support/real-engine.ts';

const folder = makeFolder();
afterAll(() => folder.remove());
const file = join(folder.path, 'window-state.json');

const LEFT = { workArea: { x: 0, y: 24, width: 1920, height: 1056 } };
const RIGHT = { workArea: { x: 1920, y: 0, width: 2560, height: 1440 } };

describe('where the window was', () => {
  it('is kept over a restart', () => {
    const state = { bounds: { x: 5, y: 30, width: 1100, height: 700 }, isMaximized: true };
    writeWindowState(file, state);
    expect(readWindowState(file)).toEqual(state);
    expect(readdirSync(folder.path)).toEqual(['window-state.json']);
  });

  it.each([
    '',
    '{',
    'null',
    '{"bounds":null}',
    '{"bounds":{"x":1,"y":2,"width":"9","height":4}}',
    '{"bounds":{"x":1.5,"y":2,"width":9,"height":4}}',
    '{"bounds":{"x":1,"y":2,"width":1e9,"height":4}}',
  ])('%j in the file is as good as none', (text) => {
    writeFileSync(file, text);
    expect(readWindowState(file)).toBeUndefined();
  });

  it('a place that cannot be written costs nothing else', () => {
    writeWindowState(join(folder.path, 'missing', 'x.json'), {
      bounds: { x: 0, y: 0, width: 1, height: 1 },
      isMaximized: false,
    });
    expect(readFileSync(file, 'utf8')).not.toBe('');
  });
});

describe('where a new window goes', () => {
  const place = ([x, y, width, height]: readonly [number, number, number, number], displays = [LEFT]) =>
    placeWindow({ bounds: { x, y, width, height }, isMaximized: false }, displays);

  it('to the default size first', () => {
    expect(placeWindow(undefined, [LEFT])).toEqual({ width: 1280, height: 800, isMaximized: false });
  });

  it('to its old place on a display that is there', () => {
    expect(place([100, 100, 1200, 700])).toMatchObject({ x: 100, y: 100, width: 1200, height: 700 });
    expect(place([2000, 10, 1200, 700], [LEFT, RIGHT])).toMatchObject({ x: 2000, y: 10 });
  });

  it.each([
    ['the display is gone', 2000, 10],
    ['its top is above', 100, -50],
    ['its top is below', 100, 1070],
    ['too little of it is at the right', 1850, 100],
    ['too little of it is at the left', -1100, 100],
  ])('anywhere when %s', (_why, x, y) => {
    expect(place([x, y, 1200, 700])).toEqual({ width: 1200, height: 700, isMaximized: false });
  });

  it('never smaller than it can be used, nor larger than its display', () => {
    expect(place([0, 24, 10, 10])).toMatchObject({ width: 960, height: 600 });
    expect(place([0, 24, 9000, 9000])).toMatchObject({ width: 1920, height: 1056 });
  });
});
