import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { digestSources } from '../../build/bundle.mjs';
import { GALLERY_VARIABLE, saveGallery } from '../gallery/serve-gallery.ts';
import { keepBuild } from './keep-build.ts';

const FOLDER = resolve(import.meta.dirname, '../gallery');

/** Before the tests of a run: the gallery as it is now, in 1 to 2 s. */
export async function setup(): Promise<void> {
  const hash = createHash('sha256').update(digestSources());
  for (const name of readdirSync(FOLDER).sort())
    hash.update(`${name}\0`).update(readFileSync(join(FOLDER, name)));
  process.env[GALLERY_VARIABLE] = await keepBuild('gallery', hash.digest('hex'), saveGallery);
}
