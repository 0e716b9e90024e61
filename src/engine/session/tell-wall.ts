import { showLine } from '../../timeline/index.ts';
import { decideWall, launchPlace } from './leave-wall.ts';
import type { ScriptContext } from './script-context.ts';
import type { ScriptHost } from './script-host.ts';
import { sayUnwalled } from './unwalled.ts';

/**
 * Says, right before a launch, that it has no wall: to the opener and in the history. Gives the reason to refuse where
 * what took the wall away holds no longer; rules and files may have changed while the session was paused.
 */
export async function tellWall(context: ScriptContext, host: ScriptHost): Promise<string | undefined> {
  const { wall, root, split, say, scope, searchPath, append } = context;
  if (wall?.kind !== 'none') return undefined;
  const now = await decideWall({ script: root.text, split, argv: root.argv }, launchPlace(host, searchPath));
  if (now?.kind !== 'none') {
    const why = now?.why ?? 'no rule lets it run so now';
    return `sallyport: refused: it was to run without the wall, but ${why}; propose it again`;
  }
  const text = sayUnwalled(now.rules);
  say(`sallyport: ${showLine(text, 1000)}`);
  await append([{ type: 'message/added', turnId: scope.turnId, role: 'system', text }]);
  return undefined;
}
