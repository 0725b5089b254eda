import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Layout, layoutOf, projectRoot } from '../../build/layout.ts';

const FILES: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "stand-in", "version": "9.8.7", "type": "module" }',
  'core/base/errors.ts': 'export class Fault extends Error {}',
  'core/contract/wire.ts': 'export type Frame = string;',
  'core/work/sum.worker.ts': [
    "import { parentPort } from 'node:worker_threads';",
    "import { Fault } from '../base/errors.ts';",
    "parentPort?.on('message', (n: number) => { if (n < 0) throw new Fault('negative'); parentPort?.postMessage(n + 1); parentPort?.close(); });",
  ].join('\n'),
  'core/work/pool.ts': [
    "import { Worker } from 'node:worker_threads';",
    "const thread = (): Worker => new Worker(new URL('./sum.worker.ts', import.meta.url));",
    'export const sum = (n: number): Promise<number> => new Promise((resolve, reject) => {',
    "  const worker = thread(); worker.once('message', resolve); worker.once('error', reject); worker.postMessage(n);",
    '});',
  ].join('\n'),
  'core/demo/site/handler.mjs': 'export const handler = () => 42;',
  'core/demo/demo.ts': [
    "import { createRequire } from 'node:module';",
    "import { readFileSync } from 'node:fs';",
    'const require = createRequire(import.meta.url);',
    "export const late = (): number => require('yaml').parse('[7]')[0];",
    "const site = new URL('./site/', import.meta.url);",
    "export const code = (): string => readFileSync(new URL('handler.mjs', site), 'utf8');",
    "export const version = (): string => JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;",
    "export const page = (): string => new URL('../../dist/renderer/', import.meta.url).pathname;",
  ].join('\n'),
  'core/main.ts': [
    "import { Fault } from './base/errors.ts';",
    "import { sum } from './work/pool.ts';",
    'export async function startGateway(): Promise<unknown> {',
    "  const demo = await import('./demo/demo.ts');",
    '  return { sum: await sum(41), code: demo.code(), version: demo.version(), page: demo.page(), late: demo.late(), Fault: Fault.name };',
    '}',
    'if (import.meta.main) console.log(JSON.stringify({ headless: await startGateway() }));',
  ].join('\n'),
  'core/cli/main.ts': [
    "if (import.meta.main) { const core = await import('../main.ts'); console.log(JSON.stringify({ cli: typeof core.startGateway })); }",
  ].join('\n'),
  'electron/main.ts': [
    "import { Fault } from '../core/base/errors.ts';",
    "import { startGateway } from '../core/main.ts';",
    'console.log(JSON.stringify({ electron: await startGateway(), same: Fault.name }));',
  ].join('\n'),
  'electron/preload.ts': "import { contextBridge } from 'electron';\ncontextBridge.exposeInMainWorld('gatehouse', {});",
  'renderer/index.html':
    '<!doctype html><html lang="en"><head><title>x</title></head><body><div id="root"></div><script type="module" src="/main.tsx"></script></body></html>',
  'renderer/style.css': 'body { background: url("./dot.svg"); }',
  'renderer/dot.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'renderer/main.tsx': [
    "import './style.css';",
    "import { createRoot } from 'react-dom/client';",
    "const root = document.getElementById('root');",
    'if (root) createRoot(root).render(<p>ready</p>);',
  ].join('\n'),
};

export interface StandIn {
  readonly layout: Layout;
  write(path: string, text: string): void;
  remove(): void;
}

/** A small project with the real one's shape in a temporary folder, so that the build is tested alone. */
export function standInSources(extra: Readonly<Record<string, string>> = {}): StandIn {
  const root = mkdtempSync(join(tmpdir(), 'gatehouse-build-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries({ ...FILES, ...extra })) write(path, text);
  mkdirSync(join(root, 'build'));
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  return { layout: layoutOf(root), write, remove: () => rmSync(root, { recursive: true, force: true }) };
}
