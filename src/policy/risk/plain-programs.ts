import type { RiskContext } from './risk-context.ts';

const PLAIN = new Set(
  `awk basename bat cal cat cd chmod cksum clear cmp column comm cp cut date df diff dir dirname du echo egrep env expand
   expr false fd fgrep file find fmt fold free gawk grep groups head hexdump hostname iconv id install jobs join jq less ln
   locale ls lsof md5sum mkdir mktemp more mv nl nproc numfmt od paste patch pgrep popd printenv printf ps pushd pwd readlink
   realpath rev rg rm rmdir sed seq sha1sum sha256sum sha512sum shuf sleep sort split stat strings stty sum sync tac tail tar
   tee test touch tr tree true tsort tty type uname uniq unlink unzip uptime wc wait which who whoami xxd yes yq zcat zip gzip
   gunzip xz bzip2 zstd [ [[ : read set unset export local declare typeset readonly return shift let break continue alias
   hash ulimit umask getopts command times
   make cmake ninja meson bazel gcc g++ cc clang clang++ rustc javac java kotlinc tsc eslint prettier biome vitest jest mocha
   pytest tox nox ruff black isort mypy pyright flake8 pylint gofmt golangci-lint rustfmt shellcheck hadolint swiftlint
   esbuild rollup webpack vite next nuxt astro ctest gradle gradlew mvn mvnw ant sbt dotnet msbuild swift xcodebuild`.split(
    /\s+/,
  ),
);
const PLAIN_LINES: readonly RegExp[] = [
  /^git (?:-C \S+ |-c \S+ )*(add|status|log|diff|show|branch|commit|stash|blame|describe|rev-parse|ls-files|ls-tree|cat-file|shortlog|tag|merge-base|grep|init|mv|rm|checkout|switch|restore|rebase|merge|cherry-pick|revert|config (--get|--list|-l)|remote( -v)?$|reflog( show)?$|worktree|bisect|apply|submodule status|reset|clean|for-each-ref|name-rev|rev-list)\b/,
  /^(npm|pnpm|yarn|bun) (run|test|start|run-script|ls|list|outdated|version|pack|prune|dedupe|why|explain|build|lint|t)\b/,
  /^(cargo|go) (build|test|check|fmt|vet|clippy|run|doc|bench|clean|mod tidy|list|env|version|tree|generate|metadata)\b/,
  /^python[0-9.]* (-m (pytest|unittest|compileall|py_compile|json\.tool|venv|black|ruff|mypy|build|http\.server|timeit|pip (list|show|freeze|check))|--version|-V)\b/,
  /^(pip|pip3) (list|show|freeze|check|--version)\b/,
  /^[\w.+-]+ (--version|-v|-V|--help|-h|version|help)$/,
  /^(docker|podman) (ps|images|logs|inspect|version|info|stats|top|compose (ps|logs|config|build))\b/,
];

/** True when the step is a program whose plain use needs no warning beyond what the families found. */
export function isPlainWork(context: RiskContext): boolean {
  if (context.step.form === 'assignment' || context.step.form === 'redirection') return true;
  if (context.name === '') return false;
  return PLAIN.has(context.name) || PLAIN_LINES.some((pattern) => pattern.test(context.line));
}
