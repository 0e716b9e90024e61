/** Reading and writing IP addresses without the host's own functions, so that policy and proxy cannot read them apart. */

/** An IPv6 address as its eight groups of 16 bits. */
export type Ipv6Groups = readonly [number, number, number, number, number, number, number, number];

const MAX_IPV4 = 0xffff_ffff;

/** True for a label that makes the name around it an IPv4 address or nothing: all digits, or `0x` and hex digits. */
export function isNumberLabel(label: string): boolean {
  return /^(?:\d+|0x[0-9a-f]*)$/.test(label);
}

function readIpv4Part(part: string): number | null {
  if (/^0x[0-9a-f]*$/.test(part)) return part === '0x' ? 0 : Number.parseInt(part.slice(2), 16);
  if (/^0[0-7]+$/.test(part)) return Number.parseInt(part, 8);
  return /^(?:0|[1-9]\d*)$/.test(part) ? Number(part) : null;
}

/**
 * An IPv4 address in any form that a C library takes (decimal, hex, octal, fewer than four parts), in lower case, as 32
 * bits; null when it is none.
 */
export function readIpv4(text: string): number | null {
  const parts = text.split('.').map(readIpv4Part);
  const last = parts.pop() ?? null;
  if (last === null || parts.length > 3) return null;
  let bits = 0;
  for (const part of parts) {
    if (part === null || part > 255) return null;
    bits = bits * 256 + part;
  }
  const rest = 256 ** (4 - parts.length);
  return last < rest ? bits * rest + last : null;
}

/** The one usual text of an IPv4 address. */
export function formatIpv4(bits: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}

function readDottedTail(text: string): [number, number] | null {
  if (!/^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(text)) return null;
  const bits = readIpv4(text);
  return bits === null ? null : [Math.floor(bits / 0x1_0000), bits % 0x1_0000];
}

/** The groups of one side of `::`; null when one is malformed. */
function readGroups(side: string, mayEndDotted: boolean): number[] | null {
  if (side === '') return [];
  const groups: number[] = [];
  const parts = side.split(':');
  for (const [index, part] of parts.entries()) {
    const isDotted = mayEndDotted && index === parts.length - 1 && part.includes('.');
    const dotted = isDotted ? readDottedTail(part) : null;
    if (dotted !== null) groups.push(...dotted);
    else if (/^[0-9a-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

function toGroups(list: readonly number[]): Ipv6Groups | null {
  const [a, b, c, d, e, f, g, h] = list;
  if (list.length !== 8 || a === undefined || b === undefined || c === undefined || d === undefined)
    return null;
  if (e === undefined || f === undefined || g === undefined || h === undefined) return null;
  return [a, b, c, d, e, f, g, h];
}

/** An IPv6 address, without brackets, in lower case; null when it is none. A zone (`%eth0`) is none. */
export function readIpv6(text: string): Ipv6Groups | null {
  const sides = text.split('::');
  if (sides.length > 2) return null;
  const [left = '', right] = sides;
  const head = readGroups(left, right === undefined);
  const tail = right === undefined ? [] : readGroups(right, true);
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 1) return null;
  return toGroups([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** The one usual text of an IPv6 address (RFC 5952), without brackets. */
export function formatIpv6(groups: Ipv6Groups): string {
  let best = { start: -1, length: 1 };
  let start = -1;
  for (const [index, group] of [...groups, 1].entries()) {
    if (group === 0 && start < 0) start = index;
    if (group === 0 || start < 0) continue;
    if (index - start > best.length) best = { start, length: index - start };
    start = -1;
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}

/** True when the first `length` bits of the address are those of `prefix`. */
export function isWithin(groups: Ipv6Groups, prefix: Ipv6Groups, length: number): boolean {
  return groups.every((group, index) => {
    const bits = Math.min(16, Math.max(0, length - index * 16));
    const mask = 0x1_0000 - 2 ** (16 - bits);
    return (group & mask) === ((prefix[index] ?? 0) & mask);
  });
}

const join = (high: number, low: number): number => high * 0x1_0000 + low;

/** The IPv4 address of `::ffff:a.b.c.d`, to which the system connects as to a.b.c.d itself; null for any other. */
export function mappedIpv4(groups: Ipv6Groups): number | null {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
    ? join(groups[6], groups[7])
    : null;
}

/**
 * IPv4 addresses that traffic to this IPv6 address may end at: translated, tunnelled and compatible forms (NAT64, SIIT,
 * 6to4, Teredo, ISATAP, `::a.b.c.d`).
 */
export function embeddedIpv4(groups: Ipv6Groups): number[] {
  const [a, b, c, d, e, f, g, h] = groups;
  const tail = join(g, h);
  const startsEmpty = a === 0 && b === 0 && c === 0 && d === 0;
  if (startsEmpty && e === 0 && f === 0 && tail > 1) return [tail];
  if (startsEmpty && f === 0 && e === 0xffff) return [tail];
  if (a === 0x64 && b === 0xff9b) return [tail];
  if (a === 0x2002) return [join(b, c)];
  if (a === 0x2001 && b === 0) return [join(c, d), MAX_IPV4 - tail];
  return f === 0x5efe && (e === 0 || e === 0x200) ? [tail] : [];
}
