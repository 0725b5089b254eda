import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { layoutOf, projectRoot } from '../../../build/layout.ts';
import { nodeConfig } from '../../../build/vite.node.ts';

const HOST = fileURLToPath(new URL('./host.ts', import.meta.url));

/** Bundles the host as the gateway is bundled, with its thread and process entries beside it: cold start and memory are those of an installed one. */
export async function bundledHost(): Promise<string> {
  const dist = join(projectRoot, '.cache/bench/functions');
  rmSync(dist, { recursive: true, force: true });
  const config = nodeConfig(layoutOf(projectRoot, dist));
  await build({
    ...config,
    logLevel: 'warn',
    build: {
      ...config.build,
      rolldownOptions: { ...config.build?.rolldownOptions, input: { 'core/host': HOST } },
    },
  });
  writeFileSync(join(dist, 'package.json'), '{ "private": true, "type": "module" }\n');
  return join(dist, 'core/host.js');
}
