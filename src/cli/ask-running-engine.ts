import { findFolders, lockFolderOf, readEngineNote } from '../server/index.ts';
import { findEngine } from './connect-engine.ts';

/**
 * A new address of the page of the engine that runs already; `undefined` when none does, or when it ended as it was
 * asked. Throws the engine's faults, `web-elsewhere` where the page is served at another port than the wanted one.
 */
export async function askRunningEngine(port: number | undefined): Promise<string | undefined> {
  const client = await findEngine(findFolders(), 'start');
  if (client === undefined) return undefined;
  try {
    const { url } = await client.call('web/open', port === undefined ? {} : { port });
    return url;
  } catch (thrown) {
    if (client.isClosed) return undefined;
    throw thrown;
  } finally {
    client.close();
  }
}

/** `an engine is running already (pid 4711)`. */
export function describeRunningEngine(): string {
  const pid = readEngineNote(lockFolderOf(findFolders().home))?.pid;
  return `an engine is running already${pid === undefined ? '' : ` (pid ${pid})`}`;
}
