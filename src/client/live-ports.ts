/** What the live state lacks and is handed by its host. */
export interface LivePorts {
  /** Epoch ms. */
  nowMs(): number;
  /** Calls back once after so many milliseconds; the returned function cancels. */
  setTimer(callback: () => void, delayMs: number): () => void;
  /** At least 0, below 1; not to be guessed, for it makes the keys of answers. */
  random(): number;
}
