/**
 * The files of the page, read into memory. What is asked for is looked up by its whole name in the list of what is
 * there, so no path of a request ever reaches the file system. The files hold no secret: everybody may have them.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

/** What each kind of file is; others are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
/** The bundler puts a digest of the content into the name. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** The content behind this name never changes. */
  readonly isImmutable: boolean;
}

export interface PageFiles {
  /** `/` for the page itself, `/assets/…` for its parts. */
  find(path: string): PageFile | undefined;
}

type FileMap = ReadonlyMap<string, PageFile>;

/** The page below `folder` (the file `page`, and `assets/`). Read when first asked for, and again after a new build. */
export function createPageFiles(folder: string, page: 'web.html' | 'desktop.html'): PageFiles {
  let builtAt: number | undefined;
  let files: FileMap = new Map();
  /** An open page may still load parts of the build before. */
  let earlier: FileMap = new Map();

  function refresh(): void {
    const changedAt = statSync(join(folder, page), { throwIfNoEntry: false })?.mtimeMs;
    if (changedAt === undefined || changedAt === builtAt) return;
    earlier = files;
    files = readFiles(folder, page);
    builtAt = changedAt;
  }

  return {
    find: (path) => {
      if (path === '/' || builtAt === undefined) refresh();
      return files.get(path) ?? earlier.get(path);
    },
  };
}

function readFiles(folder: string, page: string): FileMap {
  const files = new Map<string, PageFile>();
  const add = (path: string, file: string): void => {
    const type = TYPES[extname(file)];
    if (type === undefined) return;
    files.set(path, { type, body: readFileSync(file), isImmutable: HASHED.test(path) });
  };
  add('/', join(folder, page));
  const assets = join(folder, 'assets');
  if (statSync(assets, { throwIfNoEntry: false })?.isDirectory() !== true) return files;
  for (const entry of readdirSync(assets, { withFileTypes: true })) {
    if (entry.isFile()) add(`/assets/${entry.name}`, join(assets, entry.name));
  }
  return files;
}
