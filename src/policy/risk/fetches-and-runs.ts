/** Signs that a step runs what comes from elsewhere: piped downloads, decoded text, packages that run code on install. */
import type { RiskEvidence, StepDraft } from '../../protocol/index.ts';
import { isPlainWork } from './plain-programs.ts';
import { indexSigns, makeEvidence, programOf, type RiskContext, readIndexedSigns } from './risk-context.ts';

const FETCHER =
  /^(curl|wget|fetch|http|https|xh|aria2c|lynx|nc|ncat|netcat|socat|iwr|irm|invoke-webrequest|invoke-restmethod|scp|ssh)$/;
const DECODER = /^(base64|base32|xxd|openssl|gunzip|gzip|zcat|uudecode|rev|tr|hex|perl|python3?)$/;
const RUNNER =
  /^(bash|sh|dash|zsh|ksh|fish|ash|python[0-9.]*|perl|ruby|node|deno|bun|php|lua|osascript|pwsh|powershell|iex|invoke-expression|source|\.|eval|psql|sudo|tclsh|at|batch)$/;
const FETCH_IN_TEXT = /(?:\$\(|`|<\()\s*(?:sudo\s+)?(?:\S*\/)?(?:curl|wget|fetch|nc|ncat|http)\b[^)`]*/;
const DECODE_IN_TEXT =
  /(?:\$\(|`|<\()[^)`]*\b(?:base64\s+(?:-d|-D|--decode)|xxd\s+-r|openssl\s+(?:enc|base64))/;
const PLAIN_ADDRESS =
  /\bhttp:\/\/|\/\/\d{1,3}(?:\.\d{1,3}){3}|\b(?:bit\.ly|tinyurl\.com|t\.co|pastebin\.com|transfer\.sh|ngrok|gist\.githubusercontent)/;

const SIGNS = indexSigns([
  {
    programs: 'pip python uv pipx poetry conda mamba',
    pattern:
      /^(pip3?|python[0-9.]* -m pip|uv pip|pipx) (.* )?install\b.*\b(git\+|hg\+|svn\+)?(https?|ssh|git):\/\/\S+/,
    score: 6,
    text: 'It installs a package from an address in place of the registry, and its set-up code runs.',
  },
  {
    programs: 'pip python uv pipx poetry conda mamba',
    pattern:
      /^(pip3?|python[0-9.]* -m pip|uv pip|pipx) (.* )?install\b.*(--(extra-)?index-url|-i|--find-links|-f|--trusted-host)[= ]\S+/,
    score: 6,
    text: 'It installs packages from another registry.',
  },
  {
    programs: 'pip python uv pipx poetry conda mamba',
    pattern:
      /^(pip3?|python[0-9.]* -m pip|uv (pip|add|tool)|pipx|poetry add|conda|mamba)\b(.* )?(install|add)\b/,
    score: 3,
    text: 'It installs packages, and their set-up code runs.',
  },
  {
    programs: 'bun npm pnpm yarn',
    pattern:
      /^(npm|pnpm|yarn|bun)\b (.* )?(i|in|install|add)\b.*\b(git\+|github:|gitlab:|bitbucket:|gist:|https?:\/\/|git:\/\/|ssh:\/\/)\S+/,
    score: 7,
    text: 'It installs a package from an address in place of the registry, and its scripts run.',
  },
  {
    programs: 'bun npm pnpm yarn',
    pattern: /^(npm|pnpm|yarn|bun) (i|in|install|add)( -\S+)* [\w.-]+\/[\w.-]+(#\S+)?( |$)/,
    score: 7,
    text: 'It installs a package from a repository in place of the registry, and its scripts run.',
  },
  {
    programs: 'bun npm pnpm yarn',
    pattern: /^(npm|pnpm|yarn|bun)\b (.* )?(i|in|install|add)\b.*--registry[= ]\S+/,
    score: 5,
    text: 'It installs packages from another registry.',
  },
  {
    programs: 'bun npm pnpm yarn',
    pattern: /^(npm|pnpm|yarn|bun)\b (.* )?(i|in|install|add)\b.* (-g|--global|global)\b/,
    score: 5,
    text: 'It installs a program for the whole account, and its scripts run.',
  },
  {
    programs: 'bun npm pnpm yarn',
    pattern: /^(npm|pnpm|yarn|bun) (i|in|install|add|ci)( |$)/,
    score: 3,
    text: 'It installs packages, and their scripts run.',
  },
  {
    programs: 'bunx npm npx pipx pnpm uvx yarn',
    pattern:
      /^(npx|bunx|pnpm dlx|yarn dlx|npm exec|uvx|pipx run)\b.*\b(https?:\/\/|git\+|github:|gist:|git:\/\/)\S+/,
    score: 8,
    text: 'It downloads a program from an address and runs it.',
  },
  {
    programs: 'bunx npm npx pipx pnpm uvx yarn',
    pattern: /^(npx|bunx|pnpm dlx|yarn dlx|uvx|pipx run|npm (create|init))\b/,
    score: 3,
    text: 'It may download a program and run it.',
  },
  {
    programs: 'deno',
    pattern: /^deno (run|eval|install|x)\b.*\b(https?:\/\/|npm:|jsr:)\S+/,
    score: 7,
    text: 'It downloads a program and runs it.',
  },
  {
    programs: 'go',
    pattern: /^go (run|install)\b.*@\S+/,
    score: 4,
    text: 'It downloads a program and builds or runs it.',
  },
  {
    programs: 'cargo',
    pattern: /^cargo install\b.*--git\b/,
    score: 6,
    text: 'It builds and installs a program from an address.',
  },
  {
    programs: 'brew cargo composer cpan cpanm gem go luarocks',
    pattern: /^(cargo|gem|go|brew|composer|luarocks|cpan|cpanm) (install|require|get|tap|global require)\b/,
    score: 4,
    text: 'It downloads a program and installs it.',
  },
  {
    programs: 'apk apt apt-get choco dnf flatpak pacman scoop snap winget yum zypper',
    pattern:
      /^(apt|apt-get|apk|dnf|yum|pacman|zypper|choco|winget|scoop|snap|flatpak)\b.* (install|add|-S\w*)\b/,
    score: 4,
    text: 'It installs a program for the whole machine.',
  },
  {
    programs: 'code codium cursor',
    pattern: /^(code|cursor|codium) (.* )?--install-extension\b/,
    score: 5,
    text: 'It installs an extension that runs in the editor.',
  },
  {
    programs: 'claude codex gh helm kubectl vagrant',
    pattern:
      /^(gh extension install|vagrant plugin install|kubectl krew install|helm plugin install|claude mcp add|codex mcp add)\b/,
    score: 5,
    text: 'It installs an extension that runs with the rights of its program.',
  },
  {
    programs: 'kubectl',
    pattern: /^kubectl (apply|create)\b.* -f[= ]?https?:\/\/\S+/,
    score: 6,
    text: 'It runs in a cluster what an address gives.',
  },
  {
    pattern:
      /\b(iex|invoke-expression)\b.*\b(irm|iwr|invoke-webrequest|invoke-restmethod|downloadstring)\b|\b(irm|iwr|downloadstring)\b.*\|\s*iex\b/i,
    score: 9,
    text: 'It runs what an address gives.',
  },
  {
    programs: 'powershell pwsh',
    pattern: /^(powershell|pwsh)\b.* -(e|enc|encodedcommand)\b/i,
    score: 8,
    text: 'It runs code that is written so that it cannot be read.',
  },
]);

function readsStandardInput(step: StepDraft): boolean {
  const args = step.words.slice(1).map((word) => word.value ?? word.text);
  const operands = args.filter((text) => !text.startsWith('-') || text === '-');
  if (args.some((text) => /^-[a-zA-Z]*s$/.test(text))) return true;
  return operands.length === 0 || operands[0] === '-' || operands[0] === '/dev/stdin';
}

function isRunningInput(step: StepDraft): boolean {
  const name = programOf(step);
  if (!RUNNER.test(name) || name === 'psql') return false;
  return (
    !step.words.slice(1).some((word) => /^-(c|e|r|-eval|m)$/.test(word.value ?? '')) &&
    readsStandardInput(step)
  );
}

function findPipe(context: RiskContext): RiskEvidence[] {
  const isRunner =
    isRunningInput(context.step) ||
    context.step.wrappers.some((wrapper) => /^xargs\b.*\b(sh|bash) -c\b/.test(wrapper));
  const before = context.pipeline.filter((step) => step.index < context.step.index);
  if (!isRunner || before.length === 0) return [];
  const fetcher = before.find((step) => FETCHER.test(programOf(step)));
  if (fetcher !== undefined) {
    const isRaised =
      context.step.wrappers.some((wrapper) => /^(sudo|doas)\b/.test(wrapper)) ||
      PLAIN_ADDRESS.test(fetcher.text);
    return [
      makeEvidence(
        'fetches-and-runs',
        isRaised ? 10 : 9,
        'It runs what an address gives, unseen.',
        `${fetcher.text} | ${context.step.text}`,
      ),
    ];
  }
  const decoder = before.find((step) => DECODER.test(programOf(step)));
  const isDecoding =
    decoder !== undefined && /\b(base64|base32|xxd|openssl|uudecode|rev|gunzip|zcat)\b/.test(decoder.text);
  if (isDecoding)
    return [
      makeEvidence('fetches-and-runs', 8, 'It runs text that is decoded only when it runs.', decoder.text),
    ];
  const name = programOf(before.at(-1) ?? context.step);
  const score = /^(cat|echo|printf|sed|awk|jq|grep|head|tail|tee)$/.test(name) ? 4 : 5;
  return [
    makeEvidence('fetches-and-runs', score, 'It runs text that another program gives.', context.step.text),
  ];
}

/** A runner that is given a download or decoded text as its code. */
function findSubstitution(context: RiskContext): RiskEvidence[] {
  const isRunner =
    RUNNER.test(context.name) ||
    context.step.form === 'opaque' ||
    context.step.wrappers.some((text) => /\b(ba|da|z|k)?sh\b/.test(text));
  if (!isRunner) return [];
  const text = context.step.text.slice(0, 8000);
  const fetched = FETCH_IN_TEXT.exec(text);
  if (fetched)
    return [
      makeEvidence(
        'fetches-and-runs',
        PLAIN_ADDRESS.test(fetched[0]) ? 10 : 9,
        'It runs what an address gives, unseen.',
        fetched[0],
      ),
    ];
  const decoded = DECODE_IN_TEXT.exec(text);
  return decoded
    ? [makeEvidence('fetches-and-runs', 8, 'It runs text that is decoded only when it runs.', decoded[0])]
    : [];
}

/** Command text that is stored or handed on to be run later, such as `echo "curl … | sh" >> file`. */
function findStoredPipe(context: RiskContext): RiskEvidence[] {
  const isWriting =
    context.step.redirects.some((redirect) => redirect.effect === 'write') ||
    context.pipeline.at(-1) !== context.step;
  const isStored =
    isWriting ||
    context.step.assignments.length > 0 ||
    /^(export|declare|alias|git|crontab|tee)$/.test(context.name);
  if (!isStored) return [];
  const text = [
    context.line,
    ...context.step.assignments.map((item) => item.value.value ?? item.value.text),
  ].join('\n');
  const match =
    /(?:\b|\\n)(curl|wget)\b[^\n|;]{0,400}\|\s*(sudo\s+)?(ba|da|z|k)?sh\b|\b(ba|z|k)?sh\s+(-c\s+["']?\$\(|<\()\s*(curl|wget)\b/.exec(
      text,
    );
  return match
    ? [
        makeEvidence(
          'fetches-and-runs',
          9,
          'It leaves a command behind that runs what an address gives.',
          match[0],
        ),
      ]
    : [];
}

const PACKAGE_RUNNER = /^(\S*\/)?(npx|bunx|uvx|pipx|pnpm|yarn|bun|npm)\b/;
const PACKAGE_ADDRESS = /^(git\+|github:|gitlab:|gist:|git:\/\/|https?:\/\/|[\w.-]+\/[\w.-]+#)/;

/** `npx PACKAGE` and its like, opened as a launcher: the package comes from the registry or from an address. */
function findPackageRun(context: RiskContext): RiskEvidence[] {
  const runner = context.step.wrappers.find((wrapper) => PACKAGE_RUNNER.test(wrapper));
  const program = context.step.words[0]?.value ?? '';
  if (runner === undefined || program === '') return [];
  if (PACKAGE_ADDRESS.test(program)) {
    return [
      makeEvidence('fetches-and-runs', 8, 'It downloads a program from an address and runs it.', program),
    ];
  }
  const isPinnedTool = isPlainWork(context) && !program.includes('@');
  return isPinnedTool
    ? []
    : [makeEvidence('fetches-and-runs', 3, 'It may download a program and run it.', program)];
}

/** Evidence that the step runs what comes from elsewhere. */
export function findFetchedCode(context: RiskContext): RiskEvidence[] {
  return [
    ...readIndexedSigns(context, SIGNS, 'fetches-and-runs'),
    ...findPackageRun(context),
    ...findPipe(context),
    ...findSubstitution(context),
    ...findStoredPipe(context),
  ];
}
