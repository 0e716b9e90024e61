/** The launchers around a program that the kernel holds, and what they change for it. */
import { baseName } from './base-name.ts';
import type { EnvironmentPair } from './opened-wrapper.ts';
import { makeLiteralWord } from './shell-word.ts';
import { unwrapCommand } from './unwrap-command.ts';

/** Launchers that make another user, another root or another view of the machine of what they start. */
const ELSEWHERE = new Set(
  (
    'sudo doas su runuser pkexec sg gosu su-exec setpriv chroot nsenter unshare fakeroot capsh bwrap firejail ' +
    'systemd-run ssh docker podman'
  ).split(' '),
);

function programOf(wrapper: string): string {
  return baseName((wrapper.split(' ', 1)[0] ?? '').replace(/["'\\]/g, ''));
}

/** True when what the launcher starts runs as somebody else or somewhere else than the same words without it. */
export function actsElsewhere(wrapper: string): boolean {
  return ELSEWHERE.has(programOf(wrapper));
}

/** True when the launcher changes what the same words do: user, root, view of the machine or environment. */
export function changesMeaning(wrapper: string): boolean {
  return actsElsewhere(wrapper) || (programOf(wrapper) === 'env' && /\s/.test(wrapper));
}

/** Of the launchers around a step, outermost first, those that are not part of `argv`, which the kernel holds. */
export function outerWrappers(wrappers: readonly string[], argv: readonly string[]): readonly string[] {
  const own = unwrapCommand(argv.map(makeLiteralWord)).wrappers.map(programOf);
  if (own.length === 0) return wrappers;
  const names = wrappers.map(programOf);
  for (let at = names.length - own.length; at >= 0; at -= 1)
    if (own.every((name, index) => names[at + index] === name)) return wrappers.slice(0, at);
  return wrappers;
}

/** What the launchers among the words of a held program set for what they start: `env LD_PRELOAD=./x.so ls`. */
export function setByLaunchers(argv: readonly string[]): EnvironmentPair[] {
  return unwrapCommand(argv.map(makeLiteralWord)).environment;
}
