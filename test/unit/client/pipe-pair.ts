import type { Pipe } from '../../../src/protocol/index.ts';
import type { Random } from '../../support/seeded-random.ts';
import type { FakeClock } from './fake-clock.ts';

/** At most so long is a line on its way. */
const LATE_MS = 4;

interface End {
  readonly pipe: Pipe;
  take(line: string): void;
  end(): void;
}

/** Two ends of a pipe. Lines keep their order, come late, and often several at once; a close takes those on their way. */
export function createPipePair(clock: FakeClock, random: Random): readonly [Pipe, Pipe] {
  let isClosed = false;

  function createEnd(other: () => End): End {
    const onLine: ((line: string) => void)[] = [];
    const onClose: (() => void)[] = [];
    let onTheirWay: string[] = [];
    const end = (): void => {
      isClosed = true;
      onTheirWay = [];
      for (const listener of onClose.splice(0)) listener();
    };
    return {
      take: (line) => {
        onTheirWay.push(line);
        if (onTheirWay.length > 1) return;
        clock.setTimer(
          () => {
            const lines = onTheirWay;
            onTheirWay = [];
            for (const one of lines) for (const listener of onLine) if (!isClosed) listener(one);
          },
          Math.floor(random() * (LATE_MS + 1)),
        );
      },
      end,
      pipe: {
        send: (line) => {
          if (!isClosed) other().take(line);
        },
        onLine: (listener) => onLine.push(listener),
        onClose: (listener) => (isClosed ? listener() : onClose.push(listener)),
        close: () => {
          end();
          other().end();
        },
      },
    };
  }
  const one: End = createEnd(() => two);
  const two: End = createEnd(() => one);
  return [one.pipe, two.pipe];
}
