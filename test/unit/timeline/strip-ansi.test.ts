import { expect, test } from 'vitest';
import { showText, stripAnsi } from '../../../src/timeline/index.ts';

test.each([
  ['colours', '\u001b[1;31mred\u001b[0m', 'red'],
  ['a cursor move', 'a\u001b[2J\u001b[1;1Hb', 'ab'],
  ['a title', '\u001b]0;title\u0007text', 'text'],
  ['a link', '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\', 'click'],
  ['a clipboard write', '\u001b]52;c;ZXZpbA==\u0007ok', 'ok'],
  ['a string without an end', '\u001b]0;open\nnext line', '\nnext line'],
  ['a character set', '\u001b(Btext', 'text'],
  ['an eight-bit sequence', '\u009b31mred', 'red'],
  ['a sequence that the text ends in', 'text\u001b[3', 'text'],
  ['a progress line', '10 %\r50 %\r100 %\ndone', '100 %\ndone'],
  ['line ends of another system', 'a\r\nb\r\n', 'a\nb\n'],
  ['nothing of the kind', 'plain [31m text', 'plain [31m text'],
])('%s', (_, text, shown) => {
  expect(stripAnsi(text)).toBe(shown);
});

test('what is left is still shown with care', () => {
  expect(showText(stripAnsi('a\u001b\u202eb\u0007'))).toBe('a⟨U+001B⟩⟨U+202E⟩b⟨U+0007⟩');
});

test('is quick with a megabyte of beginnings', () => {
  const started = performance.now();
  stripAnsi('\u001b['.repeat(500_000));
  stripAnsi(`${'\u001b]'.repeat(300_000)}`);
  expect(performance.now() - started).toBeLessThan(2000);
});
