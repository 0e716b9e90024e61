import { describe, expect, it } from 'vitest';
import { createSecretMasker, MASK, maskSecrets } from '../../../src/replay/index.ts';

const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${'b3BlbnNzaC1rZXktdjEAAAA\n'.repeat(20)}-----END OPENSSH PRIVATE KEY-----`;
/** Put together here, so that no scanner takes this file for a leak. */
const token = (prefix: string, length: number): string => prefix + 'a1B2c3D4e5'.repeat(20).slice(0, length);

const CASES: readonly [name: string, text: string, masked: string][] = [
  ['nothing secret', 'all 12 tests passed\n', 'all 12 tests passed\n'],
  ['GitHub token', `token ${token('ghp_', 36)} ok`, `token ${MASK} ok`],
  ['GitHub fine-grained', token('github_pat_', 60), MASK],
  [
    'GitLab token in a URL',
    `https://oauth2:${token('glpat-', 20)}@gitlab.example/a.git`,
    `https://oauth2:${MASK}@gitlab.example/a.git`,
  ],
  ['AWS key id', 'id=AKIAABCDEFGHIJKLMNOP;', `id=${MASK};`],
  ['model provider key', `OPENAI_API_KEY=${token('sk-proj-', 48)}\n`, `OPENAI_API_KEY=${MASK}\n`],
  ['npm token', `//r/:_authToken=${token('npm_', 36)}`, `//r/:_authToken=${MASK}`],
  ['JSON web token', `x "${token('eyJ', 20)}.${token('eyJ', 30)}.${token('', 30)}"`, `x "${MASK}"`],
  ['Bearer header', `Authorization: Bearer ${token('', 24)}\n`, `Authorization: Bearer ${MASK}\n`],
  ['URL password', 'postgres://me:hunter22@db/x', `postgres://me:${MASK}@db/x`],
  ['private key', `before\n${KEY}\nafter`, `before\n${MASK}\nafter`],
  ['two private keys', `${KEY}\n${KEY}\n`, `${MASK}\n${MASK}\n`],
  ['private key without an end', `before\n${KEY.slice(0, 200)}`, `before\n${MASK}`],
  ['known value', 'the pass is correct horse battery, yes', `the pass is ${MASK}, yes`],
  ['known value with a line feed', 'a first\nsecond b', `a ${MASK} b`],
  ['known value twice', 'x=zz.topsecret&y=topsecret', `x=zz.${MASK}&y=${MASK}`],
  ['known value within a word', 'xxtopsecretyy', `xx${MASK}yy`],
  ['a known value that begins with another', 'topsecret-longer', MASK],
  ['too short to be a secret', 'abc abc', 'abc abc'],
  ['not a token, only its beginning', 'ghp_short sk-no AKIA', 'ghp_short sk-no AKIA'],
];
const SECRETS = ['correct horse battery', 'first\nsecond', 'topsecret', 'topsecret-longer', 'abc', ''];

describe('maskSecrets', () => {
  it.each(CASES)('%s', (_name, text, masked) => {
    expect(maskSecrets(text, SECRETS)).toBe(masked);
  });

  it.each(CASES)('%s, in two pieces cut anywhere and in single characters', (_name, text, masked) => {
    for (let cut = 0; cut <= text.length; cut++) {
      const masker = createSecretMasker(SECRETS);
      expect(masker.push(text.slice(0, cut)) + masker.push(text.slice(cut)) + masker.end()).toBe(masked);
    }
    const masker = createSecretMasker(SECRETS);
    let result = '';
    for (const character of text) result += masker.push(character);
    expect(result + masker.end()).toBe(masked);
  });

  it('lets a line go as soon as it ends', () => {
    expect(createSecretMasker(SECRETS).push('Enter your name: ')).toBe('Enter your name: ');
  });

  it('holds back a bounded amount of an endless word, and loses nothing of it', () => {
    const masker = createSecretMasker();
    let released = '';
    for (let i = 0; i < 100; i++) {
      released += masker.push('x'.repeat(1000));
      expect((i + 1) * 1000 - released.length).toBeLessThan(20_000);
    }
    expect(released + masker.end()).toBe('x'.repeat(100_000));
  });

  it('drops a private key that is too long to hold, up to its end', () => {
    const masker = createSecretMasker();
    let result = masker.push('a\n-----BEGIN PRIVATE KEY-----\n');
    for (let i = 0; i < 100; i++) result += masker.push(`${'QUJD'.repeat(100)}\n`);
    result += masker.push('-----END PRIVATE KEY-----\nb\n');
    expect(result + masker.end()).toBe(`a\n${MASK}\nb\n`);
  });
});
