import { shareOfMemory } from './share-of-memory.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  K: 1024,
  KIB: 1024,
  KB: 1000,
  M: 1024 ** 2,
  MIB: 1024 ** 2,
  MB: 1000 ** 2,
  G: 1024 ** 3,
  GIB: 1024 ** 3,
  GB: 1000 ** 3,
  T: 1024 ** 4,
  TIB: 1024 ** 4,
  TB: 1000 ** 4,
};

const SHORTEST_MS = 1000;
/** Longer than a timer of Node can wait is of no use: 24 days. */
const LONGEST_MS = 24 * 86_400_000;
const SMALLEST_BYTES = 1024 ** 2;
const LARGEST_BYTES = 1024 ** 4;

/** A whole number from 1 to 1,000,000, also as text; undefined else. */
export function parseCount(value: unknown): number | undefined {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^\d{1,7}$/.test(value));
  const count = isNumber ? Number(value) : Number.NaN;
  return Number.isInteger(count) && count >= 1 && count <= 1_000_000 ? count : undefined;
}

/** What builds a wall needs some open files itself. */
export const MIN_OPEN_FILES = 64;

/** A whole number from 64 to 1,000,000, also as text; undefined else. */
export function parseOpenFiles(value: unknown): number | undefined {
  const count = parseCount(value);
  return count !== undefined && count >= MIN_OPEN_FILES ? count : undefined;
}

/** `24h`, `30m`, `1h30m`, `7d` in milliseconds; undefined when it is none of these or not from 1 s to 24 d. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(?:\d{1,9}[smhd])+$/.test(text)) return undefined;
  let sumMs = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+)([smhd])/g)) {
    sumMs += Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
  }
  return sumMs >= SHORTEST_MS && sumMs <= LONGEST_MS ? sumMs : undefined;
}

/** `1GiB`, `512M`, or a number of bytes; undefined when it is none of these or not from 1 MiB to 1 TiB. */
export function parseSizeBytes(value: unknown): number | undefined {
  const match = /^(\d{1,15})\s?([A-Za-z]{0,3})$/.exec(String(value));
  if (match === null || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  const [, amount = '', unit = ''] = match;
  const sizeBytes = Number(amount) * (unit === '' ? 1 : (UNIT_BYTES[unit.toUpperCase()] ?? Number.NaN));
  return sizeBytes >= SMALLEST_BYTES && sizeBytes <= LARGEST_BYTES ? sizeBytes : undefined;
}

/** A size, or a share of the memory that this machine has, such as `80%`. */
export function parseMemoryBytes(value: unknown): number | undefined {
  const share = typeof value === 'string' ? /^(\d{1,3})\s?%$/.exec(value)?.[1] : undefined;
  if (share === undefined) return parseSizeBytes(value);
  const percent = Number(share);
  return percent >= 1 && percent <= 100 ? shareOfMemory(percent) : undefined;
}
