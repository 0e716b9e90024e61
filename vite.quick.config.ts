import { defineConfig, type Plugin } from 'vite';

/**
 * `import … from 'node:fs'` as a module runs every getter of that module to fill its namespace, which loads promises,
 * streams and more of Node: 15 ms. Asked for by a call, a part of Node is loaded and nothing else.
 */
function takeNodeModulesByCall(): Plugin {
  return {
    name: 'take-node-modules-by-call',
    renderChunk: (code) => ({ code: code.replace(NODE_IMPORT, asCall), map: null }),
  };
}

const NODE_IMPORT = /^import \{([^}]*)\} from "(node:[\w/]+)";$/gm;

function asCall(_whole: string, names: string, module: string): string {
  return `const {${names.replaceAll(' as ', ': ')}} = globalThis.process.getBuiltinModule("${module}");`;
}

// The start of `sallyport sandbox`, in one file that holds what it runs and nothing else.
export default defineConfig({
  plugins: [takeNodeModulesByCall()],
  build: {
    ssr: true,
    target: 'node22',
    outDir: 'out',
    emptyOutDir: false,
    minify: false,
    sourcemap: false,
    rolldownOptions: {
      input: { 'quick/plan-sandbox': 'src/cli/plan-sandbox.ts' },
      treeshake: { moduleSideEffects: (id) => !id.startsWith('node:') && !id.includes('node_modules') },
      output: { format: 'es', entryFileNames: '[name].js', codeSplitting: false },
    },
  },
  ssr: { noExternal: true, external: ['better-sqlite3', 'node-pty'] },
});
