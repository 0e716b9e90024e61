/** What pure rooms lack and are handed by a host. */
export interface Ports {
  /** Calls back once after so many milliseconds; the returned function cancels. */
  setTimer(callback: () => void, delayMs: number): () => void;
  randomBytes(count: number): Uint8Array;
  /** Lower-case hexadecimal. */
  sha256(text: string): string;
}
