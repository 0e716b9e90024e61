/** Which steps of a script may be written anew, and the texts that wait to run in their place. */

/** Where a step can be replaced: asked in front by the script, or held by the kernel with the script looking behind it. */
type EditPlace = 'front' | 'behind';

export interface Rewriting {
  readonly gate: 'kernel' | 'shell';
  /** The words of the helper that asks for the step of this index. */
  askCommand(index: number): string;
  insteadCommand(index: number): string;
}

export class ScriptEdits {
  readonly #places = new Map<number, EditPlace>();
  readonly #texts = new Map<number, string>();
  #rewriting: Rewriting | undefined;

  /** The script was rewritten so that these steps can be replaced. */
  allow(places: Iterable<readonly [number, EditPlace]>, rewriting: Rewriting): void {
    for (const [index, place] of places) this.#places.set(index, place);
    this.#rewriting = rewriting;
  }

  get rewriting(): Rewriting | undefined {
    return this.#rewriting;
  }

  /** `held`: by the kernel, behind whatever the script asked. */
  mayReplace(index: number, by: 'script' | 'held'): boolean {
    const place = this.#places.get(index);
    return place !== undefined && (by === 'script' || place === 'behind');
  }

  put(index: number, text: string): void {
    this.#texts.set(index, text);
  }

  /** Another run of the step was settled in another way: what was not fetched until now never runs. */
  settled(index: number, outcome: string): void {
    if (outcome !== 'skipped') this.#texts.delete(index);
  }

  /** The text to run once in place of the step; a text is given out once. */
  take(index: number): string | undefined {
    const text = this.#texts.get(index);
    this.#texts.delete(index);
    return text;
  }
}
