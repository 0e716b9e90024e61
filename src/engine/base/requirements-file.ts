import { lstatSync } from 'node:fs';

/** No variable of the environment moves it: whoever is to be narrowed must not choose by what. */
export const REQUIREMENTS_FILE =
  process.platform === 'win32'
    ? 'C:\\ProgramData\\Sallyport\\requirements.toml'
    : '/etc/sallyport/requirements.toml';

/** True where this machine has requirements; also for what cannot be looked at, which whoever reads it will say. */
export function hasRequirements(file = REQUIREMENTS_FILE): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
