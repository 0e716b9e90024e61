/** Programs whose first words say what they do. */
import { baseName } from '../base-name.ts';

/** How many words behind the program make a readable rule; a longer beginning beats a shorter one. */
const DEPTHS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    [0, 'tsc vitest jest pytest eslint biome prettier mypy ruff black gofmt rustfmt clang-format shellcheck'],
    [
      1,
      'git npm pnpm yarn bun cargo go make just task mvn gradle gradlew pip pip3 pipenv poetry uv brew apt apt-get dnf yum apk ' +
        'docker podman kubectl helm terraform dotnet swift mix rake composer gem bundle hg svn systemctl journalctl ' +
        'ninja meson cmake bazel deno tox nox nx turbo lerna conda rustup nvm pre-commit',
    ],
    [2, 'gh glab aws gcloud az kubectx'],
  ].flatMap(([depth, names]) =>
    String(names)
      .split(' ')
      .map((name) => [name, Number(depth)]),
  ),
);

const DEEPER: Readonly<Record<string, number>> = {
  'npm run': 2,
  'npm run-script': 2,
  'pnpm run': 2,
  'yarn run': 2,
  'yarn workspace': 3,
  'bun run': 2,
  'deno task': 2,
  'git push': 2,
  'git pull': 2,
  'git fetch': 2,
  'git remote': 2,
  'git stash': 2,
  'git worktree': 2,
  'docker compose': 2,
  'docker image': 2,
  'docker container': 2,
  'docker volume': 2,
  'docker network': 2,
  'podman compose': 2,
  'go mod': 2,
  'go tool': 2,
  'uv pip': 2,
  'cargo xtask': 2,
  'dotnet tool': 2,
  'kubectl config': 2,
  'helm repo': 2,
};

/** Parts of programs that start whatever stands behind them: a rule for the part alone would speak of every command. */
const STARTERS = new Set([
  'bundle exec',
  'poetry run',
  'pipenv run',
  'uv run',
  'npm exec',
  'npm x',
  'pnpm exec',
  'pnpm dlx',
  'yarn exec',
  'yarn dlx',
  'yarn node',
  'bun x',
  'go run',
  'deno run',
  'deno eval',
  'docker run',
  'docker exec',
  'podman run',
  'podman exec',
  'docker compose exec',
  'docker compose run',
  'kubectl exec',
  'kubectl run',
  'conda run',
  'dotnet exec',
  'rustup run',
  'git bisect',
  'git submodule',
  'git rebase',
  'git config',
  'npm config',
  'npm set',
]);

/** Parts that remove what cannot be brought back. */
const DESTROYERS = new Set(
  (
    'git reset,git clean,git checkout,git restore,git rm,git gc,git prune,git reflog,git filter-branch,git update-ref,' +
    'git branch,git tag,git stash,git worktree,git switch,git remote,docker rm,docker rmi,docker system,docker volume,' +
    'docker network,docker image,docker container,podman rm,podman rmi,podman system,podman volume,kubectl delete,' +
    'kubectl drain,kubectl scale,helm uninstall,helm delete,terraform destroy,terraform apply,npm unpublish,' +
    'npm deprecate,npm publish,npm owner,cargo yank,cargo publish,apt remove,apt purge,apt autoremove,apt-get remove,' +
    'apt-get purge,apt-get autoremove,dnf remove,yum remove,brew uninstall,systemctl stop,systemctl disable,' +
    'systemctl mask,systemctl kill,systemctl restart,systemctl poweroff,systemctl reboot,gh repo,gh release,gh secret,' +
    'gh api,gh auth,glab repo,pip uninstall,pip3 uninstall'
  ).split(','),
);

/** Programs that remove, overwrite or end things whatever their words are. */
const DESTROYING_PROGRAMS = new Set(
  (
    'rm rmdir unlink shred dd truncate wipefs blkdiscard fdisk sfdisk parted mkfs mke2fs shutdown reboot halt poweroff ' +
    'init kill killall pkill xkill taskkill crontab at userdel groupdel deluser chmod chown chgrp chattr mv cp ln tee ' +
    'install rsync find sed awk gawk mount umount iptables nft dropdb del erase rd srm trash tar unzip mongo mongosh ' +
    'mysql psql sqlite3 redis-cli'
  ).split(' '),
);

/** Programs that run what their words, files or other machines say. */
const RUNNING_PROGRAMS =
  /^(?:(?:ba|da|z|k|mk|a|rba|fi|tc|c)?sh|pwsh|powershell|cmd|python[0-9.]*|py|pypy[0-9.]*|node|nodejs|perl[0-9.]*|ruby[0-9.]*|irb|php[0-9.]*|lua[0-9.]*|luajit|osascript|tclsh|wish|expect|Rscript|R|julia|ghci|erl|elixir|iex|scala|groovy|jshell|java|gdb|lldb|ed|ex|vi|vim|nvim|emacs|ssh|scp|sftp|mosh|telnet|nc|ncat|netcat|socat|su|doas|sudo|pkexec|runuser|eval|source|\.|exec|command|builtin|trap|alias|coproc|screen|tmux|nsenter|unshare|chroot|bwrap|sandbox-exec|sallyport|codex|claude|script|entr|fd|parallel|xargs|env)$/;

export type ProgramNature = 'destroys' | 'runs' | null;

/** Why a program alone, or with its first word, is nothing that a rule may let run for good. */
export function natureOf(program: string, second: string | undefined): ProgramNature {
  const name = baseName(program);
  const pair = `${name} ${second ?? ''}`;
  if (DESTROYING_PROGRAMS.has(name) || name.startsWith('mkfs.') || DESTROYERS.has(pair)) return 'destroys';
  if (RUNNING_PROGRAMS.test(name)) return 'runs';
  return null;
}

/** True when what stands behind the first two or three words is a command of its own. */
export function startsOthers([program, second, third]: readonly string[]): boolean {
  return STARTERS.has(`${program} ${second}`) || STARTERS.has(`${program} ${second} ${third}`);
}

/** How many words behind the program belong to a readable rule; null when the program is not known. */
export function depthOf(program: string, second: string | undefined): number | null {
  const pair = `${program} ${second ?? ''}`;
  if (Object.hasOwn(DEEPER, pair)) return DEEPER[pair] ?? null;
  return Object.hasOwn(DEPTHS, program) ? (DEPTHS[program] ?? null) : null;
}
