import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describe } from '../core/base/errors.ts';
import { bundle, isStale, measure, type Part } from './bundle.ts';
import { layoutOf, projectRoot } from './layout.ts';

/** `node build/build.ts [--renderer] [--node] [--if-stale]`: without a part all are built, side by side. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { renderer: { type: 'boolean' }, node: { type: 'boolean' }, 'if-stale': { type: 'boolean' } },
  });
  const layout = layoutOf(projectRoot);
  const all: readonly Part[] = ['renderer', 'node'];
  const asked = all.filter((part) => values[part] ?? (values.renderer === undefined && values.node === undefined));
  const parts = asked.filter((part) => values['if-stale'] !== true || isStale(layout, part));
  const began = performance.now();
  const results = await Promise.allSettled(parts.map((part) => bundle(layout, part)));
  for (const [index, result] of results.entries()) {
    if (result.status === 'rejected') {
      process.exitCode = 1;
      console.error(`build of ${parts[index]} failed: ${describe(result.reason)}`);
    }
  }
  if (process.exitCode === 1) return;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  for (const folder of parts.flatMap((part) => (part === 'node' ? ['core', 'electron'] : [part]))) {
    const { files, bytes } = measure(join(layout.dist, folder));
    console.log(`dist/${folder}: ${files} files, ${Math.round(bytes / 1024)} kB`);
  }
  console.log(parts.length === 0 ? 'build: up to date' : `build: ${seconds} s`);
}

await main();
