import { createStore } from 'zustand/vanilla';
import { AT_END, type ScrollHold } from './scroll-hold.ts';

/** Px by which a browser rounds what is written. */
const ROUNDING = 1.5;

/** What is held of a list of rows, and the only one who writes its place. */
export class ScrollKeeper {
  /** The element that scrolls. */
  readonly scrollRef: { current: HTMLDivElement | null } = { current: null };
  readonly #held = createStore<{ readonly hold: ScrollHold }>(() => ({ hold: AT_END }));
  /** What was written last: its echo is no wish of a person. */
  #written: number | undefined;
  /** Rows are drawn for this place already. */
  #owed: number | undefined;

  get hold(): ScrollHold {
    return this.#held.getState().hold;
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#held.subscribe(listener);
  readonly isFollowing = (): boolean => this.hold.to === 'end';

  keep(hold: ScrollHold): void {
    this.#held.setState({ hold });
  }

  write(offset: number): void {
    this.#written = offset;
    if (this.scrollRef.current !== null) this.scrollRef.current.scrollTop = offset;
  }

  /** To be written as soon as the rows are in the document; drawing them twice owes it once. */
  owe(offset: number): void {
    this.#owed = offset;
  }

  pay(): void {
    if (this.#owed !== undefined) this.write(this.#owed);
    this.#owed = undefined;
  }

  /** Tells whether a person scrolled here. */
  isWish(offset: number): boolean {
    if (this.#written !== undefined && Math.abs(offset - this.#written) < ROUNDING) return false;
    this.#written = undefined;
    return true;
  }
}
