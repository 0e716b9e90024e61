import type { Word } from '../protocol/index.ts';
import type { EnvironmentPair, OpenedWrapper } from './opened-wrapper.ts';
import { isShellBuiltin } from './shell-builtins.ts';
import { isSingleField, makeLiteralWord } from './shell-word.ts';
import type { WrapperGrammar } from './wrapper-grammar.ts';

/** Reads one launcher's options by its grammar; holds the position, as options, values and operands share it. */
export class WrapperReader {
  #words: readonly Word[];
  readonly #grammar: WrapperGrammar;
  #position = 0;
  #operandsLeft: number;
  #hasEndedOptions = false;
  #script: Word | undefined;
  #replacement: string | undefined;
  readonly #environment: EnvironmentPair[] = [];

  constructor(words: readonly Word[], grammar: WrapperGrammar) {
    this.#words = words;
    this.#grammar = grammar;
    this.#operandsLeft = grammar.operands ?? 0;
  }

  /** `nameLength`: words of its name. Null when the command is itself what runs. */
  read(nameLength: number): OpenedWrapper | null {
    this.#position = nameLength;
    while (this.#position < this.#words.length && this.#script === undefined) {
      const step = this.#readWord();
      if (step === 'command') break;
      if (step === 'self') return null;
      if (step === 'odd') return this.#finish({ opaque: this.#describeOdd() });
    }
    if (this.#script !== undefined) return this.#finishScript(this.#script);
    return this.#finishCommand();
  }

  #readWord(): 'next' | 'command' | 'self' | 'odd' {
    const word = this.#words[this.#position];
    if (word === undefined) return 'command';
    const assignment = this.#grammar.hasAssignments === true ? readAssignment(word) : null;
    if (assignment !== null) {
      this.#environment.push(assignment);
      this.#position += 1;
      return isSingleField(word) ? 'next' : 'odd';
    }
    if (word.value === undefined) return this.#readUnknown(word);
    if (this.#hasEndedOptions || !word.value.startsWith('-') || word.value === '-')
      return this.#readOperand(word.value);
    if (word.value === '--') {
      this.#hasEndedOptions = true;
      this.#position += 1;
      return 'next';
    }
    return word.value.startsWith('--')
      ? this.#readLong(word.value.slice(2))
      : this.#readShort(word.value.slice(1));
  }

  #readUnknown(word: Word): 'next' | 'command' | 'odd' {
    if (this.#operandsLeft === 0) return 'command';
    if (!isSingleField(word)) return 'odd';
    this.#operandsLeft -= 1;
    this.#position += 1;
    return 'next';
  }

  #readOperand(value: string): 'next' | 'command' {
    // `env -` is `env -i`.
    if (this.#operandsLeft === 0 && !(value === '-' && this.#grammar.hasAssignments === true))
      return 'command';
    if (this.#operandsLeft > 0) this.#operandsLeft -= 1;
    this.#position += 1;
    return 'next';
  }

  #readLong(option: string): 'next' | 'self' | 'odd' {
    const equals = option.indexOf('=');
    const name = equals < 0 ? option : option.slice(0, equals);
    const value = equals < 0 ? null : option.slice(equals + 1);
    if (isListed(this.#grammar.self, `-${name}`)) return 'self';
    if (isListed(this.#grammar.script, `-${name}`)) return this.#takeScript(value);
    if (isListed(this.#grammar.splits, `-${name}`)) return this.#putSplit('', value);
    return this.#skipLong(name, value);
  }

  #skipLong(name: string, value: string | null): 'next' | 'odd' {
    const known = (this.#grammar.long ?? '').split(' ');
    const takesWord = known.includes(`${name}=`) && value === null;
    const isKnown = known.includes(name)
      ? value === null
      : known.includes(`${name}=`) || known.includes(`${name}?`);
    if (!isKnown) return 'odd';
    if (name === 'replace') this.#replacement = value ?? '{}';
    this.#position += takesWord ? 2 : 1;
    return this.#hasSafeValue(takesWord) ? 'next' : 'odd';
  }

  #readShort(cluster: string): 'next' | 'self' | 'odd' {
    if (this.#grammar.hasNumericFlag === true && /^-?\d+$/.test(cluster)) return this.#advance(1);
    for (let at = 0; at < cluster.length; at += 1) {
      const [letter, rest] = [cluster.charAt(at), cluster.slice(at + 1)];
      if (isListed(this.#grammar.splits, letter))
        return this.#putSplit(cluster.slice(0, at), rest === '' ? null : rest);
      const outcome = this.#readLetter(letter, rest);
      if (outcome !== null) return outcome;
    }
    return this.#advance(1);
  }

  /** Null when the letter is a switch and the cluster goes on. */
  #readLetter(letter: string, rest: string): 'next' | 'self' | 'odd' | null {
    if (isListed(this.#grammar.self, letter)) return 'self';
    if (isListed(this.#grammar.script, letter)) return this.#takeScript(rest === '' ? null : rest);
    if (this.#grammar.values?.includes(letter) === true) return this.#takeValue(letter, rest);
    if (this.#grammar.attached?.includes(letter) === true) return this.#takeAttached(letter, rest);
    return this.#grammar.flags?.includes(letter) === true ? null : 'odd';
  }

  #takeValue(letter: string, rest: string): 'next' | 'odd' {
    if (letter === 'I' && this.#grammar.appendsWords === true) {
      this.#replacement = rest === '' ? (this.#words[this.#position + 1]?.value ?? '{}') : rest;
    }
    this.#position += rest === '' ? 2 : 1;
    return this.#hasSafeValue(rest === '') ? 'next' : 'odd';
  }

  #takeAttached(letter: string, rest: string): 'next' {
    if (letter === 'i') this.#replacement = rest === '' ? '{}' : rest;
    return this.#advance(1);
  }

  /** `env -S 'a b'`: its words stand in the place of the option, behind the switches in front of it. */
  #putSplit(switches: string, attached: string | null): 'next' | 'odd' {
    const word = attached === null ? this.#words[this.#position + 1] : makeLiteralWord(attached);
    const split = word?.value === undefined ? null : splitWords(word.value);
    if (split === null) return 'odd';
    const before = switches === '' ? [] : [`-${switches}`];
    this.#words = [
      ...this.#words.slice(0, this.#position),
      ...[...before, ...split].map(makeLiteralWord),
      ...this.#words.slice(this.#position + (attached === null ? 2 : 1)),
    ];
    return 'next';
  }

  #takeScript(attached: string | null): 'next' | 'odd' {
    const word = attached === null ? this.#words[this.#position + 1] : makeLiteralWord(attached);
    if (word === undefined) return 'odd';
    this.#script = word;
    this.#position += attached === null ? 2 : 1;
    return 'next';
  }

  #advance(count: number): 'next' {
    this.#position += count;
    return 'next';
  }

  /** A value that may become several words would move the place of the command. */
  #hasSafeValue(isOwnWord: boolean): boolean {
    const value = this.#words[this.#position - 1];
    return !isOwnWord || (value !== undefined && isSingleField(value));
  }

  #describeOdd(): string {
    const name = this.#words[0]?.text ?? 'the launcher';
    const unknown = this.#words.slice(0, this.#position + 1).find((word) => !isSingleField(word));
    if (unknown !== undefined) return `${unknown.text} may become several words of ${name}`;
    const word = this.#words[Math.min(this.#position, this.#words.length - 1)];
    return `an option of ${name} is not understood (${word?.text ?? 'it ends early'})`;
  }

  #finishScript(script: Word): OpenedWrapper {
    if (script.value === undefined)
      return this.#finish({ opaque: 'the script given to a shell is not known beforehand' });
    return this.#finish({ script: script.value, isDelayed: true });
  }

  #finishCommand(): OpenedWrapper | null {
    let inner = this.#words.slice(this.#position);
    if (inner.length === 0 && this.#words[0]?.value !== undefined && this.#grammar.appendsWords === true) {
      inner = [makeLiteralWord('echo')];
    }
    if (inner.length === 0) return null;
    if (this.#grammar.script !== undefined && this.#grammar.operands === 1 && inner[0]?.value === '-c') {
      return this.#finishScript(inner[1] ?? { text: '' });
    }
    if (this.#grammar.inner === 'script') return this.#finishJoined(inner);
    if (
      this.#grammar.isShell === true &&
      inner[0]?.value !== undefined &&
      this.#words[0]?.value === 'builtin'
    ) {
      if (!isShellBuiltin(inner[0].value)) return null;
    }
    return this.#finish({ commands: [this.#withLaterWords(inner)] });
  }

  #finishJoined(inner: Word[]): OpenedWrapper {
    if (inner.some((word) => word.value === undefined)) {
      return this.#finish({ opaque: 'the command to repeat is not known beforehand' });
    }
    return this.#finish({ script: inner.map((word) => word.value ?? '').join(' ') });
  }

  /** xargs and parallel put words in that nobody knows yet: they are words without a value. */
  #withLaterWords(inner: Word[]): Word[] {
    if (this.#grammar.appendsWords !== true) return inner;
    const listed = inner.findIndex((word) => /^:::/.test(word.value ?? ''));
    const template = listed < 0 ? inner : inner.slice(0, listed);
    const mark =
      this.#replacement ?? (this.#words[0]?.value?.endsWith('parallel') === true ? '{' : undefined);
    if (mark === undefined) return [...template, { text: '{}' }];
    const isMarked = template.some((word) => word.text.includes(mark));
    const filled = template.map((word) => (word.text.includes(mark) ? { text: word.text } : word));
    return isMarked || this.#replacement !== undefined ? filled : [...filled, { text: '{}' }];
  }

  #finish(part: Partial<OpenedWrapper>): OpenedWrapper {
    const wrapper = this.#words
      .slice(0, Math.min(this.#position, this.#words.length))
      .map((word) => word.text)
      .join(' ');
    return {
      wrapper,
      environment: this.#environment,
      isDelayed: this.#grammar.isDelayed === true,
      isShell: this.#grammar.isShell === true,
      hasOwnEffect: this.#grammar.hasOwnEffect === true,
      ...part,
    };
  }
}

function isListed(list: string | undefined, name: string): boolean {
  return list?.split(' ').includes(name) === true;
}

/** Plain words and quoted ones; null for what needs more of the rules by which `env` splits. */
function splitWords(text: string): string[] | null {
  if (!/^(?:[\w.,/:@%+=^~ \t-]|'[^'\\]*'|"[^"\\$]*")*$/.test(text)) return null;
  const words = text.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}

function readAssignment(word: Word): EnvironmentPair | null {
  const match = /^([A-Za-z_]\w*)=/.exec(word.text);
  const name = match?.[1];
  if (match === null || name === undefined) return null;
  const text = word.text.slice(match[0].length);
  const value: Word =
    word.value === undefined ? { text } : { text, value: word.value.slice(match[0].length) };
  return { name, value };
}
