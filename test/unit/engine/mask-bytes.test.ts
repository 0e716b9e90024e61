import { describe, expect, it } from 'vitest';
import { createByteMasker } from '../../../src/engine/history/mask-bytes.ts';
import { createSecretMasker, MASK, maskSecrets } from '../../../src/replay/index.ts';

const SECRETS = ['correct horse battery', 'first\nsecond', 'pässwörd-ü', 'topsecret'];
const KEY = `-----BEGIN RSA PRIVATE KEY-----\n${'b3BlbnNzaC1rZXktdjEAAAA\n'.repeat(30)}-----END RSA PRIVATE KEY-----`;
/** Put together here, so that no scanner takes this file for a leak. */
function token(prefix: string): string {
  const alphabet = prefix.startsWith('A') ? 'Q7WX' : 'a1b2';
  return (
    prefix +
    alphabet.repeat(20).slice(0, prefix === 'AKIA' || prefix === 'ASIA' ? 16 : prefix === 'AIza' ? 35 : 80)
  );
}
/** What a line may be made of: secrets, their beginnings, letters of several bytes, and what is none. */
const PARTS: readonly string[] = [
  ...SECRETS,
  'correct horse ',
  'pässw',
  `ghp_${'a1B2c3D4e5'.repeat(4)}`,
  'Bearer abcdefghijklmnopqrstu',
  'https://me:hünter à 22@host/x',
  'https://me:hünterà22@host/x',
  KEY,
  '-----BEGIN ',
  '10 < 20',
  '日本語 😀 é',
  'x'.repeat(200),
  ...[
    'gho_',
    'github_pat_',
    'glpat-',
    'gldt-',
    'glsoat-',
    'glcbt-',
    'AKIA',
    'ASIA',
    'sk-',
    'sk-ant-',
    'xoxb-',
  ].map(token),
  ...['xapp-', 'AIza', 'ya29.', 'npm_', 'pypi-', 'hf_', 'rk_live_', 'sk_test_', 'dop_v1_'].map(token),
  `${token('eyJ')}.${token('eyJ')}.${token('')}`,
  'BASIC abcdefghijklmnopqrstu',
  ...Array.from({ length: 12 }, (_, place) => 'words in a line '.repeat(place)),
  '\u001b[31mred\u001b[0m',
];

/** The same numbers in each run. */
function createDice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function makeText(dice: (below: number) => number): string {
  let text = '';
  for (let part = 0; part < 80; part++) text += (PARTS[dice(PARTS.length)] ?? '') + ' \n\t,'.charAt(dice(6));
  return text;
}

function cut(bytes: Buffer, dice: (below: number) => number): Buffer[] {
  const most = [1, 7, 90, 600, 5000][dice(5)] ?? 1;
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + dice(most);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

describe('bytes that are masked as they come', () => {
  it('are what the masker of texts makes of them, however they are cut', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const dice = createDice(seed);
      const pieces = cut(Buffer.from(makeText(dice)), dice);
      const ofText = createSecretMasker(SECRETS.map((secret) => Buffer.from(secret).toString('latin1')));
      const masker = createByteMasker(SECRETS);
      let expected = '';
      let length = 0;
      const masked: Uint8Array[] = [];
      for (const piece of pieces) {
        expected += ofText.push(piece.toString('latin1'));
        const now = masker.push(piece);
        masked.push(...now);
        length = now.reduce((sum, { length: each }) => sum + each, length);
        if (length !== expected.length)
          expect.fail(`seed ${seed}: ${length} are out, not ${expected.length}`);
      }
      const result = Buffer.concat([...masked, ...masker.end()]);
      expect(result.toString('latin1'), `seed ${seed}`).toBe(expected + ofText.end());
      for (const secret of SECRETS) expect(result.includes(secret), `seed ${seed}: ${secret}`).toBe(false);
    }
  });

  it.each(PARTS.filter((part) => maskSecrets(`${part} `, SECRETS).includes(MASK)))(
    '%j is masked between much that is plain',
    (part) => {
      const plain = Buffer.from('all is well here and nothing is to be seen of it\n'.repeat(30));
      const words = Buffer.from(` ${part} `);
      const expected = Buffer.from(
        maskSecrets(
          words.toString('latin1'),
          SECRETS.map((secret) => Buffer.from(secret).toString('latin1')),
        ),
        'latin1',
      );
      const whole = Buffer.concat([plain, words, plain]);
      for (let at = plain.length - 3; at <= plain.length + words.length + 3; at++) {
        const masker = createByteMasker(SECRETS);
        const masked = [
          ...masker.push(whole.subarray(0, at)),
          ...masker.push(whole.subarray(at)),
          ...masker.end(),
        ];
        expect(Buffer.concat(masked).equals(Buffer.concat([plain, expected, plain])), `cut at ${at}`).toBe(
          true,
        );
      }
    },
  );

  it('are masked where a secret is cut anywhere', () => {
    const whole = Buffer.from('a pässwörd-ü https://me:hünterà22@host/x b\n');
    for (let at = 0; at <= whole.length; at++) {
      const masker = createByteMasker(SECRETS);
      const masked = [...masker.push(whole.subarray(0, at)), ...masker.push(whole.subarray(at))];
      const result = Buffer.concat([...masked, ...masker.end()]).toString();
      expect(result).toBe(`a ${MASK} https://me:${MASK}@host/x b\n`);
    }
  });

  it('are not copied where nothing is masked', () => {
    const masker = createByteMasker(SECRETS);
    const first = Buffer.from('one line\nand the beg');
    const second = Buffer.from('inning of more\n');
    expect(masker.push(first)).toEqual([first.subarray(0, 17)]);
    const pieces = masker.push(second);
    expect(pieces).toEqual([first.subarray(17), second]);
    expect(pieces.map((piece) => piece.buffer)).toEqual([first.buffer, second.buffer]);
    expect(pieces.map((piece) => piece.byteOffset)).toEqual([first.byteOffset + 17, second.byteOffset]);
  });

  it('hold back what may still become a secret over many pieces, and let all of it go', () => {
    const masker = createByteMasker(SECRETS);
    const pieces = [...'it is correct horse batter'].flatMap((letter) => masker.push(Buffer.from(letter)));
    expect(Buffer.concat(pieces).toString()).toBe('it is ');
    const rest = Buffer.concat([...masker.push(Buffer.from('s, no ')), ...masker.end()]);
    expect(rest.toString()).toBe('correct horse batters, no ');
  });

  it('take a secret as long as its mask for what it is', () => {
    const masker = createByteMasker(['12345678']);
    expect(MASK.length).toBe(8);
    expect(Buffer.concat([...masker.push(Buffer.from('a 12345678 b\n'))]).toString()).toBe(`a ${MASK} b\n`);
  });

  it('mask a password in an address whose letters have bytes like spaces', () => {
    const masker = createByteMasker();
    const line = Buffer.from('git clone https://me:hünterà\u0085\u3000x@host/x\n');
    expect(Buffer.concat([...masker.push(line)]).toString()).toBe(`git clone https://me:${MASK}@host/x\n`);
  });
});
