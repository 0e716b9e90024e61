import type { Word } from '../protocol/index.ts';
import { baseName } from './base-name.ts';
import { readShebang } from './interpreter-words.ts';
import { hasFindEffect } from './open-find.ts';
import { isShellName, readShellCall } from './open-shell.ts';
import { openWrapper } from './open-wrapper.ts';
import { isRiskyVariable } from './risky-variables.ts';
import { makeLiteralWord } from './shell-word.ts';
import { isLoaderName } from './wrapper-grammar.ts';

/** The program file that the kernel is about to run. */
export type HeldProgram = {
  /** Absolute path inside the sandbox. */
  path: string;
  /** The first line of a script file, from `#!` on. */
  shebang?: string | undefined;
};

const LAUNCHERS = new Set(
  'env xargs timeout nohup nice setsid stdbuf find ionice chrt taskset prlimit setarch linux32 linux64'.split(
    ' ',
  ),
);
/** Those that are asked about as themselves, and whose children can be held. Not tracers: they change what they started. */
const HOLDING = new Set([
  ...LAUNCHERS,
  ...(
    'time watch flock chroot unshare nsenter parallel busybox toybox setpriv script i386 i686 x86_64 uname26 su ' +
    'runuser ssh-agent dbus-run-session xvfb-run systemd-run doas sudo fish'
  ).split(' '),
]);
const SYSTEM_FOLDER = /^\/(?:usr\/)?(?:local\/)?s?bin$/;

/**
 * True when a held program has no effect of its own and the kernel will hold what it starts, so that asking for it
 * would ask twice. It promises: a program outside the system folders, an option that is not understood, or a variable
 * that changes what the started program loads makes it false, and the launcher is asked about as itself. Builtins
 * inside a shell script are not seen by the kernel; the wall bounds those.
 */
export function isLauncher(argv: readonly string[], program: HeldProgram): boolean {
  if (program.shebang !== undefined) return isShellShebang(program.shebang);
  const slash = program.path.lastIndexOf('/');
  if (!SYSTEM_FOLDER.test(program.path.slice(0, slash))) return false;
  const name = baseName(program.path);
  const words = [makeLiteralWord(name), ...argv.slice(1).map(makeLiteralWord)];
  if (isShellName(name)) return isShellLauncher(words);
  if (!LAUNCHERS.has(name)) return false;
  if (name === 'find' && hasFindEffect(words)) return false;
  const opened = openWrapper(words);
  if (opened === null || opened.opaque !== undefined) return false;
  return !opened.environment.some((pair) => isRiskyVariable(pair.name));
}

/**
 * True when what a held program starts must be held too, however its own words are judged: a shell with options that
 * are not understood, a launcher that is asked about as itself. Being wrong here only asks more.
 */
export function startsOthersHeld(argv: readonly string[], program: HeldProgram): boolean {
  const [first = '', ...rest] = readShebang(program.shebang);
  // A first line with `env` only looks for the interpreter: to hold that would ask about the same program twice.
  const interpreter = baseName(first) === 'env' ? rest : [first, ...rest];
  const names = [program.path, argv[0] ?? '', ...interpreter].map(baseName);
  return names.some((name) => isShellName(name) || isLoaderName(name) || HOLDING.has(name));
}

function isShellLauncher(words: readonly Word[]): boolean {
  if (words.length === 2 && /^--(?:version|help)$/.test(words[1]?.value ?? '')) return false;
  return readShellCall(words).kind !== 'odd';
}

/** `#!/bin/bash -e`, `#!/usr/bin/env bash` and the like; anything else is not a shell script. */
function isShellShebang(shebang: string): boolean {
  const [interpreter = '', ...rest] = readShebang(shebang);
  const slash = interpreter.lastIndexOf('/');
  if (!SYSTEM_FOLDER.test(interpreter.slice(0, slash))) return false;
  let words = [baseName(interpreter), ...rest];
  if (words[0] === 'env') words = words.slice(words[1] === '-S' ? 2 : 1);
  if (!isShellName(words[0] ?? '')) return false;
  return readShellCall([...words, 'FILE'].map(makeLiteralWord)).kind === 'file';
}
