import { ALL_PRESETS, type Preset } from '../../policy/index.ts';
import type { SessionFlags } from '../../protocol/index.ts';
import { type ConfigEntry, type ConfigLayer, collectEntries } from './collect-entries.ts';
import { makeConfigFault, showText } from './config-fault.ts';

function listEntries({ sandboxMode, approvalPolicy, reviewer }: Preset): Record<string, string> {
  return {
    sandbox_mode: sandboxMode,
    approval_policy: approvalPolicy,
    ...(reviewer !== undefined && { approvals_reviewer: reviewer }),
  };
}

/** The layer of `--preset`, weaker than the other flags. Throws a `user` fault for one that there is not. */
export function readPreset({ preset: name, fullAuto }: SessionFlags): ConfigLayer {
  if (name === undefined) return { entries: [], warnings: [] };
  const flag = `--preset ${name}`;
  const preset = ALL_PRESETS.find((known) => known.name === name);
  if (preset === undefined) {
    throw makeConfigFault({
      place: { flag },
      what: 'there is no such preset',
      hint: `Write one of ${ALL_PRESETS.map((known) => known.name).join(', ')}`,
      code: 'config-flag',
    });
  }
  const { entries } = collectEntries(listEntries(preset), { layer: 'flag', flag });
  return { entries, warnings: fullAuto ? entries.flatMap((entry) => yieldTo(entry, flag)) : [] };
}

const FULL_AUTO: Readonly<Record<string, string>> = {
  sandbox_mode: 'workspace-write',
  approval_policy: 'on-request',
};

/** `--full-auto` beats every other word about mode and policy, and says so. */
function yieldTo({ key, value }: ConfigEntry, flag: string): string[] {
  const forced = FULL_AUTO[key];
  if (forced === undefined || forced === value) return [];
  return [`--full-auto means ${forced}: ${showText(String(value))} of ${showText(flag)} is not in force`];
}
