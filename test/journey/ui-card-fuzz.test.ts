import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzzCards } from '../support/card-fuzz.ts';
import { type CardGallery, openCardGallery } from '../support/card-gallery.ts';

let cards: CardGallery;

beforeAll(async () => {
  cards = await openCardGallery();
}, 60_000);
afterAll(() => cards?.close());

test('random keys and presses answer nothing that nobody answered', async () => {
  const runs = await Promise.all(
    [11, 12].map(async (seed) => {
      const page = await cards.openBeside('card-session');
      const result = await fuzzCards(page, { seed, count: 500 });
      await page.context().close();
      return result;
    }),
  );
  for (const { problems, counted, ignored } of runs) {
    expect(problems).toEqual([]);
    expect(counted).toBeGreaterThan(1);
    expect(ignored).toBeGreaterThan(15);
  }
}, 120_000);
