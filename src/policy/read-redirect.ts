import type { Redirection } from 'unbash';
import type { Redirect } from '../protocol/index.ts';
import { readShellConnection } from './shell-connection.ts';
import { toWord } from './shell-word.ts';

/** Targets that keep nothing: writing to them changes no file. */
const KEEPS_NOTHING = /^\/dev\/(?:null|zero|tty|stdin|stdout|stderr|fd\/\d+)$/;

/** A parsed redirection in the protocol's form, with what it does to files. */
export function readRedirect(node: Redirection): Redirect {
  const fd = node.descriptor?.type === 'FileDescriptor' ? { fd: node.descriptor.value } : {};
  if (node.type === 'HereDoc') {
    const delimiter = node.delimiter;
    const target = delimiter === undefined ? { text: '' } : { text: delimiter.text, value: delimiter.value };
    return { operator: node.operator, ...fd, target, effect: 'none' };
  }
  const target = node.target === undefined ? { text: '' } : toWord(node.target);
  if (node.type === 'HereString') return { operator: '<<<', ...fd, target, effect: 'none' };
  // A process substitution is a pipe; what runs at its other end is a step of its own.
  if (/^[<>]\(.*\)$/s.test(target.text)) return { operator: node.operator, ...fd, target, effect: 'none' };
  // A connection of the shell's own opens no file.
  if (readShellConnection(target) !== null) return { operator: node.operator, ...fd, target, effect: 'none' };
  const hasFd = node.descriptor !== undefined;
  return { operator: node.operator, ...fd, target, effect: readEffect(node.operator, target.value, hasFd) };
}

function readEffect(operator: string, target: string | undefined, hasFd: boolean): Redirect['effect'] {
  if (target !== undefined && KEEPS_NOTHING.test(target)) return 'none';
  if (operator === '<&') return 'none';
  // With a number in front, or a number behind, `>&` copies a descriptor; otherwise it opens a file.
  if (operator === '>&') return hasFd || /^(?:\d+-?|-)$/.test(target ?? '') ? 'none' : 'write';
  return operator === '<' ? 'read' : 'write';
}

/** True when one of the redirections can create or change a file. */
export function hasWriteRedirect(redirects: readonly Redirect[]): boolean {
  return redirects.some((redirect) => redirect.effect === 'write');
}
