/** Holds back what a script writes to a terminal while a question is shown there. */
export class OutputHold {
  #holds = 0;
  #waiting: (() => void)[] = [];

  hold(): void {
    this.#holds += 1;
  }

  release(): void {
    this.#holds -= 1;
    if (this.#holds > 0) return;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Settles when nothing holds output back. */
  async whenOpen(): Promise<void> {
    while (this.#holds > 0) {
      await new Promise<void>((resume) => {
        this.#waiting.push(resume);
      });
    }
  }
}
