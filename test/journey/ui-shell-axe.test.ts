import AxeBuilder from '@axe-core/playwright';
import { describe, expect, it } from 'vitest';
import { openGallery } from '../support/gallery-page.ts';

const open = openGallery();

describe('accessibility', () => {
  it.each([
    ['inbox', '#/inbox'],
    ['settled', '#/inbox'],
    ['burst', '#/inbox'],
    ['empty', '#/inbox'],
    ['inbox', '#/popover'],
    ['lost', '#/inbox'],
    ['nothing', '#/'],
    ['many-sessions', '#/inbox'],
  ])(
    'has no serious finding in %s at %s',
    async (scene, hash) => {
      const { page, problems } = await open(scene, hash, { theme: 'light' });
      const light = await new AxeBuilder({ page }).analyze();
      // in the dark nothing but the colours is another
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await new AxeBuilder({ page }).withRules(['color-contrast']).analyze();
      const found = [light, dark]
        .flatMap(({ violations }) => violations)
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      expect(found).toEqual([]);
      expect(problems).toEqual([]);
    },
    60_000,
  );
});
