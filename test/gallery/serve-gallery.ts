import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PAGE_CSP } from '../../src/server/page-policy.ts';

/** What the product sends with its page, so that a picture shows what would really be shown. */
const HEADERS = {
  'content-security-policy': PAGE_CSP,
  'x-content-type-options': 'nosniff',
};
const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

export interface Gallery {
  /** `http://127.0.0.1:<port>/`; a scene is chosen by `?scene=<name>`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Calls `work` as in a build for production: a test runner says of itself that this is a test, and React would be slow. */
async function asInProduction<T>(work: () => Promise<T>): Promise<T> {
  const { env } = process;
  const before = env['NODE_ENV'];
  env['NODE_ENV'] = 'production';
  try {
    return await work();
  } finally {
    if (before === undefined) delete env['NODE_ENV'];
    else env['NODE_ENV'] = before;
  }
}

async function buildGallery() {
  // loaded only by who builds it
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  return await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    plugins: [react()],
    build: { write: false, minify: false, modulePreload: { polyfill: false }, target: 'es2024' },
  });
}

/** The page as the product would have it, built into memory. */
async function buildFiles(): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const built = await asInProduction(buildGallery);
  const files = new Map<string, string | Uint8Array>();
  for (const { output } of [built].flat().filter((one) => 'output' in one)) {
    for (const file of output)
      files.set(`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source);
  }
  return files;
}

/** Under which name the test runner hands on the folder of the gallery that it has built. */
export const GALLERY_VARIABLE = 'VITEST_SALLYPORT_GALLERY';

/** Builds the gallery as it is now into a folder, for `serveGallery` of other processes. */
export async function saveGallery(folder: string): Promise<void> {
  for (const [name, content] of await buildFiles()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

function readFiles(folder: string): ReadonlyMap<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [path.slice(folder.length), readFileSync(path)]));
}

/** Serves the gallery on a port of its own: as the runner of the tests has built it, or built now (1 to 2 s). */
export async function serveGallery(): Promise<Gallery> {
  const saved = process.env[GALLERY_VARIABLE];
  const files = saved === undefined ? await buildFiles() : readFiles(saved);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const name = path === '/' ? '/index.html' : path;
    const file = files.get(name);
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    response.writeHead(file === undefined ? 404 : 200, { ...HEADERS, 'content-type': type }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
