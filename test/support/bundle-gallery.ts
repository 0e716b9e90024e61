import { resolve } from 'node:path';
import { GALLERY_VARIABLE, saveGallery } from '../gallery/serve-gallery.ts';
import { digestWith, keepBuild } from './keep-build.ts';

const FOLDER = resolve(import.meta.dirname, '../gallery');

/** Before the tests of a run: the gallery as it is now, in 1 to 2 s. */
export async function setup(): Promise<void> {
  process.env[GALLERY_VARIABLE] = await keepBuild('gallery', digestWith(FOLDER), saveGallery);
}
