import { parseHostEntry } from '../../policy/index.ts';
import { Fault, LIMIT_FLAGS, LIMIT_NAMES, type SessionFlags } from '../../protocol/index.ts';
import { type ConfigEntry, type ConfigLayer, collectEntries } from './collect-entries.ts';
import { makeConfigFault, showText } from './config-fault.ts';
import { readPreset } from './read-preset.ts';
import { nestValue, readTypedValue } from './read-typed-value.ts';

/** One `-c key=value`. Throws a `user` fault that names it. */
function readOverride(text: string): ConfigLayer {
  // The first = that stands in no quotes: a folder's name may hold one.
  const { length: equals } = /^(?:"[^"]*"|'[^']*'|[^"'=])*/.exec(text)?.[0] ?? '';
  const key = text[equals] === '=' ? text.slice(0, equals) : '';
  return readTypedValue({ key, text: text.slice(equals + 1), layer: 'override', flag: `-c ${text}` });
}

function refuseCombination(flags: SessionFlags): void {
  if (!flags.bypass) return;
  const other = [
    flags.fullAuto ? '--full-auto' : undefined,
    flags.sandbox === undefined ? undefined : '--sandbox',
    flags.askForApproval === undefined ? undefined : '--ask-for-approval',
    flags.preset === undefined ? undefined : '--preset',
  ].find((flag) => flag !== undefined);
  if (other === undefined) return;
  throw new Fault({
    kind: 'user',
    code: 'config-flag',
    message: `--dangerously-bypass-approvals-and-sandbox cannot be combined with ${other}`,
    hint: `Leave out one of the two`,
  });
}

/** A host that nobody can read would open nothing, or in deny close everything, without a word. */
function refuseUnreadHosts(flags: SessionFlags): void {
  const typed = [
    ...flags.allowDomains.map((text) => ({ flag: '--allow-domain', text })),
    ...flags.denyDomains.map((text) => ({ flag: '--deny-domain', text })),
  ];
  for (const { flag, text } of typed) {
    const reading = parseHostEntry(text);
    if ('entry' in reading) continue;
    throw makeConfigFault({
      place: { flag: `${flag} ${text}` },
      what: `this entry is not understood: ${reading.problem}`,
      hint: 'Write a host such as example.com, example.com:443, *.example.com or *',
      code: 'config-flag',
    });
  }
}

/** The layers of the command line, weakest first: each `-c`, then the preset, then the flags. */
export function readFlags(flags: SessionFlags): ConfigLayer[] {
  refuseCombination(flags);
  refuseUnreadHosts(flags);
  const layers = flags.overrides.map(readOverride);
  const warnings: string[] = [];
  const entries: ConfigEntry[] = [];
  const read = (key: string, value: unknown, flag: string): ConfigLayer =>
    collectEntries(nestValue(key.split('.'), value), { layer: 'flag', flag });
  const take = (key: string, value: unknown, flag: string): void => {
    const layer = read(key, value, flag);
    entries.push(...layer.entries);
    warnings.push(...layer.warnings);
  };
  const yieldTo = (key: string, forced: string, typed: string | undefined, flag: string): void => {
    if (typed === undefined) return;
    const [entry] = read(key, typed, `${flag} ${typed}`).entries;
    if (entry?.value !== forced) {
      warnings.push(`--full-auto means ${forced}: ${flag} ${showText(typed)} is not in force`);
    }
  };
  if (flags.fullAuto) {
    yieldTo('sandbox_mode', 'workspace-write', flags.sandbox, '--sandbox');
    yieldTo('approval_policy', 'on-request', flags.askForApproval, '--ask-for-approval');
    take('sandbox_mode', 'workspace-write', '--full-auto');
    take('approval_policy', 'on-request', '--full-auto');
  } else if (flags.bypass) {
    take('sandbox_mode', 'danger-full-access', '--dangerously-bypass-approvals-and-sandbox');
    take('approval_policy', 'never', '--dangerously-bypass-approvals-and-sandbox');
  } else {
    if (flags.sandbox !== undefined) take('sandbox_mode', flags.sandbox, `--sandbox ${flags.sandbox}`);
    if (flags.askForApproval !== undefined) {
      take('approval_policy', flags.askForApproval, `--ask-for-approval ${flags.askForApproval}`);
    }
  }
  for (const name of LIMIT_NAMES) {
    const value = flags.limits[name];
    if (value !== undefined) take(`limits.${name}`, value, `--${LIMIT_FLAGS[name]} ${value}`);
  }
  if (flags.profile !== undefined) take('profile', flags.profile, `--profile ${flags.profile}`);
  if (flags.shell !== undefined) take('shell', flags.shell, `--shell ${flags.shell}`);
  return [...layers, readPreset(flags), { entries, warnings }];
}
