import { builtinModules } from 'node:module';
import { join } from 'node:path';
import type { InlineConfig } from 'vite';
import { type Layout, nodeInputs, projectRoot } from './layout.ts';
import { leanBundle } from './node-lean.ts';
import { bundledRequire } from './node-require.ts';
import { entryPoints, nodeWorkers } from './node-workers.ts';

/** Not bundled: Node's own modules, Electron, and packages with native code or with files that they look for on the disk. */
export const EXTERNAL: readonly (string | RegExp)[] = [
  /^node:/,
  ...builtinModules,
  'electron',
  'better-sqlite3',
  '@serialport/bindings-cpp',
  'x11',
  'usocket',
  'onnxruntime-node',
  'bufferutil',
  'utf-8-validate',
];

const common = (layout: Layout): InlineConfig => ({
  configFile: false,
  root: layout.root,
  cacheDir: join(projectRoot, '.cache/vite'),
  publicDir: false,
  ssr: { noExternal: true },
});

/**
 * Core and Electron's main process in one build, so that both use the same chunks: `core/{headless,cli,*.worker}.js`,
 * shared and lazily loaded code flat in `core/`, and `electron/main.js`. ES modules, not minified: stack traces stay readable.
 */
export function nodeConfig(layout: Layout): InlineConfig {
  const inputs = nodeInputs(layout);
  return {
    ...common(layout),
    plugins: [bundledRequire(), nodeWorkers(layout), entryPoints(inputs), leanBundle()],
    build: {
      ssr: true,
      outDir: layout.dist,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      rolldownOptions: {
        input: inputs,
        external: [...EXTERNAL],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'core/[name]-[hash].js' },
      },
    },
  };
}

/** The preload: one CommonJS file, because a sandboxed preload cannot be an ES module and can require nothing but electron. */
export function preloadConfig(layout: Layout): InlineConfig {
  return {
    ...common(layout),
    build: {
      ssr: true,
      outDir: join(layout.dist, 'electron'),
      emptyOutDir: false,
      target: 'chrome130',
      minify: false,
      sourcemap: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { preload: join(layout.root, 'electron/preload.ts') },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: 'preload.cjs', codeSplitting: false },
      },
    },
  };
}
