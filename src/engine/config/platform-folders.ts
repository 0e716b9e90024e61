import { realpathSync } from 'node:fs';
import { isWithin } from './resolve-paths.ts';

/** What programs need to run, and what the kernel shows: readable also where a profile lists what may be read. */
const FOLDERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    ...['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc'],
    ...['/nix/store', '/gnu/store', '/proc', '/sys', '/dev'],
  ],
  darwin: [
    ...['/usr', '/bin', '/sbin', '/etc', '/dev', '/System', '/Library/Apple', '/Library/Developer'],
    ...['/var/db/timezone', '/var/select', '/opt/homebrew'],
  ],
  win32: ['C:\\Windows', 'C:\\Program Files', 'C:\\Program Files (x86)'],
};

/** The real paths of those that this machine has. */
export function listPlatformFolders(platform: NodeJS.Platform = process.platform): string[] {
  const real = (FOLDERS[platform] ?? []).flatMap((folder) => {
    try {
      return realpathSync(folder);
    } catch {
      return [];
    }
  });
  const all = [...new Set(real)];
  return all.filter((path) => !all.some((other) => other !== path && isWithin(path, other)));
}
