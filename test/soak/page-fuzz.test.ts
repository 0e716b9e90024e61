import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FuzzResult, rushCards } from '../support/card-fuzz.ts';
import { type CardGallery, openCardGallery } from '../support/card-gallery.ts';

const INPUTS = 10_000;
/** What is done at once, with changes among it: some 85 of 100 are keys and presses. */
const ROUND = 1000;
/** At the same time: much of the time of a page is waiting. */
const PAGES = 4;
const LIMIT_MS = 300_000;

let cards: CardGallery;

beforeAll(async () => {
  cards = await openCardGallery();
}, 60_000);
afterAll(() => cards?.close());

/** Goes on with new seeds until so many inputs have reached the page. */
async function fuzzOnePage(place: number): Promise<readonly FuzzResult[]> {
  const results: FuzzResult[] = [];
  let inputs = 0;
  while (inputs < INPUTS / PAGES) {
    const page = await cards.openBeside('card-session');
    const seed = 1000 * place + results.length;
    const result = await rushCards(page, { count: ROUND, seed });
    inputs += result.inputs;
    results.push(result);
    await page.context().close();
  }
  return results;
}

test('10,000 keys and presses while cards come, change and go answer nothing that was not meant', {
  timeout: LIMIT_MS,
}, async () => {
  const places = Array.from({ length: PAGES }, (_, place) => place + 1);
  const results = (await Promise.all(places.map(fuzzOnePage))).flat();
  expect(results.flatMap(({ problems }) => problems)).toEqual([]);
  const sum = (of: (result: FuzzResult) => number): number =>
    results.reduce((all, result) => all + of(result), 0);
  expect(sum(({ inputs }) => inputs)).toBeGreaterThanOrEqual(INPUTS);
  // an oracle that forbids everything, or a page that answers nothing, would pass too
  expect(sum(({ counted }) => counted)).toBeGreaterThan(20);
  expect(sum(({ ignored }) => ignored)).toBeGreaterThan(1000);
});
