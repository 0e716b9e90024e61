import type { AccessGrant, HostPort } from '../../protocol/index.ts';

/** The hosts that answers have opened in a session, each counted by who needs it. */
export class OpenHosts {
  readonly #open = new Map<string, number>();

  /** Opens them; the returned function closes them again, once. */
  open(hosts: readonly HostPort[]): () => void {
    const keys = hosts.map(keyOf);
    for (const key of keys) this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      for (const key of keys) {
        const left = (this.#open.get(key) ?? 1) - 1;
        if (left > 0) this.#open.set(key, left);
        else this.#open.delete(key);
      }
    };
  }

  covers(host: string, port: number): boolean {
    return this.#open.has(keyOf({ host, port })) || this.#open.has(keyOf({ host }));
  }
}

/** Whether one of these hosts is this one, at this port or at any. */
export function namesHost(hosts: readonly HostPort[], place: { host: string; port: number }): boolean {
  const keys = new Set(hosts.map(keyOf));
  return keys.has(keyOf(place)) || keys.has(keyOf({ host: place.host }));
}

/** Opens hosts and, by `openRest`, everything else of `access`; closes both together. */
export async function openWithHosts(
  access: AccessGrant,
  network: { openHosts(hosts: readonly HostPort[]): () => void } | undefined,
  openRest: (access: AccessGrant) => Promise<() => Promise<void>>,
): Promise<() => Promise<void>> {
  const closeRest = await openRest(access);
  const closeHosts = network?.openHosts(access.hosts);
  return async () => {
    closeHosts?.();
    await closeRest();
  };
}

function keyOf({ host, port }: HostPort): string {
  return `${host.toLowerCase().replace(/^\[(.*)\]$/, '$1')} ${port ?? '*'}`;
}
