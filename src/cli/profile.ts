import {
  ANONYMOUS,
  compareProfiles,
  type InspectedProfile,
  inspectProfile,
  listProfiles,
  type ProfilesInput,
  showOrigin,
} from '../engine/index.ts';
import { findSecrets } from '../engine/sandbox/index.ts';
import { showLine } from '../timeline/index.ts';
import { addPolicyFlags, createCommand, type PolicyFlags, parseWords, usageFault } from './command-line.ts';
import { loadSessionConfig } from './load-session-config.ts';
import { renderTable } from './render-table.ts';
import { runVerb } from './run-verb.ts';

const NAME = 'sallyport profile';

interface ProfileFlags extends PolicyFlags {
  readonly json?: boolean;
}

/** `sallyport profile`: what permission profiles there are, and what they come to here. */
export function runProfile(words: readonly string[]): Promise<number> {
  const verbs = {
    list: (rest: readonly string[]) =>
      withProfiles('list', rest, 0, (input, _names, isJson) => writeList(input, isJson)),
    show: (rest: readonly string[]) =>
      withProfiles('show', rest, 1, (input, [name = ''], isJson) =>
        writeProfile(inspectProfile(name, input), isJson),
      ),
    lint: (rest: readonly string[]) => withProfiles('lint', rest, [0, 1], writeFindings),
    diff: (rest: readonly string[]) => withProfiles('diff', rest, 2, writeDifferences),
  };
  return runVerb({ noun: 'profile', verbs, showHelp }, words);
}

function showHelp(): number {
  process.stdout.write(`Usage: sallyport profile (list|show|lint|diff) [flags]

Permission profiles: what sessions may read, write and reach, in place of the lists of a mode.

  list           every profile, where it stands, and which is in force (--json)
  show NAME      what it comes to in this folder (--json)
  lint [NAME]    what is probably not meant, in it or in all of yours (--json); status 1 with findings
  diff A B       what would change if B took the place of A (--json); status 1 when something does

${ANONYMOUS} names the one without a name.

Examples:
  sallyport profile list
  sallyport profile show :workspace
  sallyport profile diff :read-only :workspace
`);
  return 0;
}

type Write = (input: ProfilesInput, names: readonly string[], isJson: boolean) => number;

function withProfiles(
  verb: string,
  words: readonly string[],
  count: number | readonly number[],
  write: Write,
): number {
  const command = createCommand(`profile ${verb}`, 'Look at permission profiles.');
  addPolicyFlags(command).argument('[names...]', 'profiles').option('--json', 'as JSON');
  if (parseWords(command, words) === 'help') return 0;
  const counts = typeof count === 'number' ? [count] : count;
  const names = command.args;
  if (!counts.includes(names.length))
    throw usageFault(`profile ${verb} takes ${counts.join(' or ')} names of profiles`, NAME);
  const flags = command.opts<ProfileFlags>();
  const config = loadSessionConfig(flags);
  for (const warning of config.warnings) process.stderr.write(`sallyport: warning: ${showLine(warning)}\n`);
  const { home } = config.snapshot;
  const secretPaths = findSecrets(home, process.env).map(({ path }) => path);
  return write({ config, env: process.env, secretPaths }, names, flags.json === true);
}

function writeJson(rows: readonly object[]): void {
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
}

function writeList(input: ProfilesInput, isJson: boolean): number {
  const rows = listProfiles(input);
  if (isJson) writeJson(rows);
  else {
    const table = rows.map((row) => [
      `${row.isInForce ? '* ' : '  '}${showLine(row.name, 64)}`,
      row.extends === undefined ? '' : `extends ${showLine(row.extends, 64)}`,
      showLine(row.place),
      showLine(row.description ?? '', 120),
    ]);
    process.stdout.write(renderTable(['  PROFILE', 'EXTENDS', 'STANDS IN', 'ABOUT'], table));
  }
  return 0;
}

function writeProfile(found: InspectedProfile, isJson: boolean): number {
  const { name, profile, hosts, networkAccess, isFull, hasOwnTmp } = found;
  if (isJson) {
    writeJson([{ ...profile, name, isFull, hosts, networkAccess }]);
    return 0;
  }
  const refusesOthers = hosts.some(({ text, access }) => text === '*' && access === 'deny');
  const lines = [
    `${showLine(name, 64)}${profile.extends.map((parent) => `, extends ${showLine(parent, 64)}`).join('')}`,
    isFull
      ? '  no wall: everything may be read and written'
      : `  reads    ${profile.readsAll ? 'everything that is not named' : 'only what is named, and what programs need to run'}`,
    ...profile.entries.map(
      ({ path, access, origin }) =>
        `  ${access.padEnd(8)} ${showLine(path)}${origin === undefined || origin.layer === 'defaults' ? '' : `   (${showLine(showOrigin(origin))})`}`,
    ),
    ...(hasOwnTmp ? ['  write    /tmp   (of its own, not the one of this machine)'] : []),
    ...profile.denyGlobs.map((glob) => `  deny     ${showLine(glob)}`),
    `  network  ${networkAccess ? 'on' : `hosts that are not named are ${refusesOthers ? 'refused' : 'asked about'}`}`,
    ...hosts.map(
      ({ text, access, origin }) =>
        `  ${access.padEnd(8)} ${showLine(text)}   (${showLine(showOrigin(origin))})`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

function writeFindings(input: ProfilesInput, names: readonly string[], isJson: boolean): number {
  const own = listProfiles(input).filter(({ place }) => place !== 'built in');
  const looked = names.length > 0 ? names : own.map(({ name }) => name);
  const findings = looked.flatMap((profile) =>
    inspectProfile(profile, input).findings.map((finding) => ({ profile, ...finding })),
  );
  if (isJson) writeJson(findings);
  else {
    for (const { profile, code, text, origin } of findings)
      process.stdout.write(
        `${showLine(showOrigin(origin))}: ${showLine(profile, 64)}: ${showLine(text)} (${code})\n`,
      );
    process.stdout.write(
      `${looked.length} ${looked.length === 1 ? 'profile' : 'profiles'}, ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}\n`,
    );
  }
  return findings.length === 0 ? 0 : 1;
}

function writeDifferences(
  input: ProfilesInput,
  [first = '', second = '']: readonly string[],
  isJson: boolean,
): number {
  const rows = compareProfiles(first, second, input);
  if (isJson) writeJson(rows);
  else if (rows.length === 0) process.stdout.write('no difference\n');
  else {
    const table = rows.map(({ what, from, to, isWider }) => [
      showLine(what),
      from,
      to,
      isWider ? 'wider' : 'narrower',
    ]);
    process.stdout.write(renderTable(['WHAT', showLine(first, 40), showLine(second, 40), ''], table));
  }
  return rows.length === 0 ? 0 : 1;
}
