/**
 * Takes secrets out of text before it is stored or shown. Promises: every given value (of at least 6 characters) and
 * every token of the shapes below is replaced by `[masked]`, also when it comes in pieces. It does not promise to know
 * every kind of secret, nor a value that a program has encoded or split up itself. Without it a token that a script
 * prints would lie in the history for good.
 */

export const MASK = '[masked]';

/** A shorter value would mask ordinary words. */
const SHORTEST_SECRET = 6;
/** How much text may be held back while it could still become a secret, in characters. */
const LONGEST_HELD = 16 * 1024;

/** Shapes that their issuers document, so that scanners can find them. The first group, if any, stays readable. */
const TOKEN_SHAPES: readonly string[] = [
  'gh[pousr]_[A-Za-z0-9]{30,}',
  'github_pat_[A-Za-z0-9_]{40,}',
  'gl(?:pat|dt|rt|soat|cbt)-[A-Za-z0-9_.-]{20,}',
  '(?:AKIA|ASIA)[A-Z0-9]{16}',
  'sk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{32,}',
  'xox[abeoprs]-[A-Za-z0-9-]{10,}',
  'xapp-[A-Za-z0-9-]{20,}',
  'AIza[A-Za-z0-9_-]{35}',
  'ya29\\.[A-Za-z0-9_-]{20,}',
  'npm_[A-Za-z0-9]{36,}',
  'pypi-[A-Za-z0-9_-]{50,}',
  'hf_[A-Za-z0-9]{30,}',
  '[rs]k_(?:live|test)_[A-Za-z0-9]{16,}',
  'dop_v1_[a-f0-9]{60,}',
  'eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}',
];
const TOKENS = new RegExp(`(?<![A-Za-z0-9_])(?:${TOKEN_SHAPES.join('|')})`, 'g');
/** `Authorization: Bearer …` and `Basic …`: the scheme stays readable. */
const AUTHORIZATION = /\b((?:bearer|basic)[ \t]{1,4})[A-Za-z0-9_.~+/=-]{16,}/gi;
/**
 * `https://user:password@host`: only the password goes. The spaces are those of ASCII: where each byte is a character,
 * half of a letter would look like another one.
 */
const URL_PASSWORD = /(:\/\/[^ \t-\r/:@]{0,256}:)[^ \t-\r/@]{1,512}(?=@)/g;
/** Nothing of the next pattern is without it; looking for it is ten times as fast. */
const KEY_BEGIN_WORD = '-----BEGIN ';
const KEY_BEGIN = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/;
const KEY_END = /-----END [A-Z ]{0,40}PRIVATE KEY-----/;

/** What a secret without spaces may consist of: text is only released up to a border of such a run. */
const HELD_CHARACTER = /[A-Za-z0-9_.~+/=:@%!$&*,;?#\u0080-\uffff-]/;
const SCHEME_END = /(?:bearer|basic)[ \t]{1,4}$/i;

function escapeForPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Longest first, so that a value that begins with another is masked whole. */
function usableSecrets(secrets: readonly string[]): string[] {
  const long = new Set(
    secrets.filter((secret) => secret.length >= SHORTEST_SECRET && secret.length < LONGEST_HELD),
  );
  return [...long].sort((a, b) => b.length - a.length);
}

function createMask(secrets: readonly string[]): (text: string) => string {
  const known = secrets.length > 0 ? new RegExp(secrets.map(escapeForPattern).join('|'), 'g') : undefined;
  return (text) => {
    let masked = known === undefined ? text : text.replace(known, MASK);
    masked = maskKeys(masked).replace(TOKENS, MASK);
    masked = masked.replace(AUTHORIZATION, `$1${MASK}`);
    return masked.includes('://') ? masked.replace(URL_PASSWORD, `$1${MASK}`) : masked;
  };
}

/** Replaces whole private keys; one without an end is left for the caller. */
function maskKeys(text: string): string {
  if (!text.includes(KEY_BEGIN_WORD)) return text;
  let masked = '';
  let rest = text;
  for (;;) {
    const begin = rest.search(KEY_BEGIN);
    const end = begin === -1 ? null : KEY_END.exec(rest.slice(begin));
    if (end === null) return masked + rest;
    masked += rest.slice(0, begin) + MASK;
    rest = rest.slice(begin + end.index + end[0].length);
  }
}

/** Masks a whole text. A private key whose end is missing is masked up to the end of the text. */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  const masker = createSecretMasker(secrets);
  return masker.push(text) + masker.end();
}

/** Masks a text that comes in pieces. */
export interface SecretMasker {
  /** Takes the next piece; returns what can be told apart from a secret by now. */
  push(text: string): string;
  /** How many characters are held back: always the last ones that came. */
  readonly heldLength: number;
  /** Whether what `push` released last is, character for character, what came. */
  readonly isVerbatim: boolean;
  /** Returns what was held back. */
  end(): string;
}

class StreamMasker implements SecretMasker {
  readonly #secrets: readonly string[];
  readonly #mask: (text: string) => string;
  #held = '';
  #isInKey = false;
  #isVerbatim = true;

  constructor(secrets: readonly string[]) {
    this.#secrets = usableSecrets(secrets);
    this.#mask = createMask(this.#secrets);
  }

  get heldLength(): number {
    return this.#held.length;
  }

  get isVerbatim(): boolean {
    return this.#isVerbatim;
  }

  push(text: string): string {
    this.#held += text;
    this.#isVerbatim = !this.#isInKey;
    let released = '';
    if (this.#isInKey && !this.#leaveKey()) return released;
    const border = this.#findBorder();
    const whole = this.#held.slice(0, border);
    this.#held = this.#held.slice(border);
    released += this.#mask(whole);
    this.#isVerbatim &&= released === whole;
    if (this.#held.length > LONGEST_HELD) {
      this.#isVerbatim = false;
      released += this.#releaseTooLong();
    }
    return released;
  }

  end(): string {
    this.#isVerbatim = false;
    const rest = this.#isInKey ? '' : this.#held;
    this.#held = '';
    this.#isInKey = false;
    const begin = findUnfinishedKey(rest, rest.length);
    if (!KEY_BEGIN.test(rest.slice(begin))) return this.#mask(rest);
    return this.#mask(rest.slice(0, begin)) + MASK;
  }

  /** Drops the rest of a key that was too long to hold; false while its end has not come. */
  #leaveKey(): boolean {
    const end = KEY_END.exec(this.#held);
    if (end === null) {
      this.#held = this.#held.slice(-80);
      return false;
    }
    this.#held = this.#held.slice(end.index + end[0].length);
    this.#isInKey = false;
    return true;
  }

  /** The offset up to which the held text cannot be part of something that goes on in the next piece. */
  #findBorder(): number {
    const text = this.#held;
    let border = text.length;
    while (border > 0 && HELD_CHARACTER.test(text.charAt(border - 1))) border--;
    border -= SCHEME_END.exec(text.slice(Math.max(0, border - 12), border))?.[0].length ?? 0;
    return findUnfinishedKey(text, this.#findUnfinishedSecret(border));
  }

  /** A known secret may hold any character, line feeds too: it may begin before the border and end after the text. */
  #findUnfinishedSecret(border: number): number {
    const text = this.#held;
    let first = border;
    for (const secret of this.#secrets) {
      // From far to near: the first start that fits is the one that holds back most.
      for (let start = Math.max(0, text.length - secret.length + 1); start < first; start++) {
        if (text[start] === secret[0] && secret.startsWith(text.slice(start))) first = start;
      }
      // A finished one across the border keeps the border before it.
      for (let at = text.indexOf(secret, Math.max(0, first - secret.length)); at !== -1 && at < first; ) {
        if (at + secret.length > first) first = at;
        at = text.indexOf(secret, at + 1);
      }
    }
    return first;
  }

  /** More than anything known is long: what is recognised in it is masked, a key is dropped until its end. */
  #releaseTooLong(): string {
    const text = this.#held;
    const begin = findUnfinishedKey(text, text.length);
    this.#held = '';
    if (begin === text.length) return this.#mask(text);
    this.#isInKey = true;
    this.#held = text.slice(-80);
    return this.#mask(text.slice(0, begin)) + MASK;
  }
}

/** The border, or where a private key begins before it, or may begin, that does not end before it. */
function findUnfinishedKey(text: string, border: number): number {
  if (!text.includes(KEY_BEGIN_WORD)) return border;
  let from = 0;
  for (;;) {
    const begin = text.slice(from).search(KEY_BEGIN);
    if (begin === -1 || from + begin >= border) break;
    const end = KEY_END.exec(text.slice(from + begin));
    const endAt = end === null ? text.length + 1 : from + begin + end.index + end[0].length;
    if (endAt > border) return from + begin;
    from = endAt;
  }
  const maybe = text.lastIndexOf(KEY_BEGIN_WORD);
  const isOpen = maybe >= from && text.length - maybe < 80 && !text.slice(maybe).includes('\n');
  return isOpen ? Math.min(maybe, border) : border;
}

/** Starts a stream; `secrets` are values to mask wherever they appear. */
export function createSecretMasker(secrets: readonly string[] = []): SecretMasker {
  return new StreamMasker(secrets);
}
