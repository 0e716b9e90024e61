import { describe, expect, it } from 'vitest';
import { isOfAnother } from '../../../src/server/peer-owner.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const LISTENING =
  '   0: 0100007F:A3B1 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0';
const OURS =
  '   1: 0100007F:A3B1 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0';

/** The other end, as the table has it. */
function lineOf(uid: number, inode = 13, local = '0100007F:C350', remote = '0100007F:A3B1'): string {
  return `   2: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0`;
}

const ends = {
  theirs: { address: '127.0.0.1', port: 50_000 },
  ours: { address: '127.0.0.1', port: 41_905 },
};
const tableOf = (...lines: string[]): string => [HEAD, LISTENING, OURS, ...lines, ''].join('\n');

describe('the other end of a connection', () => {
  it.each([
    ['of this user', lineOf(1000), false],
    ['of root', lineOf(0), false],
    ['of another user', lineOf(1001), true],
    ['of a user that has no name here', lineOf(65_534), true],
    ['that its program has let go of', lineOf(0, 0), true],
    ['of another user, to another port', lineOf(1001, 13, '0100007F:C350', '0100007F:A3B2'), false],
    ['of another user, from another port', lineOf(1001, 13, '0100007F:C351'), false],
    ['that is in no table', '', false],
  ])('%s', (_name, line, isForeign) => {
    expect(isOfAnother([tableOf(line), HEAD], ends, [1000], true)).toBe(isForeign);
  });

  it('is found among the sockets of IPv6 too', () => {
    const mapped = '0000000000000000FFFF0000';
    const line = lineOf(1001, 13, `${mapped}0100007F:C350`, `${mapped}0100007F:A3B1`);
    expect(isOfAnother([tableOf(), [HEAD, line].join('\n')], ends, [1000], true)).toBe(true);
    const theirs = { address: '::ffff:127.0.0.1', port: 50_000 };
    expect(isOfAnother([tableOf(lineOf(1001))], { ...ends, theirs }, [1000], true)).toBe(true);
  });

  it('is found where bytes stand the other way round, and from another loopback address', () => {
    const line = lineOf(1001, 13, '7F000005:C350', '7F000001:A3B1');
    const theirs = { address: '127.0.0.5', port: 50_000 };
    expect(isOfAnother([line], { ...ends, theirs }, [1000], false)).toBe(true);
    expect(isOfAnother([line], ends, [1000], false)).toBe(false);
  });

  it('of one of several users that are meant', () => {
    expect(isOfAnother([tableOf(lineOf(1001))], ends, [0, 1001], true)).toBe(false);
    expect(isOfAnother([tableOf(lineOf(1002))], ends, [0, 1001], true)).toBe(true);
  });

  it('without an address is nobody', () => {
    const theirs = { address: undefined, port: undefined };
    expect(isOfAnother([tableOf(lineOf(1001))], { ...ends, theirs }, [1000], true)).toBe(false);
  });
});
