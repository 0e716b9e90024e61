import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  describeAddress,
  type HostLists,
  type HostReading,
  isPrivateAddress,
  judgeHost,
  judgeTarget,
  normaliseHost,
  parseHostEntry,
  readAuthority,
  readHost,
} from '../../../src/policy/index.ts';
import { makeRandom } from '../../support/seeded-random.ts';

function readCases<Row>(name: string): Row[] {
  const file = join(import.meta.dirname, '../../cases/hosts', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as Row[];
}

type NormalRow = [typed: string, kind: string, canonical: string, embedded?: string[]];

function expectReading(reading: HostReading, [, kind, text, embedded]: NormalRow): void {
  if (kind === 'bad') expect(reading).toEqual({ problem: expect.stringContaining(text) });
  else expect(reading).toEqual({ host: { kind, text, embedded: embedded ?? [] } });
}

describe('readHost', () => {
  it.each(readCases<NormalRow>('normal'))('%j is %s %s', (...row) => {
    expectReading(readHost(row[0]), row);
    expect(normaliseHost(row[0]) === null).toBe(row[1] === 'bad');
  });

  it.each(readCases<NormalRow>('international'))(
    '%j is %s %s where names are turned into ASCII',
    (...row) => {
      expectReading(readHost(row[0], domainToASCII), row);
    },
  );
});

describe('readAuthority', () => {
  it.each([
    ['example.com', 'example.com', null],
    ['example.com:443', 'example.com', 443],
    ['[::1]:443', '::1', 443],
    ['[::ffff:7f00:1]:1', '127.0.0.1', 1],
    ['2130706433:80', '127.0.0.1', 80],
    ['EXAMPLE.com.:65535', 'example.com', 65535],
  ])('%s', (text, host, port) => {
    const authority = readAuthority(text);
    expect('host' in authority && [authority.host.text, authority.port]).toEqual([host, port]);
  });

  it.each([
    '::1',
    '::1:443',
    'example.com:',
    'example.com:0',
    'example.com:65536',
    'example.com:+80',
    'example.com:8e1',
    'example.com:80:80',
    'user@example.com:80',
    'user:pw@example.com:80',
    '[::1]443',
    '[::1',
    ':443',
    '',
    'example.com:80\n',
    'example.com\u0000:80',
    'https://example.com:443',
  ])('%j is none', (text) => expect(readAuthority(text)).toHaveProperty('problem'));
});

describe('describeAddress', () => {
  it.each(readCases<[address: string, kind: string]>('addresses'))('%j is %s', (address, kind) => {
    expect(describeAddress(address)).toMatchObject({ kind, isPrivate: kind !== 'public' });
    expect(isPrivateAddress(address)).toBe(kind !== 'public');
  });
});

type EntryRow = [typed: string, kind: string, host: string, port: number | null, text: string];

describe('parseHostEntry', () => {
  it.each(readCases<EntryRow>('entries'))('%j is %s %s', (...row) => {
    const [typed, kind, host, port, text] = row;
    const reading = parseHostEntry(typed);
    if (kind === 'bad') expect(reading).toEqual({ problem: expect.stringContaining(host) });
    else expect(reading).toEqual({ entry: { kind, host, port, text } });
  });

  it('takes names in any script where they can be turned into ASCII', () => {
    const reading = parseHostEntry('*.bücher.example:8443', domainToASCII);
    expect(reading).toMatchObject({ entry: { text: '*.xn--bcher-kva.example:8443' } });
  });
});

interface JudgeRow extends HostLists {
  readonly host: string;
  readonly port: number;
  readonly verdict: string;
  readonly rule: string;
}

interface TargetRow extends JudgeRow {
  readonly addresses: string[];
  readonly isPrivate: boolean;
}

describe('judgeHost', () => {
  it.each(readCases<JudgeRow>('judge'))('$host:$port, allow $allow, deny $deny: $verdict', (row) => {
    expect(judgeHost(row.host, row.port, row)).toEqual({ verdict: row.verdict, rule: row.rule });
  });
});

describe('judgeTarget', () => {
  it.each(readCases<TargetRow>('targets'))(
    '$host:$port at $addresses, allow $allow, deny $deny: $verdict',
    (row) => {
      const { verdict, isPrivate } = row;
      const rule: unknown = expect.stringContaining(row.rule);
      expect(judgeTarget(row, row)).toEqual({ verdict, isPrivate, rule });
    },
  );
});

const LABELS = ['a', 'b', 'ab', 'x-y', 'com', 'example', '1', '0x7f', 'A', 'aB', '_s'];
const random = makeRandom(20_261_122);
const pick = <Item>(list: readonly Item[]): Item => {
  const item = list[Math.floor(random() * list.length)];
  if (item === undefined) throw new Error('empty list');
  return item;
};
const times = <Item>(count: number, make: () => Item): Item[] => Array.from({ length: count }, make);
const randomName = () => times(1 + Math.floor(random() * 4), () => pick(LABELS)).join('.');
const randomBytes = (count: number) => times(count, () => Math.floor(random() * 256));

describe('any host', () => {
  it('in its canonical form is its own canonical form', () => {
    const alphabet = [...'abAB01279xf.:[]-_%@*\u0000 \u00fc\uff11'];
    let found = 0;
    for (let round = 0; round < 20_000; round++) {
      const text = times(1 + Math.floor(random() * 12), () => pick(alphabet)).join('');
      for (const toAscii of [undefined, domainToASCII]) {
        const host = normaliseHost(text, toAscii);
        if (host === null) continue;
        found += 1;
        expect(normaliseHost(host.text, toAscii), JSON.stringify(text)).toEqual(host);
        expect(host.text).toMatch(/^[a-z0-9_.:-]+$/);
      }
    }
    expect(found).toBeGreaterThan(2_000);
  });

  it('that is an IPv4 address is the same in every spelling', () => {
    const asDecimal = (part: number) => String(part);
    const asHex = (part: number) => `0x${part.toString(16)}`;
    const asOctal = (part: number) => `0${part.toString(8)}`;
    for (let round = 0; round < 2_000; round++) {
      const bytes = randomBytes(4);
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      const shapes = [
        [a, b, c, d],
        [a, b, c * 256 + d],
        [a, b * 65_536 + c * 256 + d],
      ];
      const whole = a * 16_777_216 + b * 65_536 + c * 256 + d;
      for (const parts of [...shapes, [whole]]) {
        const text = parts.map((part) => pick([asDecimal, asHex, asOctal])(part)).join('.');
        expect(normaliseHost(text)?.text, text).toBe(bytes.join('.'));
      }
    }
  });

  it('that is an IPv6 address is the one that the URL standard reads', () => {
    for (let round = 0; round < 3_000; round++) {
      const groups = times(8, () => (random() < 0.5 ? 0 : Math.floor(random() * 65_536)));
      const text = groups.map((group) => group.toString(16).padStart(pick([1, 4]), '0')).join(':');
      const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
      if (!isMapped)
        expect(normaliseHost(text)?.text, text).toBe(new URL(`http://[${text}]`).hostname.slice(1, -1));
    }
  });

  it('that is a name or IPv4 address is read as the URL standard reads it, or refused', () => {
    let same = 0;
    for (let round = 0; round < 5_000; round++) {
      const text = randomName();
      const host = normaliseHost(text);
      const url = URL.parse(`http://${text}`);
      if (host === null) continue;
      expect(url?.hostname, text).toBe(host.text);
      same += 1;
    }
    expect(same).toBeGreaterThan(2_000);
  });
});

function rankPattern(pattern: string, host: string): number {
  if (pattern === '*') return 0;
  const labels = host.split('.');
  const suffix = pattern.replace(/^\*{1,2}\./, '').split('.');
  const isSame = host === suffix.join('.');
  const isBelow =
    labels.length > suffix.length && labels.slice(-suffix.length).join('.') === suffix.join('.');
  if (pattern.startsWith('**.')) return isSame || isBelow ? suffix.length * 100 + 10 : -1;
  if (pattern.startsWith('*.')) return isBelow ? suffix.length * 100 + 20 : -1;
  return isSame ? 100_000 : -1;
}

/** The words of the documentation as the plainest code: every entry with its rank, the best wins, deny wins a tie. */
function judgePlainly(host: string, port: number, lists: HostLists): string {
  const rank = (entry: string): number => {
    const [pattern = '', wanted] = entry.split(':');
    if (wanted !== undefined && Number(wanted) !== port) return -1;
    const ofHost = rankPattern(pattern, host);
    return ofHost < 0 || wanted === undefined ? ofHost : ofHost + 1;
  };
  const best = (list: readonly string[]) => Math.max(-1, ...list.map(rank));
  const [allow, deny] = [best(lists.allow), best(lists.deny)];
  if (allow < 0 && deny < 0) return 'ask';
  return deny >= allow ? 'refuse' : 'allow';
}

describe('any lists', () => {
  it('are matched as the plain reading of the rules says', () => {
    const names = () => times(1 + Math.floor(random() * 3), () => pick(['a', 'b', 'ab', 'com'])).join('.');
    const entry = () => {
      const text = pick(['', '', '*.', '**.', 'any']);
      return (text === 'any' ? '*' : `${text}${names()}`) + pick(['', '', ':80', ':443']);
    };
    const seen = new Map<string, number>();
    for (let round = 0; round < 20_000; round++) {
      const lists = {
        allow: times(Math.floor(random() * 4), entry),
        deny: times(Math.floor(random() * 4), entry),
      };
      const host = names();
      const port = pick([80, 443, 22]);
      const expected = judgePlainly(host, port, lists);
      expect(judgeHost(host, port, lists).verdict, JSON.stringify({ host, port, lists })).toBe(expected);
      seen.set(expected, (seen.get(expected) ?? 0) + 1);
    }
    for (const verdict of ['allow', 'ask', 'refuse']) expect(seen.get(verdict)).toBeGreaterThan(1_000);
  });
});
