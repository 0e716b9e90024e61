import type { AccessGrant, Grant } from '../protocol/index.ts';
import { quoteWords } from './quote-words.ts';

/** Characters of a row's text. */
const MAX_TEXT = 500;
/** Characters of what is said beside it. */
const MAX_NOTE = 300;
/** Things of a list that are named; the others are counted. */
const MAX_NAMED = 3;

/** The first characters of a text, as a text of its own. */
export function cutAt(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const last = text.charCodeAt(maxChars - 1);
  // half a surrogate pair would be shown as damage
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  // a copy: a slice would keep the whole text in memory for as long as the row lives
  return JSON.parse(JSON.stringify(text.slice(0, isHalf ? maxChars - 1 : maxChars))) as string;
}

/** As much of a text as a row keeps. */
export function cutRowText(text: string): { readonly text: string; readonly isCut: boolean } {
  return text.length <= MAX_TEXT ? { text, isCut: false } : { text: cutAt(text, MAX_TEXT), isCut: true };
}

/** As much of it as is said beside a row, or in a field of it. */
export function cutNote(text: string): string {
  return text.length <= MAX_NOTE ? text : `${cutAt(text, MAX_NOTE)}…`;
}

/** A command line of as many words as a row can show. */
export function shortCommand(argv: readonly string[]): string {
  let chars = 0;
  let count = 0;
  while (count < argv.length && chars <= MAX_TEXT) {
    chars += (argv[count]?.length ?? 0) + 1;
    count += 1;
  }
  return quoteWords(argv.slice(0, count));
}

/** `1 step`, `3 steps`. */
export function countThings(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** The first few, and how many more there are. */
export function listThings(things: readonly string[]): string {
  const more = things.length - MAX_NAMED;
  const named = things.slice(0, MAX_NAMED).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}

function listAccess(access: AccessGrant): string {
  const hosts = access.hosts.map(({ host, port }) => (port === undefined ? host : `${host}:${port}`));
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['write', access.write],
    ['read', access.read],
    ['connect to', hosts],
    ['use', access.sockets],
  ];
  return parts
    .filter(([, things]) => things.length > 0)
    .map(([verb, things]) => `${verb} ${listThings(things)}`)
    .join('; ');
}

/** What a grant lets happen, in a line. */
export function describeGrant(grant: Grant): string {
  const command =
    grant.command === undefined
      ? ''
      : `${shortCommand(grant.command.argv)}${grant.command.match === 'prefix' ? ' …' : ''}`;
  const access = grant.access === undefined ? '' : listAccess(grant.access);
  return [command, access].filter((part) => part !== '').join('; ');
}
