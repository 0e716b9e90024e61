import { describe, expect, it } from 'vitest';
import { judgeStep } from '../../../src/policy/index.ts';
import { showDiffLine, showLine, showText } from '../../../src/timeline/index.ts';
import { makeFacts, makeSnapshot, makeSteps } from '../policy/judge-fixture.ts';

const cases = [
  ['plain text, accents and emoji', 'rm -rf "dist ä 漢 😀"', 'rm -rf "dist ä 漢 😀"'],
  ['an escape sequence', '\x1b[2Jls', '⟨U+001B⟩[2Jls'],
  ['carriage return and backspace', 'rm x\r\b', 'rm x⟨U+000D⟩⟨U+0008⟩'],
  ['a C1 control', '\x9b31m', '⟨U+009B⟩31m'],
  ['a right-to-left override', 'a\u202eb', 'a⟨U+202E⟩b'],
  ['an isolate', '\u2066x\u2069', '⟨U+2066⟩x⟨U+2069⟩'],
  ['zero width', 'r\u200bm\u200d\ufeff', 'r⟨U+200B⟩m⟨U+200D⟩⟨U+FEFF⟩'],
  ['a soft hyphen and a filler', '\u00ad\u3164', '⟨U+00AD⟩⟨U+3164⟩'],
  ['a variation selector and a tag', '\ufe0f\u{e0041}', '⟨U+FE0F⟩⟨U+E0041⟩'],
  ['a space that is none', 'rm\u00a0-rf', 'rm⟨U+00A0⟩-rf'],
  ['a line separator', 'a\u2028b', 'a⟨U+2028⟩b'],
  ['half a surrogate pair', 'a\ud800b', 'a⟨U+D800⟩b'],
  ['nul and delete', '\0\x7f', '⟨U+0000⟩⟨U+007F⟩'],
] as const;

describe('text shown to a person', () => {
  it.each(cases)('%s', (_name, text, shown) => {
    expect([showLine(text), showText(text)]).toEqual([shown, shown]);
  });
  it.each(cases)('%s, in a sentence about a rule too', (_name, text, shown) => {
    const origin = { layer: 'user', file: 'a.rules', line: 1, column: 1 } as const;
    const rule = { pattern: ['x'], decision: 'prompt', justification: `a${text}b`, origin } as const;
    const step = makeSteps('x')[0];
    const rules = { prefix: [{ ...rule, pattern: ['x'] }], network: [], hostExecutables: [] };
    const { reasons } = judgeStep(step, makeSnapshot({ rules }), makeFacts(step));
    expect(reasons.map((reason) => reason.text).join('\n')).toContain(`a${shown}b`);
  });
  it.each([
    ['one accent, and two', 'e\u0301 a\u0302\u0301', 'e\u0301 a\u0302\u0301'],
    ['a tower of accents', 'o\u0352\u0352\u0352x', 'o\u0352⟨U+0352⟩⟨U+0352⟩x'],
    ['a tower of several', 'o\u0352\u0301\u0302x', 'o\u0352\u0301⟨U+0302⟩x'],
    [
      'vowels and tones of Thai',
      '\u0e19\u0e49\u0e33 \u0e17\u0e35\u0e48',
      '\u0e19\u0e49\u0e33 \u0e17\u0e35\u0e48',
    ],
    ['a tower of vowels', '\u0e01\u0e34\u0e34', '\u0e01\u0e34⟨U+0E34⟩'],
    [
      'a tower of several vowels',
      '\u0e01\u0e31\u0e34\u0e35\u0e36\u0e37\u0e47',
      '\u0e01\u0e31\u0e34\u0e35\u0e36\u0e37⟨U+0E47⟩',
    ],
    ['points of Hebrew', '\u05e9\u05bc\u05c1\u05b8', '\u05e9\u05bc\u05c1\u05b8'],
    ['a word of Hindi', '\u0915\u094d\u0937\u093f', '\u0915\u094d\u0937\u093f'],
    ['a stroke through a letter', 'r\u0336m\u0338', 'r⟨U+0336⟩m⟨U+0338⟩'],
    ['a figure around a letter', 'a\u20dd1\u20e3', 'a⟨U+20DD⟩1⟨U+20E3⟩'],
    ['a mark on nothing', '\u0301a', '⟨U+0301⟩a'],
    ['marks on a sign of the shell', ";\u0301 '\u0302\u0302", ";⟨U+0301⟩ '⟨U+0302⟩⟨U+0302⟩"],
    ['a mark behind what hides', 'a\u200b\u0301', 'a⟨U+200B⟩⟨U+0301⟩'],
  ])('nothing grows over its neighbours: %s', (_name, text, shown) => {
    expect([showLine(text), showText(text)]).toEqual([shown, shown]);
    const [step] = makeSteps(`touch '/out/x ${text.replaceAll("'", 'x')} x'`);
    const { reasons } = judgeStep(step, makeSnapshot(), makeFacts(step));
    const sentence = reasons.map((reason) => reason.text).join('\n');
    if (!text.includes("'")) expect(sentence).toContain(`/out/x ${shown} x`);
  });
  it('of a flood of marks every one is a number, in its line', () => {
    const flood = `touch e${'\u0315'.repeat(1000)}\n\u0336`;
    const drawn = showText(flood).match(/\p{M}/gu) ?? [];
    expect([drawn.length, showText(flood).split('\n')[1]]).toEqual([1, '⟨U+0336⟩']);
  });
  it('line ends are marked in a line and kept in a text', () => {
    expect([showLine('a\n\tb'), showText('a\n\tb')]).toEqual(['a⏎⇥b', 'a\n  b']);
  });
  it.each([
    ['tabs and spaces at the end', '\tif x: \t ', '⇥ if x:·⇥ ·'],
    ['spaces within', '  a  b', '  a  b'],
    ['nothing but spaces', '   ', '···'],
    ['spaces in front of a carriage return', 'a  \r', 'a··⟨U+000D⟩'],
    ['what hides', 'a\u200b \u00a0', 'a⟨U+200B⟩ ⟨U+00A0⟩'],
    ['a line end', 'a\nb', 'a⏎b'],
  ])('in a line of a diff %s can be seen', (_name, text, shown) => {
    expect(showDiffLine(text)).toBe(shown);
  });
  it('the end of a piece is no end of a line', () => {
    expect(showDiffLine('a\t ', false)).toBe('a⇥  ');
  });
  it('what is cut is counted', () => {
    expect([showLine('abcdef', 4), showText('abcdef', 4)]).toEqual([
      'abcd … (2 more characters)',
      'abcd … (2 more characters)',
    ]);
  });
});
