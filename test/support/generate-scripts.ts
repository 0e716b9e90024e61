import type { Random } from './seeded-random.ts';

/** Every construct that a generated script can hold. */
export const CONSTRUCTS = [
  'list',
  'and',
  'or',
  'pipeline',
  'group',
  'subshell',
  'for',
  'while',
  'until',
  'if',
  'case',
  'test',
  'function',
  'substitution',
  'backticks',
  'process substitution',
  'here-document',
  'here-document to a shell',
  'here-string',
  'bash -c',
  'env',
  'sudo',
  'xargs',
  'timeout',
  'nohup',
  'nice',
  'find -exec',
  'npx',
  'watch',
  'command',
  'exec',
  'eval',
  'eval unknown',
  'variable as command',
  'redirection',
  'assignment',
  'background',
  'negation',
  'trap',
] as const;
export type Construct = (typeof CONSTRUCTS)[number];

export type GeneratedScript = {
  script: string;
  constructs: Set<Construct>;
  /** One word for each program call that no eval or variable hides; each must be found in a step. */
  marks: string[];
};

export type GenerateOptions = {
  /** Names of the programs that are called. */
  programs: readonly string[];
  /**
   * True for scripts that may really run: they end, ask for nothing but the programs and what every Linux has, and
   * write only to files in their own folder.
   */
  isRunnable: boolean;
  /** How deep compound commands may nest. */
  maxDepth: number;
};

/** Makes a valid script at random. */
export function generateScript(random: Random, options: GenerateOptions): GeneratedScript {
  return new ScriptMaker(random, options).make();
}

type Maker = () => string;

class ScriptMaker {
  private readonly random: Random;
  private readonly options: GenerateOptions;
  private readonly constructs = new Set<Construct>();
  private readonly marks: string[] = [];
  private depth = 0;
  private names = 0;
  /** Here-document bodies wait for the end of their line. */
  private bodies: string[] = [];
  private isInOneLine = 0;

  constructor(random: Random, options: GenerateOptions) {
    this.random = random;
    this.options = options;
  }

  make(): GeneratedScript {
    const lines: string[] = [];
    const count = 1 + this.below(4);
    for (let at = 0; at < count; at += 1) lines.push(this.line());
    if (this.constructs.has('background')) lines.push('wait');
    return { script: `${lines.join('\n')}\n`, constructs: this.constructs, marks: this.marks };
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  private line(): string {
    const text = this.list();
    const bodies = this.bodies.splice(0);
    return [text, ...bodies].join('\n');
  }

  private list(): string {
    const kind = this.below(10);
    if (kind < 5) return this.pipeline();
    const left = this.pipeline();
    const right = this.pipeline();
    if (kind < 7) return this.note('list', `${left}; ${right}`);
    return kind < 9 ? this.note('and', `${left} && ${right}`) : this.note('or', `${left} || ${right}`);
  }

  private note(construct: Construct, text: string): string {
    this.constructs.add(construct);
    return text;
  }

  private pipeline(): string {
    const kind = this.below(12);
    if (kind < 9) return this.command();
    if (kind < 11) return this.note('pipeline', `${this.command()} | ${this.command()}`);
    return this.note('negation', `! ${this.command()}`);
  }

  private command(): string {
    if (this.depth >= this.options.maxDepth) return this.simple();
    this.depth += 1;
    const compound: [Maker, ...Maker[]] = [
      () => this.note('group', `{ ${this.list()}; }`),
      () => this.note('subshell', `( ${this.list()} )`),
      () => this.note('for', `for i in a b; do ${this.list()}; done`),
      () => this.note('while', `while read -r l; do ${this.list()}; done <<< x`),
      () => this.note('until', `until true; do ${this.list()}; done`),
      () => this.note('if', `if ${this.list()}; then ${this.list()}; else ${this.list()}; fi`),
      () => this.note('case', `case a in a) ${this.list()} ;; *) ${this.list()} ;; esac`),
      () => this.note('test', `[[ -n $( ${this.quiet()} ) ]]`),
      () => this.define(),
      () => this.note('background', `{ ${this.list()} & }`),
    ];
    const text = this.below(5) < 2 ? this.redirect(this.pick(compound)()) : this.simple();
    this.depth -= 1;
    return text;
  }

  private redirect(text: string): string {
    if (this.below(4) > 0) return text;
    return this.note('redirection', `${text} > out${this.below(4)}`);
  }

  private define(): string {
    const name = `fn${this.names++}`;
    return this.note('function', `{ ${name}() { ${this.list()}; }; ${name}; }`);
  }

  /** A command whose text stays in its line: no here-document may begin in it. */
  private quiet(): string {
    this.isInOneLine += 1;
    const text = this.list();
    this.isInOneLine -= 1;
    return text;
  }

  private call(): string {
    const mark = `m${this.marks.length}`;
    this.marks.push(mark);
    const program = this.options.programs[this.below(this.options.programs.length)] ?? 'true';
    return `${this.quoteName(program)} ${mark}`;
  }

  private quoteName(name: string): string {
    return this.pick([name, name, name, `\\${name}`, `'${name}'`, `"${name}"`]);
  }

  /** A call inside quotes of another text. */
  private bareCall(): string {
    const mark = `m${this.marks.length}`;
    this.marks.push(mark);
    return `${this.options.programs[this.below(this.options.programs.length)] ?? 'true'} ${mark}`;
  }

  private simple(): string {
    const kind = this.below(10);
    if (kind < 4) return this.call();
    if (kind < 5)
      return this.note(
        'redirection',
        `${this.call()} ${this.pick(['>', '>>', '2>', '&>'])} out${this.below(4)}`,
      );
    if (kind < 7) return this.words();
    return this.wrapped();
  }

  private words(): string {
    const makers: [Maker, ...Maker[]] = [
      () => this.note('assignment', `v${this.below(3)}=${this.pick(['1', '"a b"', '$x'])}`),
      () => this.note('assignment', `X=1 ${this.call()}`),
      () => `echo word > /dev/null`,
      () => this.note('here-string', `${this.call()} <<< "some text"`),
    ];
    if (this.depth < this.options.maxDepth) {
      makers.push(
        () => this.note('substitution', `echo "$( ${this.quiet()} )" > /dev/null`),
        () => this.note('process substitution', `cat <(${this.quiet()}) > /dev/null`),
      );
    }
    makers.push(() => this.note('backticks', `echo \`${this.bareCall()}\` > /dev/null`));
    if (this.isInOneLine === 0)
      makers.push(
        () => this.hereDocument(),
        () => this.shellDocument(),
      );
    return this.deeper(this.pick(makers));
  }

  private deeper(make: Maker): string {
    this.depth += 1;
    const text = make();
    this.depth -= 1;
    return text;
  }

  private hereDocument(): string {
    const call = this.call();
    this.bodies.push(`text $HOME\nE${this.names}`);
    return this.note('here-document', `${call} <<E${this.names++}`);
  }

  private shellDocument(): string {
    this.bodies.push(`${this.bareCall()}\nE${this.names}`);
    return this.note('here-document to a shell', `${this.pick(['bash', 'sh'])} <<'E${this.names++}'`);
  }

  private wrapped(): string {
    const makers: [Maker, ...Maker[]] = [
      () =>
        this.note(
          'bash -c',
          `${this.pick(['bash', 'sh', '/bin/bash'])} -c '${this.bareCall()}; ${this.bareCall()}'`,
        ),
      () => this.note('env', `env ${this.pick(['', 'A=1 ', '-u B '])}${this.call()}`),
      () => this.note('xargs', `echo a b | xargs ${this.pick(['', '-n 1 ', '-r '])}${this.bareCall()}`),
      () => this.note('timeout', `timeout ${this.pick(['5', '-k 1 5', '-s KILL 5'])} ${this.call()}`),
      () => this.note('nohup', `nohup ${this.call()} > /dev/null`),
      () => this.note('nice', `nice ${this.pick(['', '-n 5 ', '-5 '])}${this.call()}`),
      () =>
        this.note('find -exec', `find . -maxdepth 0 -exec ${this.bareCall()} {} ${this.pick(['\\;', '+'])}`),
      () => this.note('command', `command ${this.call()}`),
      () => this.note('exec', `( exec ${this.call()} )`),
      () => this.note('eval', `eval '${this.bareCall()}'`),
      () => this.note('trap', `trap '${this.bareCall()}' EXIT`),
      () => this.note('variable as command', `p=${this.options.programs[0] ?? 'true'}; $p x`),
      () => this.note('eval unknown', `q='${this.options.programs[0] ?? 'true'} x'; eval "$q"`),
    ];
    if (!this.options.isRunnable) {
      makers.push(
        () => this.note('sudo', `sudo ${this.pick(['', '-n ', '-u root '])}${this.call()}`),
        () => this.note('npx', `npx ${this.pick(['', '--yes ', '-p pkg '])}${this.bareCall()}`),
        () => this.note('watch', `watch ${this.pick(['', '-n 1 '])}${this.bareCall()}`),
      );
    }
    return this.pick(makers)();
  }
}
