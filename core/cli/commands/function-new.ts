import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GatewayError } from '../../base/errors.ts';
import { Id } from '../../contract/document/common.ts';
import { EXIT, type ExitCode } from '../output.ts';
import type { Context } from './command.ts';

export const TEMPLATES = ['message', 'long-lived', 'scheduled'] as const;
export type Template = (typeof TEMPLATES)[number];

/** Sources carry this ending, so that neither bundler nor type checker takes them for code of the gateway. */
const ENDING = '.tpl';
const root = (): string => fileURLToPath(new URL('../templates/', import.meta.url));
const types = (): string => fileURLToPath(new URL('../../functions/sdk/gatehouse.d.ts', import.meta.url));

/** `.gitignore` has another name in the templates: there it would hide files of ours. */
const nameOf = (file: string): string => file.slice(0, -ENDING.length).replace(/^gitignore$/, '.gitignore');

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ENDING))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));
}

async function place(from: string, to: string, name: string): Promise<string[]> {
  const made: string[] = [];
  for (const file of await filesOf(from)) {
    const target = join(to, nameOf(file));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, (await readFile(join(from, file), 'utf8')).replaceAll('{{name}}', name));
    made.push(nameOf(file));
  }
  return made;
}

/** `gatehouse function new <name>`: a folder with a function in TypeScript that runs, its types, an event and its part of the document. */
export async function newFunction(
  { output }: Context,
  options: { readonly name: string; readonly template: Template; readonly dir: string | undefined },
): Promise<ExitCode> {
  const { name, template } = options;
  const checked = Id.safeParse(name);
  if (!checked.success)
    throw new GatewayError('cli/bad-input', `the name "${name}": ${checked.error.issues[0]?.message ?? 'is wrong'}`);
  const folder = resolve(options.dir ?? name);
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0) throw new GatewayError('cli/bad-input', `${folder} is not empty; name another folder with --dir`);
  await mkdir(folder, { recursive: true });
  const files = [
    ...(await place(join(root(), 'common/'), folder, name)),
    ...(await place(join(root(), `${template}/`), folder, name)),
    'gatehouse.d.ts',
  ].sort();
  await writeFile(join(folder, 'gatehouse.d.ts'), await readFile(types()));
  if (output.json) output.line(JSON.stringify({ name, folder, template, files }));
  else {
    output.line(`Made ${folder}: ${files.join(', ')}.`);
    output.note(`Try it: cd ${folder} && gatehouse function run --event events/sample.json`);
  }
  return EXIT.ok;
}
