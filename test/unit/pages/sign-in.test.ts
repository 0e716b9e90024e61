import { afterEach, describe, expect, it, vi } from 'vitest';
import { signIn } from '../../../src/pages/sign-in.ts';

afterEach(() => vi.unstubAllGlobals());

/** An engine that answers the login so. */
function answerWith(status: number): void {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status })));
}

describe('signing in', () => {
  it.each([204, 401, 403])('with status %i is over: the token is not tried again', async (status) => {
    answerWith(status);
    await expect(signIn('token')).resolves.toBeUndefined();
  });

  it('is tried again where the token was not looked at, or nobody answers', async () => {
    answerWith(429);
    await expect(signIn('token')).rejects.toMatchObject({ code: 'unreachable' });
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    await expect(signIn('token')).rejects.toMatchObject({ code: 'unreachable' });
  });
});
