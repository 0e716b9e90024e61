/** Who waits for an answer, by the host's process number, so that a question ends with the process that asked. */
export class Askers {
  readonly #waiting = new Map<number, Set<AbortController>>();

  /** Runs `work` with a signal that is aborted when the process goes while it waits. */
  async whileWaiting<Result>(pid: number, work: (gone: AbortSignal) => Promise<Result>): Promise<Result> {
    const gone = new AbortController();
    const all = this.#waiting.get(pid) ?? new Set();
    this.#waiting.set(pid, all.add(gone));
    try {
      return await work(gone.signal);
    } finally {
      all.delete(gone);
      if (all.size === 0) this.#waiting.delete(pid);
    }
  }

  /** The supervisor says that the process has ended. */
  exit(pid: number): void {
    for (const gone of this.#waiting.get(pid) ?? []) gone.abort();
  }
}
