import type { HostExecutable, NetworkRule, RuleOrigin } from '../../protocol/index.ts';
import { parseHostEntry } from '../host-entry.ts';
import { showText } from '../judge-show.ts';
import { readArguments, readChoice, readJustification, readText, readTexts } from './read-arguments.ts';
import type { Call } from './read-calls.ts';
import { RuleProblem } from './rule-mistake.ts';

const NETWORK_FORM = {
  names: ['host', 'protocol', 'decision', 'justification'],
  needed: ['host', 'protocol', 'decision'],
} as const;
const EXECUTABLE_FORM = { names: ['name', 'paths'], needed: ['name', 'paths'] } as const;

function readExactHost(text: string, at: number): string {
  const hint = 'Name one host, such as api.example.com; lists with * belong in [permission_profile.network]';
  if (text.includes('*')) throw new RuleProblem(at, `host "${showText(text, 80)}" has a wildcard`, hint);
  const reading = parseHostEntry(text.trim());
  if ('problem' in reading)
    throw new RuleProblem(
      at,
      `host "${showText(text, 80)}" is not understood: ${showText(reading.problem, 200)}`,
      hint,
    );
  return reading.entry.text;
}

/** The rule of a `network_rule(…)`. Throws a `RuleProblem`. */
export function readNetworkRule(call: Call, origin: RuleOrigin): NetworkRule {
  const list = readArguments(call, NETWORK_FORM);
  const host = readExactHost(readText(list, 'host') ?? '', list.get('host')?.at ?? call.at);
  const protocol = readChoice(list, 'protocol', ['http', 'https', 'socks5_tcp', 'socks5_udp']) ?? 'https';
  const decision = readChoice(list, 'decision', ['allow', 'prompt', 'deny']) ?? 'deny';
  const justification = readJustification(list);
  return { host, protocol, decision, ...(justification !== undefined && { justification }), origin };
}

/** The entry of a `host_executable(…)`. Throws a `RuleProblem`. */
export function readHostExecutable(call: Call, origin: RuleOrigin): HostExecutable {
  const list = readArguments(call, EXECUTABLE_FORM);
  const name = readText(list, 'name') ?? '';
  if (name === '' || /[/\\]/.test(name))
    throw new RuleProblem(
      list.get('name')?.at ?? call.at,
      `name must be the bare name of a program, but is "${showText(name, 80)}"`,
      'Write name="git", and its files in paths',
    );
  const paths = readTexts(list, 'paths') ?? [];
  for (const { value, at } of paths) {
    const isWhole = value.startsWith('/') || /^[A-Za-z]:[\\/]/.test(value);
    if (!isWhole || value.split(/[\\/]/).includes('..'))
      throw new RuleProblem(
        at,
        `paths holds absolute paths, but this is "${showText(value, 80)}"`,
        'Begin it with /, without ..',
      );
    const last = value
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.exe$/i, '');
    if (last !== name)
      throw new RuleProblem(
        at,
        `this path ends in "${showText(last ?? '', 60)}", not in "${showText(name, 60)}"`,
        'List only files of that name',
      );
  }
  return { name, paths: paths.map(({ value }) => value), origin };
}
