import { describe, expect, it } from 'vitest';
import { contractHosts } from '../fakes/functions/contract-host.ts';

const host = contractHosts();

type Files = Readonly<Record<string, string>>;
const PACKAGE = {
  'node_modules/dep/package.json': '{"name":"dep","version":"1.0.0","main":"main.js"}',
  'node_modules/dep/main.js': 'exports.seven = 7;',
};
const ESM_PACKAGE = {
  'node_modules/dep/package.json': '{"name":"dep","version":"1.0.0","type":"module","exports":"./main.js"}',
  'node_modules/dep/main.js': 'export const seven = 7;',
};

/** Every one gives 7. */
const KINDS: readonly (readonly [what: string, files: Files])[] = [
  ['ESM by its name', { 'index.mjs': 'export const handler = () => 7;' }],
  ['CommonJS by its name', { 'index.cjs': 'exports.handler = () => 7;' }],
  ['a .js file that is ESM as it is written', { 'index.js': 'export const handler = () => 7;' }],
  ['a .js file that is CommonJS as it is written', { 'index.js': 'const fs = require("fs"); exports.handler = () => fs && 7;' }],
  ['module.exports', { 'index.js': 'module.exports = { handler() { return 7; } };' }],
  ['type: module', { 'package.json': '{"type":"module"}', 'index.js': 'export const handler = () => 7;' }],
  ['type: commonjs', { 'package.json': '{"type":"commonjs"}', 'index.js': 'exports.handler = () => 7;' }],
  [
    'CommonJS as compilers write it',
    { 'index.js': 'Object.defineProperty(exports, "__esModule", { value: true });\nexports.default = { handler: () => 7 };' },
  ],
  ['TypeScript', { 'index.ts': 'interface E { n: number }\nexport const handler = (event: E): number => 7;' }],
  ['TypeScript that is CommonJS', { 'index.cts': 'const seven: number = 7;\nexports.handler = (): number => seven;' }],
  ['TypeScript that is ESM by its name', { 'index.mts': 'export const handler = (): number => 7;' }],
  ['TypeScript in type: module', { 'package.json': '{"type":"module"}', 'index.ts': 'export const handler = (): number => 7;' }],
  [
    'a .ts file named as it is',
    {
      'index.ts': 'import { seven } from "./lib.ts"; export const handler = () => seven;',
      'lib.ts': 'export const seven: number = 7;',
    },
  ],
  [
    'a .ts file named .js',
    {
      'index.ts': 'import { seven } from "./lib/a.js"; export const handler = () => seven;',
      'lib/a.ts': 'export const seven: number = 7;',
    },
  ],
  [
    'a .mts file named .mjs',
    {
      'index.mts': 'import { seven } from "./a.mjs"; export const handler = () => seven;',
      'a.mts': 'export const seven: number = 7;',
    },
  ],
  [
    'the .js file where there are both',
    {
      'index.ts': 'import { seven } from "./a.js"; export const handler = () => seven;',
      'a.js': 'export const seven = 7;',
      'a.ts': 'export const seven: number = 8;',
    },
  ],
  [
    'a .ts file that is required',
    {
      'index.cts': 'const { seven } = require("./a.cjs"); exports.handler = () => seven;',
      'a.cts': 'exports.seven = 7 as number;',
    },
  ],
  [
    'types only',
    {
      'index.ts': 'import type { E } from "./types.js"; export const handler = (event: E) => 7;',
      'types.ts': 'export interface E { n: number }',
    },
  ],
  [
    'JSON that is imported',
    {
      'index.mjs': 'import config from "./config.json" with { type: "json" }; export const handler = () => config.seven;',
      'config.json': '{"seven":7}',
    },
  ],
  [
    'JSON that is required',
    {
      'index.js': 'const config = require("./config.json"); exports.handler = () => config.seven;',
      'config.json': '{"seven":7}',
    },
  ],
  [
    'top-level await',
    { 'index.mjs': 'const seven = await new Promise((done) => setTimeout(done, 5, 7)); export const handler = () => seven;' },
  ],
  [
    'a dynamic import',
    { 'index.mjs': 'export const handler = async () => (await import("./a.mjs")).seven;', 'a.mjs': 'export const seven = 7;' },
  ],
  [
    'a dynamic import in CommonJS',
    { 'index.cjs': 'exports.handler = async () => (await import("./a.mjs")).seven;', 'a.mjs': 'export const seven = 7;' },
  ],
  [
    'ESM that is required',
    { 'index.cjs': 'const { seven } = require("./a.mjs"); exports.handler = () => seven;', 'a.mjs': 'export const seven = 7;' },
  ],
  [
    'node_modules inside, CommonJS from CommonJS',
    { ...PACKAGE, 'index.js': 'const dep = require("dep"); exports.handler = () => dep.seven;' },
  ],
  [
    'node_modules inside, CommonJS from ESM',
    { ...PACKAGE, 'index.mjs': 'import dep from "dep"; export const handler = () => dep.seven;' },
  ],
  [
    'node_modules inside, ESM from ESM',
    { ...ESM_PACKAGE, 'index.mjs': 'import { seven } from "dep"; export const handler = () => seven;' },
  ],
  [
    'node_modules inside, from TypeScript',
    { ...PACKAGE, 'index.ts': 'import { seven } from "dep"; export const handler = (): number => seven;' },
  ],
  [
    'a module of the task root by its name, as Lambda has it',
    { 'index.js': 'const lib = require("lib/a"); exports.handler = () => lib.seven;', 'lib/a.js': 'exports.seven = 7;' },
  ],
  [
    'files read beside it',
    {
      'index.mjs':
        'import { readFileSync } from "node:fs"; export const handler = () => Number(readFileSync(new URL("./n.txt", import.meta.url), "utf8"));',
      'n.txt': '7',
    },
  ],
  [
    'files read below LAMBDA_TASK_ROOT',
    {
      'index.js': 'exports.handler = () => Number(require("fs").readFileSync(process.env.LAMBDA_TASK_ROOT + "/n.txt", "utf8"));',
      'n.txt': '7',
    },
  ],
];

/** What is supplied; each gives 7. */
const SUPPLIED: readonly (readonly [what: string, files: Files])[] = [
  [
    'gatehouse, imported',
    { 'index.mjs': 'import { publish } from "gatehouse"; export const handler = () => (typeof publish === "function" ? 7 : 0);' },
  ],
  [
    'gatehouse, as a whole',
    {
      'index.mjs':
        'import gatehouse from "gatehouse"; import * as all from "gatehouse"; export const handler = () => (gatehouse.publish === all.publish ? 7 : 0);',
    },
  ],
  [
    'gatehouse, required',
    { 'index.js': 'const { publish } = require("gatehouse"); exports.handler = () => (typeof publish === "function" ? 7 : 0);' },
  ],
  [
    'gatehouse from a package of the function',
    {
      'index.js': 'exports.handler = require("dep").handler;',
      'node_modules/dep/package.json': '{"main":"m.js"}',
      'node_modules/dep/m.js': 'const { state } = require("gatehouse"); exports.handler = () => (state ? 7 : 0);',
    },
  ],
  [
    'gatehouse with its types beside it',
    {
      'index.ts': 'import { publish } from "gatehouse"; export const handler = () => (typeof publish === "function" ? 7 : 0);',
      'node_modules/gatehouse/package.json': '{"types":"index.d.ts"}',
      'node_modules/gatehouse/index.d.ts': 'export {};',
    },
  ],
  [
    'a gatehouse of its own, which wins',
    {
      'index.mjs': 'import { seven } from "gatehouse"; export const handler = () => seven;',
      'node_modules/gatehouse/package.json': '{"type":"module","exports":"./m.js"}',
      'node_modules/gatehouse/m.js': 'export const seven = 7;',
    },
  ],
  [
    'both Greengrass modules, required',
    {
      'index.js':
        'const { envVars } = require("aws-greengrass-common-js"); const Client = require("aws-greengrass-ipc-sdk-js"); exports.handler = () => (envVars.ENCODING_TYPE === "json" && new Client("t") ? 7 : 0);',
    },
  ],
  [
    'both Greengrass modules, imported',
    {
      'index.mjs':
        'import common, { envVars } from "aws-greengrass-common-js"; import Client from "aws-greengrass-ipc-sdk-js"; export const handler = () => (common.envVars === envVars && new Client("t") ? 7 : 0);',
    },
  ],
  [
    'the supplied one even where a package of that name is there',
    {
      'index.js': 'const { envVars } = require("aws-greengrass-common-js"); exports.handler = () => (envVars ? 7 : 0);',
      'node_modules/aws-greengrass-common-js/index.js': 'module.exports = {};',
    },
  ],
];

const FAULTS: readonly (readonly [what: string, files: Files, message: RegExp])[] = [
  [
    'an enum',
    { 'index.ts': 'export const a = 1;\nenum Level { Low }\n' },
    /TypeScript enum is not supported.*const object and a union of texts.*\(index\.ts:2\)$/,
  ],
  [
    'a parameter property',
    { 'index.ts': 'export class A { constructor(readonly a: number) {} }' },
    /parameter property is not supported.*\(index\.ts:1\)$/,
  ],
  [
    'an enum in another file',
    { 'index.ts': 'import "./lib/a.ts";', 'lib/a.ts': '\nenum Level { Low }' },
    /enum is not supported.*\(a\.ts:2\)$/,
  ],
  [
    'a .ts file in type: commonjs',
    { 'package.json': '{"type":"commonjs"}', 'index.ts': 'export const handler = (e: string) => e;' },
    /package\.json says "type": "commonjs" \(npm init writes it\).*call the file \.mts \(index\.ts:1\)$/,
  ],
  [
    'a .js file in type: commonjs',
    { 'package.json': '{"type":"commonjs"}', 'index.js': 'import fs from "node:fs";' },
    /says "type": "commonjs".*call the file \.mjs \(index\.js:1\)$/,
  ],
  [
    'an import in a .cjs file',
    { 'index.cjs': 'import fs from "node:fs";' },
    /a \.cjs file is CommonJS.*call the file \.mjs \(index\.cjs:1\)$/,
  ],
  [
    'TypeScript in a package',
    {
      'index.mjs': 'import "dep";',
      'node_modules/dep/package.json': '{"exports":"./a.ts"}',
      'node_modules/dep/a.ts': 'export {};',
    },
    /node_modules.*have to be JavaScript/,
  ],
  ['a package that is missing', { 'index.mjs': 'import "lost";' }, /Cannot find package 'lost' imported from index\.mjs/],
  ['a .js file that is missing', { 'index.ts': 'import "./lost.js";' }, /Cannot find module '?lost\.js/],
  ['no such export', { 'index.js': 'exports.main = () => {};' }, /^index\.js has no export "handler"; it exports "main"$/],
  [
    'no such export in a nested object',
    { 'index.mjs': 'export const main = {};' },
    /^index\.mjs has no export "handler"; it exports "main"$/,
  ],
];

describe.each(['thread', 'process'] as const)('modules in a %s', (isolation) => {
  it.each([...KINDS, ...SUPPLIED])('%s', async (_what, files) => {
    const made = await host({ isolation, files });
    expect(made.runner.view().lastError?.message).toBeUndefined();
    expect(await made.result()).toBe(7);
  });

  it.each(FAULTS)('%s parks it with words that help', async (_what, files, message) => {
    const made = await host({ isolation, files });
    const { state, lastError } = made.runner.view();
    expect(state).toBe('parked');
    expect(lastError?.code).toBe('function/load-failed');
    expect(lastError?.message).toMatch(message);
    expect(lastError?.message).not.toContain(made.directory);
  });

  it('leaves a long-lived function without a handler alone', async () => {
    const files = { 'index.mjs': 'setInterval(() => {}, 1000);' };
    const made = await host({ isolation, files, config: { lifetime: 'long-lived' } });
    expect(made.runner.view().state).toBe('running');
    expect(await made.result()).toBeNull();
  });
});
