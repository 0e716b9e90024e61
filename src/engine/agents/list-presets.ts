import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../protocol/index.ts';
import type { AgentPreset } from './agent-preset.ts';
import { type ParsePreset, readPreset } from './read-preset.ts';

/** Every agent that is known, by its id. Throws a `host` fault for a file that is not right. */
export function listPresets(parse: ParsePreset, folder: string = findPresetFolder()): readonly AgentPreset[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.toml'));
  return files.sort().map((name) => {
    const file = join(folder, name);
    return readPreset(basename(name, '.toml'), file, readFileSync(file, 'utf8'), parse);
  });
}

/**
 * The one that was chosen by its id, else the one for this program; undefined where none is, or `none` was chosen.
 * Throws a `user` fault for an id that is not known.
 */
export function choosePreset(
  presets: readonly AgentPreset[],
  program: string,
  chosen: string | undefined,
): AgentPreset | undefined {
  if (chosen === 'none') return undefined;
  if (chosen === undefined) return presets.find(({ programs }) => programs.includes(basename(program)));
  const found = presets.find(({ id }) => id === chosen);
  if (found !== undefined) return found;
  throw new Fault({
    kind: 'user',
    code: 'no-such-agent',
    message: `there is no preset ${JSON.stringify(chosen)}`,
    hint: `use one of ${presets.map(({ id }) => id).join(', ')}, or none`,
  });
}

/** `resources/agents` of the package, from the sources as from a bundle. */
function findPresetFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const agents = join(folder, 'resources', 'agents');
    if (existsSync(agents) && existsSync(join(folder, 'package.json'))) return agents;
    if (dirname(folder) === folder) {
      throw new Fault({
        kind: 'host',
        code: 'presets-missing',
        message: 'the folder resources/agents is missing from this installation',
        hint: 'Install Sallyport again, or run with `--agent none`',
      });
    }
  }
}
