import { isShellName } from './open-shell.ts';
import { isShellBuiltin } from './shell-builtins.ts';
import { findWrapperGrammar } from './wrapper-grammar.ts';

/** Programs that change something and whose names must not be hidden by a function of the same name. */
const MATTERING = new Set(
  (
    'rm rmdir mv cp dd ln mkdir touch tee chmod chown chgrp install rsync tar zip unzip truncate shred mkfs mount umount ' +
    'sed awk gawk perl python python3 ruby node deno git gh npm pnpm yarn pip pip3 cargo go make cmake docker podman ' +
    'kubectl helm terraform aws gcloud curl wget ssh scp sftp nc ncat socat find kill pkill killall systemctl service ' +
    'crontab at apt apt-get dnf yum brew openssl gpg mysql psql sqlite3 redis-cli cat ls grep echo less more vi vim nano ed'
  ).split(' '),
);

/** True when a command of that name is a builtin, a launcher, a shell or a program that matters. */
export function isKnownProgram(name: string): boolean {
  return (
    MATTERING.has(name) ||
    isShellBuiltin(name) ||
    isShellName(name) ||
    findWrapperGrammar(name, undefined) !== null
  );
}
