/** The configuration of sessions, when they open and while they are open: their user's files are followed, and single keys set for one of them. */
import { type CheckedParams, Fault, type MethodResult } from '../protocol/index.ts';
import { showLine } from '../timeline/index.ts';
import type { Clock } from './base/index.ts';
import { type LoadConfigOptions, type SessionOverride, watchConfig } from './config/index.ts';
import type { EngineOptions } from './engine-options.ts';
import { findSecrets } from './sandbox/index.ts';
import type { Session } from './session/index.ts';

type OpenSessions = () => readonly Session[];

/** Keeps open sessions with the files of the configuration until it is closed. */
export function followConfig(
  { sallyportHome, clock }: { readonly sallyportHome: string; readonly clock: Clock },
  sessions: OpenSessions,
): { readonly lastChange: { readonly by: string }; close(): void } {
  let lastChange = { by: '' };
  const watch = watchConfig({
    sallyportHome,
    clock,
    onChange: (files) => {
      const by = showLine(files.join(', '), 400);
      lastChange = { by };
      // A history that cannot be written ends every session by itself.
      for (const session of sessions()) session.config.reload(by).catch(() => undefined);
    },
  });
  return {
    get lastChange() {
      return lastChange;
    },
    close: () => watch.close(),
  };
}

/** Where a session that is opened so gets its configuration from, in an engine with these options. */
export function readOpenParams(
  params: CheckedParams<'session/open'>,
  { home: engineHome, requirementsFile }: Pick<EngineOptions, 'home' | 'requirementsFile'>,
): LoadConfigOptions {
  return {
    cwd: params.cwd,
    home: params.env['HOME'] ?? process.env['HOME'] ?? '/',
    env: { ...params.env, SALLYPORT_HOME: engineHome },
    flags: params.flags,
    ...(requirementsFile !== undefined && { requirementsFile }),
    ports: { findSecrets: (folder) => findSecrets(folder, params.env).map((secret) => secret.path) },
  };
}

/** What is loaded for a session with keys of its own. */
export function withOverrides(
  input: LoadConfigOptions,
  overrides: readonly SessionOverride[],
): LoadConfigOptions {
  return { ...input, overrides };
}

/** The open session of that id, or of the only one that begins so. Throws a `peer` fault. */
function findByPrefix(sessions: readonly Session[], id: string): Session {
  const found = id === '' ? [] : sessions.filter(({ sessionId }) => sessionId.startsWith(id));
  const [first, ...others] = found;
  const meant = found.find(({ sessionId }) => sessionId === id) ?? (others.length === 0 ? first : undefined);
  if (meant !== undefined) return meant;
  throw new Fault({
    kind: 'peer',
    code: first === undefined ? 'no-such-session' : 'ambiguous-session',
    message:
      first === undefined ? `no session ${id} is open` : `${id} begins the ids of ${found.length} sessions`,
    hint: 'see `sallyport session list`',
  });
}

/** Changes one key of an open session. Throws a `user` fault for a key or value that cannot be. */
export async function setInSession(
  sessions: readonly Session[],
  { sessionId, key, value, by }: CheckedParams<'session/set'>,
): Promise<MethodResult<'session/set'>> {
  const session = findByPrefix(sessions, sessionId);
  const { warnings, ...set } = await session.config.set(key, value, by);
  return { sessionId: session.sessionId, ...set, warnings: [...warnings] };
}
