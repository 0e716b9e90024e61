import { describe, expect, test } from 'vitest';
import {
  type AskGate,
  needsRewrite,
  planAsks,
  rewriteScript,
  splitScript,
} from '../../../src/policy/index.ts';
import type { Verdict } from '../../../src/protocol/index.ts';
import table from '../../cases/split/plans.json' with { type: 'json' };

function plan(script: string, gate: AskGate, verdicts: Readonly<Record<string, Verdict>> = {}) {
  const split = splitScript(script);
  const verdictOf = (index: number): Verdict => verdicts[split.steps[index]?.text ?? ''] ?? 'ask';
  const mustAsk = planAsks(split.steps, verdictOf, { gate });
  const askCommand = (index: number): string => `ASK ${index}`;
  return { split, mustAsk, text: rewriteScript(script, split, { askCommand, mustAsk, gate }) };
}

describe('where questions are put', () => {
  test.each(table)('$name', (row) => {
    const { script } = row;
    const allowed = Object.fromEntries(row.allow.map((text) => [text, 'allow' as const]));
    const list = (gate: AskGate): string[] => {
      const { split, mustAsk } = plan(script, gate, allowed);
      return split.steps.filter((step) => mustAsk.has(step.index)).map((step) => step.text);
    };
    expect({ kernel: list('kernel'), shell: list('shell') }).toEqual({
      kernel: row.kernel,
      shell: row.shell,
    });
  });
});

test('a script that need not be asked about is not touched', () => {
  const script = 'ls > f; rm a # c';
  const split = splitScript(script);
  const options = { askCommand: String, mustAsk: new Set<number>(), gate: 'kernel' as const };
  expect(rewriteScript(script, split, options)).toBe(script);
});

test('the question stands in front of the redirection', () => {
  expect(plan('ls > keep', 'kernel').text).toBe('{ if ASK 0 ls; then ls > keep; else ( exit 126 ); fi; }');
});

test('text that does not parse is not put inside a command', () => {
  const script = 'true; fi; }; rm -rf dist #';
  expect(plan(script, 'kernel').text).toBe(`if ASK 0; then :; else exit 126; fi\n${script}`);
});

test('questions for one place are put one after the other', () => {
  const { text } = plan('bash -c "echo a > b; echo c > d"', 'kernel');
  expect(text).toBe(
    '{ if ASK 0 echo a && ASK 1 echo c; then bash -c "echo a > b; echo c > d"; else ( exit 126 ); fi; }',
  );
});

test('words that are shown have no side effect and no line break', () => {
  const { text } = plan('echo "$(rm a)" "${x:=1}" $y "$z" $((n++)) \'a\nb\' "it\'s" *.ts > f', 'kernel');
  const shown = /ASK 1 (.*?); then/s.exec(text)?.[1];
  expect(shown).toBe(
    `echo '"$(rm a)"' '"\${x:=1}"' "\${y:0:256}" "\${z:0:256}" '$((n++))' $'a\\x0ab' 'it'\\''s' '*.ts'`,
  );
});

test("a program's words are shown as it will get them, where that changes nothing", () => {
  const shown = (script: string): string | undefined =>
    / ASK \d+ (.*?); then/.exec(plan(script, 'kernel').text)?.[1];
  const same = `cp -r "$a" $b "\${c}x" "\${d[@]}" $1 "$@" *.ts {x,y} ~/z \\$e 'f g' "\${h%.ts}" "\${i:-j}" k`;
  expect(shown(`${same} > f`)).toBe(same.replace('\\$e', "'$e'"));
  expect(shown('cp "$(a)" `b` "${c:=1}" $((d++)) <(e) $? ${f[$g]} "${h@P}" > i')).toBe(
    `cp '"$(a)"' '\`b\`' '"\${c:=1}"' '$((d++))' '<(e)' '$?' '\${f[$g]}' '"\${h@P}"'`,
  );
});

test('a command with an unknown name is asked in the script only when no program starts', () => {
  expect(plan('$v x', 'kernel').text).toContain('type -t');
  expect(plan('$v x', 'shell').text).not.toContain('type -t');
  expect(plan('$v x > f', 'kernel').text).not.toContain('type -t');
  expect(plan('$(pick) x', 'kernel').text).not.toContain('type -t');
});

test('what the kernel cannot hold needs a question in the script', () => {
  const script = 'ls; ls > f; echo a; A=1; > g; eval "$x"; . h; $v; sh; sh > i; trap "$c" EXIT';
  expect(splitScript(script).steps.map((step) => [step.text, needsRewrite(step)])).toEqual([
    ['ls', false],
    ['ls > f', true],
    ['echo a', true],
    ['A=1', true],
    ['> g', true],
    ['eval "$x"', true],
    ['. h', true],
    ['$v', true],
    ['sh', false],
    ['sh > i', true],
    ['trap "$c" EXIT', true],
  ]);
});
