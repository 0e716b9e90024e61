import {
  embeddedIpv4,
  formatIpv4,
  formatIpv6,
  type Ipv6Groups,
  isWithin,
  mappedIpv4,
  readIpv4,
  readIpv6,
} from './ip-address.ts';

/** What a range of addresses is for. Only `public` is somewhere on the internet. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'link-local'
  | 'private'
  | 'shared'
  | 'metadata'
  | 'multicast'
  | 'broadcast'
  | 'unspecified'
  | 'documentation'
  | 'benchmark'
  | 'reserved'
  /** The text is no address. */
  | 'unreadable';

export interface AddressFacts {
  readonly kind: AddressKind;
  /** True for everything that is not plainly somewhere on the internet. */
  readonly isPrivate: boolean;
  /** For people, e.g. `an address of a private network`. */
  readonly words: string;
}

const WORDS: Readonly<Record<AddressKind, string>> = {
  public: 'a public address',
  loopback: 'a loopback address, which is this machine itself, outside the sandbox',
  'link-local': 'a link-local address, which is in the network next to this machine',
  private: 'an address of a private network',
  shared: "an address of a provider's shared network",
  metadata: 'the metadata service of a cloud, which hands out credentials',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
  unspecified: 'the unspecified address, which reaches this machine itself, outside the sandbox',
  documentation: 'an address reserved for documentation',
  benchmark: 'an address reserved for benchmarks',
  reserved: 'a reserved address',
  unreadable: 'an address that cannot be read',
};

/** Services that hand a machine's credentials to whoever asks from that machine; some have public addresses. */
const METADATA = new Set([
  '169.254.169.254', // most clouds
  '169.254.169.253', // the name server next to it
  '169.254.170.2', // containers
  '169.254.170.23', // pods
  '100.100.100.200',
  '168.63.129.16', // a public address, and still the machine's own host
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
]);

const IPV4_RANGES: ReadonlyArray<readonly [base: string, bits: number, kind: AddressKind]> = [
  ['0.0.0.0', 8, 'unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmark'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['255.255.255.255', 32, 'broadcast'],
  ['240.0.0.0', 4, 'reserved'],
];

const IPV6_RANGES: ReadonlyArray<readonly [base: string, bits: number, kind: AddressKind]> = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  ['64:ff9b::', 96, 'public'], // decided by the IPv4 address in it
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'private'],
  ['ff00::', 8, 'multicast'],
  ['2001:2::', 48, 'benchmark'],
  ['2001:db8::', 32, 'documentation'],
  ['3fff::', 20, 'documentation'],
  ['2001::', 32, 'public'], // Teredo: decided by the IPv4 addresses in it
  ['2001::', 23, 'reserved'],
  ['2000::', 3, 'public'],
];

const ipv4Rows = IPV4_RANGES.map(([base, bits, kind]) => ({
  low: readIpv4(base) ?? 0,
  size: 2 ** (32 - bits),
  kind,
}));
const ipv6Rows = IPV6_RANGES.flatMap(([base, bits, kind]) => {
  const prefix = readIpv6(base);
  return prefix === null ? [] : [{ prefix, bits, kind }];
});

function kindOfIpv4(bits: number): AddressKind {
  if (METADATA.has(formatIpv4(bits))) return 'metadata';
  return ipv4Rows.find((row) => bits >= row.low && bits < row.low + row.size)?.kind ?? 'public';
}

function kindOfIpv6(groups: Ipv6Groups): AddressKind {
  if (METADATA.has(formatIpv6(groups))) return 'metadata';
  const mapped = mappedIpv4(groups);
  if (mapped !== null) return kindOfIpv4(mapped);
  const inner = embeddedIpv4(groups)
    .map(kindOfIpv4)
    .find((kind) => kind !== 'public');
  // What is in none of the rows has not been given out: nobody honest is there.
  return inner ?? ipv6Rows.find((row) => isWithin(groups, row.prefix, row.bits))?.kind ?? 'reserved';
}

/** What an IPv4 or IPv6 address is for. Text that is no address counts as private: fail closed. */
export function describeAddress(address: string): AddressFacts {
  const text = address.toLowerCase().replace(/^\[(.*)\]$/s, '$1');
  const groups = text.includes(':') ? readIpv6(text) : null;
  const bits = text.includes(':') ? null : readIpv4(text);
  let kind: AddressKind = 'unreadable';
  if (groups !== null) kind = kindOfIpv6(groups);
  else if (bits !== null) kind = kindOfIpv4(bits);
  return { kind, isPrivate: kind !== 'public', words: WORDS[kind] };
}

/** True for every address that is not plainly somewhere on the internet, and for text that is no address. */
export function isPrivateAddress(address: string): boolean {
  return describeAddress(address).isPrivate;
}
