import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { InlineConfig } from 'vite';
import { type Layout, layoutOf, projectRoot } from './layout.ts';

const GATEHOUSE_PORT = 8090;

/**
 * The console. The output runs under `default-src 'self'` with no inline script, style or data address:
 * nothing is inlined, and the module preload polyfill (an inline script) is left out.
 */
export function rendererConfig(layout: Layout): InlineConfig {
  const port = Number(process.env['GATEHOUSE_PORT'] ?? GATEHOUSE_PORT);
  return {
    configFile: false,
    root: join(layout.root, 'renderer'),
    cacheDir: join(projectRoot, '.cache/vite'),
    base: '/',
    plugins: [react()],
    build: {
      outDir: join(layout.dist, 'renderer'),
      emptyOutDir: true,
      target: 'chrome130',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      sourcemap: false,
      chunkSizeWarningLimit: 1024,
      reportCompressedSize: false,
    },
    server: {
      host: '127.0.0.1',
      // The console's calls go to a gateway that runs beside the development server: `npm start -- --port 8090`.
      // The gateway lets in its own host and origin only, so both are rewritten.
      proxy: { '/api': { target: `http://127.0.0.1:${port}`, ws: true, changeOrigin: true, rewriteWsOrigin: true } },
    },
  };
}

export default rendererConfig(layoutOf(projectRoot));
