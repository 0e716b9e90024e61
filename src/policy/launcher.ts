import type { Word } from '../protocol/index.ts';
import { hasFindEffect } from './open-find.ts';
import { isShellName, readShellCall } from './open-shell.ts';
import { baseName, openWrapper } from './open-wrapper.ts';
import { isRiskyVariable } from './risky-variables.ts';
import { makeLiteralWord } from './shell-word.ts';

/** The program file that the kernel is about to run. */
export type HeldProgram = {
  /** Absolute path inside the sandbox. */
  path: string;
  /** The first line of a script file, from `#!` on. */
  shebang?: string;
};

const LAUNCHERS = new Set('env xargs timeout nohup nice setsid stdbuf find'.split(' '));
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

function isShellLauncher(words: readonly Word[]): boolean {
  if (words.length === 2 && /^--(?:version|help)$/.test(words[1]?.value ?? '')) return false;
  return readShellCall(words).kind !== 'odd';
}

/** `#!/bin/bash -e`, `#!/usr/bin/env bash` and the like; anything else is not a shell script. */
function isShellShebang(shebang: string): boolean {
  const line = (shebang.split('\n', 1)[0] ?? '').replace(/^#!\s*/, '').trim();
  const [interpreter = '', ...rest] = line.split(/\s+/);
  const slash = interpreter.lastIndexOf('/');
  if (!SYSTEM_FOLDER.test(interpreter.slice(0, slash))) return false;
  let shell = baseName(interpreter);
  let options = rest;
  if (shell === 'env') {
    if (options[0] === '-S') options = options.slice(1);
    shell = options[0] ?? '';
    options = options.slice(1);
  }
  return isShellName(shell) && options.every((option) => /^-[euxv]+$/.test(option) || option === '--');
}
