/**
 * Whether a key or a press may count as an answer. Promises: nothing counts that began before what it is about had stood
 * still, in sight, for 400 ms; nor what began before a change and ended after it; nor what is typed on after a key that
 * came too early. Knows no clock of its own: all times
 * are ms of the clock that input events carry. Without it a person could answer what they have not read yet.
 */

/** How long a card must have stood still before it can be answered, in ms. */
export const GUARD_MS = 400;

/** How long nothing must be typed after a key that came too early, in ms: words typed ahead are no answer. */
export const QUIET_MS = 1000;

export interface Guard {
  /** One more with every change: what began in an earlier one does not count. */
  readonly epoch: number;
  /** From when on things count; infinite as long as the change is not on the screen. */
  readonly readyAt: number;
  /** Nothing counts before, however still the card stood: somebody typed at it too early. */
  readonly quietUntil: number;
}

/** A key or a button that went down. */
export interface Press {
  readonly epoch: number;
  readonly atMs: number;
}

/** Of a card that was never painted. */
export const CLOSED_GUARD: Guard = {
  epoch: 0,
  readyAt: Number.POSITIVE_INFINITY,
  quietUntil: Number.NEGATIVE_INFINITY,
};

/** Something about the card is not what it was: nothing counts until it was painted and has stood still. */
export function closeGuard(guard: Guard): Guard {
  return { ...guard, epoch: guard.epoch + 1, readyAt: Number.POSITIVE_INFINITY };
}

/** The change with this number is on the screen since `atMs`; a later change makes this meaningless. */
export function startWaiting(guard: Guard, epoch: number, atMs: number): Guard {
  return epoch === guard.epoch ? { ...guard, readyAt: atMs + GUARD_MS } : guard;
}

/** From when on things count, as far as is known now. */
export function opensAt(guard: Guard): number {
  return Math.max(guard.readyAt, guard.quietUntil);
}

/** A key was typed at `atMs`: where that was too early, nothing counts before 1,000 ms without another one. */
export function takeTyped(guard: Guard, atMs: number): Guard {
  if (atMs >= opensAt(guard)) return guard;
  return { ...guard, quietUntil: Math.max(guard.quietUntil, atMs + QUIET_MS) };
}

/** True when a press that began then counts now. */
export function countsPress(guard: Guard, press: Press | undefined): boolean {
  return press !== undefined && press.epoch === guard.epoch && press.atMs >= opensAt(guard);
}

/** Where a card and its answers stand on the screen, in CSS pixels. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** True when a hand that aims at the one could hit something else now; parts of a pixel are no movement. */
export function hasMoved(before: Place | undefined, now: Place): boolean {
  if (before === undefined) return true;
  const sides = ['left', 'top', 'width', 'height'] as const;
  return sides.some((side) => Math.abs(before[side] - now[side]) > 1);
}

/** What a card shows, as one string: when it changes, the card is to be read again. */
export function contentKey(parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}
