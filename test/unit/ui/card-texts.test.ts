import { describe, expect, test } from 'vitest';
import {
  byWords,
  cannedReasons,
  feedbackCount,
  grantRows,
  MAX_FEEDBACK,
  outcomeWord,
} from '../../../src/ui/inspector/card-words.ts';
import { foldPayload, splitWords, unfoldWords } from '../../../src/ui/inspector/fold-payload.ts';
import {
  KEPT_BYTES,
  NO_OUTPUT,
  PAGE_BYTES,
  startOf,
  withEarlier,
  withLater,
} from '../../../src/ui/inspector/output-pages.ts';
import { withReason } from '../../../src/ui/inspector/reject-panel.tsx';
import { shortenPath } from '../../../src/ui/inspector/shown-path.tsx';

describe('a long payload', () => {
  test('of 12 lines is whole', () => {
    const text = Array.from({ length: 12 }, (_, at) => `line ${at}`).join('\n');
    expect(foldPayload(text)).toMatchObject({ head: text, tail: '', foldedLines: 0, foldedChars: 0 });
  });
  test('of 13 lines shows its head and its very end, and counts the rest', () => {
    const text = `${'x\n'.repeat(40)}rm -rf ~`;
    const folded = foldPayload(text);
    expect(folded.tail.endsWith('rm -rf ~')).toBe(true);
    expect(folded.foldedLines).toBe(41 - 12);
    expect(unfoldWords(folded)).toBe('Show all 41 lines (29 folded)');
  });
  test('of one line shows its end too, and counts what is folded', () => {
    const text = `echo ${'x'.repeat(9000)}; rm -rf ~`;
    const folded = foldPayload(text);
    expect(folded.tail.endsWith('; rm -rf ~')).toBe(true);
    expect(folded.head.length + folded.tail.length + folded.foldedChars).toBe(text.length);
    expect(unfoldWords(folded)).toMatch(/characters folded/);
  });
  test('loses nothing when it is split into words', () => {
    const line = '  a  b\tc-d/e   ';
    expect(splitWords(line).join('')).toBe(line);
    expect(splitWords(line)).toContain('c-d/e');
  });
});

describe('words of a card', () => {
  test('name who answered', () => {
    expect(byWords('terminal:4711')).toBe('by you in the terminal');
    expect(byWords('cli:1')).toBe('by you on the command line');
    expect(byWords('guardian')).toBe('by guardian');
    expect(byWords('rule')).toBe('by a rule');
    expect(outcomeWord({ outcome: 'allowed', by: 'rule' })).toBe('Allowed');
    expect(outcomeWord({ outcome: 'allowed', by: 'page' })).toBe('Allowed once');
    expect(byWords(undefined)).toBe('');
  });
  test('tell what a yes opens, without what it does not', () => {
    const grant = { read: [], write: ['/a'], hosts: [{ host: 'h', port: 443 }, { host: 'i' }], sockets: [] };
    expect(grantRows(grant)).toEqual([
      { verb: 'write', what: ['/a'] },
      { verb: 'reach', what: ['h:443', 'i'] },
    ]);
    expect(grantRows(undefined)).toEqual([]);
  });
  test('give reasons that fit what is asked', () => {
    expect(cannedReasons({ kind: 'net', category: 'more-access', text: '' })).toContain('Not this host');
    expect(cannedReasons({ kind: 'edit', category: 'edit', text: '' })).not.toContain('Not this host');
  });
  test('count the feedback near its end', () => {
    expect(feedbackCount(0)).toBeUndefined();
    expect(feedbackCount(MAX_FEEDBACK - 10)).toBe('10 characters left');
  });
  test('put a canned reason in without throwing away what was typed', () => {
    const canned = ['Ask me first', 'Use a dry run'];
    expect(withReason('', 'Ask me first', canned)).toBe('Ask me first');
    expect(withReason('Ask me first', 'Use a dry run', canned)).toBe('Use a dry run');
    expect(withReason('Ask me first', 'Ask me first', canned)).toBe('');
    expect(withReason('No: broken', 'Use a dry run', canned)).toBe('No: broken\nUse a dry run');
  });
  test('shorten a path below home and no other', () => {
    expect(shortenPath('/home/ada/work', '/home/ada')).toBe('~/work');
    expect(shortenPath('/home/adam/work', '/home/ada')).toBe('/home/adam/work');
    expect(shortenPath('/srv', undefined)).toBe('/srv');
  });
});

describe('output in the page', () => {
  const reply = (offset: number, size: number) => ({ text: 'x'.repeat(10), offset, size, cutBytes: 0 });
  test('is bounded in both directions', () => {
    const size = 4 * KEPT_BYTES;
    let window = withLater(NO_OUTPUT, reply(size - PAGE_BYTES, size), size);
    for (let at = 2; at < 40; at += 1) window = withEarlier(window, reply(size - at * PAGE_BYTES, size));
    expect(window.end - startOf(window)).toBeLessThanOrEqual(KEPT_BYTES);
    expect(startOf(window)).toBe(size - 39 * PAGE_BYTES);
    for (let at = 0; at < 40; at += 1)
      window = withLater(window, reply(window.end, size), window.end + PAGE_BYTES);
    expect(window.end - startOf(window)).toBeLessThanOrEqual(KEPT_BYTES);
  });
});
