import { Fault } from '../protocol/index.ts';

const TOKEN_FORM = /^#token=([A-Za-z0-9_-]{1,128})$/;

/** The one-time token in the address, taken out of it, so that neither the history nor a copied address has it. */
export function takeToken(view: Pick<Window, 'location' | 'history'>): string | undefined {
  const token = TOKEN_FORM.exec(view.location.hash)?.[1];
  if (token !== undefined) view.history.replaceState(null, '', '#/');
  return token;
}

function unreachable(cause: unknown): Fault {
  return new Fault({ kind: 'remote', code: 'unreachable', message: 'The engine cannot be reached.', cause });
}

const TOO_MANY = 429;

/**
 * Gives the token for a cookie. A token that is used up is no error here: who has a cookie does not need it. Throws a
 * `unreachable` fault where the token was not looked at, because somebody tries many: it is as good as before.
 */
export async function signIn(token: string): Promise<void> {
  let status: number;
  try {
    ({ status } = await fetch('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    }));
  } catch (cause) {
    throw unreachable(cause);
  }
  if (status === TOO_MANY) throw unreachable(`status ${status}`);
}

/** Throws a `signed-out` fault when this browser has no cookie that is good, `unreachable` when nobody answers. */
export async function checkSignedIn(): Promise<void> {
  let status: number;
  try {
    ({ status } = await fetch('/whoami', { cache: 'no-store' }));
  } catch (cause) {
    throw unreachable(cause);
  }
  if (status === 204) return;
  if (status !== 401) throw unreachable(`status ${status}`);
  throw new Fault({
    kind: 'peer',
    code: 'signed-out',
    message: 'This page is signed out. Open the address that `npm start` prints; each one is good once.',
  });
}
