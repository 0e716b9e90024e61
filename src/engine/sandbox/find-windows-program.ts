import { win32 } from 'node:path';

/**
 * The absolute path of a program as a shell of Windows would find it, but never in the working folder, where a project
 * could put one. Null when there is none.
 * @param isFile whether an absolute path is a file
 */
export function findWindowsProgram(
  name: string,
  cwd: string,
  environment: Readonly<Record<string, string>>,
  isFile: (path: string) => boolean,
): string | null {
  const endings = (variable(environment, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD')
    .split(';')
    .filter((ending) => ending !== '');
  const hasFolder = /[\\/:]/.test(name);
  const folders = hasFolder ? [''] : (variable(environment, 'PATH') ?? '').split(';');
  for (const folder of folders) {
    const base = hasFolder ? win32.resolve(cwd, name) : win32.join(folder, name);
    if (!win32.isAbsolute(base)) continue;
    const hasEnding = endings.some((ending) => base.toLowerCase().endsWith(ending.toLowerCase()));
    const found = (hasEnding ? [base] : endings.map((ending) => base + ending)).find(isFile);
    if (found !== undefined) return found;
  }
  return null;
}

/** Windows does not care how the name of a variable is written. */
function variable(environment: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(environment).find(([key]) => key.toUpperCase() === name)?.[1];
}
