import { defineConfig } from 'vite';

// One level of folders below out/, always: code finds its neighbours from any file of the bundle as
// `new URL('../<folder>/<name>.js', import.meta.url)`.
export default defineConfig({
  build: {
    ssr: true,
    target: 'node22',
    outDir: 'out',
    // an engine may still be running from the files of the last build: see build/bundle.mjs
    emptyOutDir: false,
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: {
        'cli/main': 'src/cli/main.ts',
        'engine/journal-writer': 'src/engine/history/journal-writer.ts',
        'desktop/engine-host': 'src/desktop/engine-host.ts',
      },
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name].js',
      },
    },
  },
  ssr: {
    // everything is bundled but the two packages with a native part
    noExternal: true,
    external: ['better-sqlite3', 'node-pty'],
  },
});
