import { describe, expect, it } from 'vitest';
import { editToml, readToml, type TomlEdit, TomlEditError } from '../../../src/engine/config/index.ts';
import { GeneratedToml } from '../../support/generated-toml.ts';
import { makeRandom } from '../../support/seeded-random.ts';

const set = (path: string[], value: Extract<TomlEdit, { value: unknown }>['value']): TomlEdit => ({
  kind: 'set',
  path,
  value,
});
const unset = (...path: string[]): TomlEdit => ({ kind: 'unset', path });
const append = (path: string[], value: string): TomlEdit => ({ kind: 'append', path, value });

interface Row {
  readonly name: string;
  readonly before: string;
  readonly edit: TomlEdit;
  readonly after: string;
}

const ROWS: readonly Row[] = [
  { name: 'a key in an empty file', before: '', edit: set(['a'], 1), after: 'a = 1\n' },
  {
    name: 'a value is replaced where it stands',
    before: '# top\na   =  "old" # why\nb = 2\n',
    edit: set(['a'], 'new'),
    after: '# top\na   =  "new" # why\nb = 2\n',
  },
  {
    name: 'a new key above the first section, which keeps its comment',
    before: '#:schema x\nz = 1\n\n# the section\n[t]\nq = 1\n',
    edit: set(['a'], true),
    after: '#:schema x\nz = 1\na = true\n\n# the section\n[t]\nq = 1\n',
  },
  {
    name: 'no key stands above the first section',
    before: '#:schema x\n\n# the section\n[t]\nq = 1\n',
    edit: set(['a'], true),
    after: '#:schema x\n\na = true\n\n# the section\n[t]\nq = 1\n',
  },
  {
    name: 'a comment that begins the file stays first',
    before: '#:schema x\n[t]\nq = 1\n',
    edit: set(['a'], true),
    after: '#:schema x\na = true\n\n[t]\nq = 1\n',
  },
  {
    name: 'a key in its section',
    before: '[s]\n  a = 1 # one\n\n# next\n[t]\n',
    edit: set(['s', 'b'], 2),
    after: '[s]\n  a = 1 # one\n  b = 2\n\n# next\n[t]\n',
  },
  {
    name: 'a key beside its dotted neighbours',
    before: 's.a = 1\nz = 1\n[t]\n',
    edit: set(['s', 'b'], 2),
    after: 's.a = 1\ns.b = 2\nz = 1\n[t]\n',
  },
  {
    name: 'a key in an inline table',
    before: 's = { a = 1 } # c\n',
    edit: set(['s', 'b'], 2),
    after: 's = { a = 1, b = 2 } # c\n',
  },
  {
    name: 'a key in an inline table over several lines',
    before: 's = {\n  a = 1, # one\n  b = 2 # two\n}\n',
    edit: set(['s', 'c', 'd'], 3),
    after: 's = {\n  a = 1, # one\n  b = 2, # two\n  c.d = 3\n}\n',
  },
  {
    name: 'a section that is missing',
    before: 'a = 1',
    edit: set(['s', 't', 'b'], 2),
    after: 'a = 1\n\n[s.t]\nb = 2\n',
  },
  {
    name: 'a section beside those of the same name',
    before: '[projects."/a"]\ntrust_level = "full" # mine\n\n[z]\n',
    edit: set(['projects', '/b c', 'trust_level'], 'trusted'),
    after:
      '[projects."/a"]\ntrust_level = "full" # mine\n\n[projects."/b c"]\ntrust_level = "trusted"\n\n[z]\n',
  },
  {
    name: 'a quoted key, whatever its quotes',
    before: "'a b'.c = 1\n",
    edit: set(['a b', 'c'], 2),
    after: "'a b'.c = 2\n",
  },
  {
    name: 'line ends of the other system',
    before: 'a = 1\r\n[s]\r\nb = 1\r\n',
    edit: set(['s', 'c'], 2),
    after: 'a = 1\r\n[s]\r\nb = 1\r\nc = 2\r\n',
  },
  {
    name: 'a table in place of a section',
    before: '[s]\na = 1\n[s.t]\nb = 1\n[z]\nq = 1\n',
    edit: set(['s'], { x: [1, 'y'] }),
    after: 's = { x = [1, "y"] }\n\n[z]\nq = 1\n',
  },
  {
    name: 'a key is taken out with its line',
    before: '# about a\na = 1 # old\nb = 2\n',
    edit: unset('a'),
    after: '# about a\nb = 2\n',
  },
  {
    name: 'a key over several lines is taken out',
    before: 'a = [\n  1, # one\n]\nb = 2\n',
    edit: unset('a'),
    after: 'b = 2\n',
  },
  { name: 'what is not there', before: 'a = 1\n', edit: unset('b', 'c'), after: 'a = 1\n' },
  {
    name: 'the first key of an inline table',
    before: 's = { a = 1, b = 2 }\n',
    edit: unset('s', 'a'),
    after: 's = { b = 2 }\n',
  },
  {
    name: 'the last key of an inline table',
    before: 's = { a = 1, b = 2 }\n',
    edit: unset('s', 'b'),
    after: 's = { a = 1 }\n',
  },
  {
    name: 'a section with those below it; comments behind it stay',
    before: '[s]\na = 1\n\n[s.t]\nb = 1\n# next\n[z]\nq = 1\n',
    edit: unset('s'),
    after: '\n# next\n[z]\nq = 1\n',
  },
  {
    name: 'one more item of a list',
    before: 'a = ["x"] # c\n',
    edit: append(['a'], 'y'),
    after: 'a = ["x", "y"] # c\n',
  },
  {
    name: 'one more item of a list over several lines with a last comma',
    before: 'a = [\n    "x", # the first\n    # a remark\n]\n',
    edit: append(['a'], 'y'),
    after: 'a = [\n    "x", # the first\n    "y",\n    # a remark\n]\n',
  },
  {
    name: 'one more item of a list over several lines without one',
    before: 'a = [\n  "x" # the, first\n]\n',
    edit: append(['a'], 'y'),
    after: 'a = [\n  "x", # the, first\n  "y"\n]\n',
  },
  { name: 'an item that is there', before: 'a = ["y"]\n', edit: append(['a'], 'y'), after: 'a = ["y"]\n' },
  { name: 'an empty list', before: 'a = [ ]\n', edit: append(['a'], 'y'), after: 'a = ["y"]\n' },
  { name: 'a list that is missing', before: '', edit: append(['s', 'a'], 'y'), after: '[s]\na = ["y"]\n' },
  {
    name: 'a text with characters that are not seen',
    before: '',
    edit: set(['a'], 'x\u202e\u007f"\n'),
    after: 'a = "x\\u202e\\u007f\\"\\n"\n',
  },
];

describe('editToml', () => {
  it.each(ROWS)('$name', ({ before, edit, after }) => {
    expect(editToml(before, [edit])).toBe(after);
  });

  it.each([
    ['a = 1\n', set(['a', 'b'], 1), 'a'],
    ['[[a]]\nx = 1\n', set(['a', 'x'], 1), 'a'],
    ['[[a]]\nx = 1\n', append(['a'], 'x'), 'a'],
    ['a = 1\n', append(['a'], 'x'), 'a'],
    ['a.b = "x"\n', unset('a', 'b', 'c'), 'a.b'],
  ])('refuses what stands in the way: %j', (before, edit, place) => {
    const refusal = (() => {
      try {
        return editToml(before, [edit]);
      } catch (thrown) {
        return thrown instanceof TomlEditError ? thrown.path.join('.') : thrown;
      }
    })();
    expect(refusal).toBe(place);
  });

  it('says what was meant and keeps comments and the other keys, in 1,500 documents', () => {
    const random = makeRandom(20_261_122);
    let edited = 0;
    for (let round = 0; round < 1500; round++) {
      const document = new GeneratedToml(random);
      const edit = document.chooseEdit(random);
      const text = editToml(document.text, [edit]);
      if (text !== document.text) edited++;
      const shown = JSON.stringify({ before: document.text, edit, text });
      const expected = GeneratedToml.expect(readToml(document.text).values, edit);
      expect(GeneratedToml.prune(readToml(text).values, edit), shown).toEqual(expected);
      const lost = document.comments.filter((comment) => !text.includes(comment.text));
      expect(
        lost.filter((comment) => !GeneratedToml.mayLose(comment, edit)),
        shown,
      ).toEqual([]);
      if (document.hasReturns) expect(text.replaceAll('\r\n', '').includes('\n'), shown).toBe(false);
    }
    expect(edited).toBeGreaterThan(1000);
  });
});
