import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export interface LaunchSecrets {
  /** A new password for a launch, which is its user name. Only characters that need no escaping in an address. */
  issue(launchId: string): string;
  /** The password is worth nothing any more. */
  revoke(launchId: string): void;
  /** The launch of these credentials, or null. The time it takes does not tell how much of a password was right. */
  authenticate(user: string, password: string): string | null;
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Keeps one random password for each launch, so that a request through the proxy says whose it is. */
export function createLaunchSecrets(): LaunchSecrets {
  const digests = new Map<string, Buffer>();
  const nobody = randomBytes(32);
  return {
    issue(launchId) {
      const secret = randomBytes(24).toString('base64url');
      digests.set(launchId, digest(secret));
      return secret;
    },
    revoke: (launchId) => void digests.delete(launchId),
    authenticate(user, password) {
      const known = digests.get(user);
      const isRight = timingSafeEqual(digest(password), known ?? nobody);
      return known !== undefined && isRight ? user : null;
    },
  };
}
