import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'electron-vite';

const PAGES = 'src/pages';
/** The page is also served to browsers, which need not be as new as Electron's. */
const OLDEST_BROWSER = 'es2023';

const pages: UserConfig['renderer'] = {
  root: PAGES,
  plugins: [react()],
  build: {
    emptyOutDir: false,
    minify: true,
    sourcemap: false,
    target: OLDEST_BROWSER,
    // fonts and pictures as files: the policy of the page allows data: for pictures only
    assetsInlineLimit: 0,
    // the page comes from this machine; what it may weigh is measured compressed, by the bench
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: { web: `${PAGES}/web.html`, desktop: `${PAGES}/desktop.html` },
    },
  },
};

// The desktop shell, and the page, which is one for the shell and for the web host. As vite.node.config.ts does, each
// part goes one level below out/, and files of the last build stay until build/bundle.mjs removes them.
export default defineConfig({
  main: {
    build: {
      emptyOutDir: false,
      minify: false,
      sourcemap: true,
      // bundled is everything but Electron itself
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/desktop/main.ts' },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
      },
    },
  },
  preload: {
    build: {
      emptyOutDir: false,
      minify: false,
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: 'src/desktop/preload.ts' },
        // a sandboxed preload is loaded as CommonJS, alone
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: pages,
});
