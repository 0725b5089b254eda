import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';

/** What helps with a fault of loading, where Node's own words do not; else empty. `file` is where it stumbled. */
export async function loadHint(thrown: Error, file: string): Promise<string> {
  const code = 'code' in thrown ? thrown.code : undefined;
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return ': types are only taken away, so write what can be taken away (a const object and a union of texts for an enum, plain fields for parameter properties, a module for a namespace) or compile the code first';
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return ': packages in node_modules have to be JavaScript; compile it first';
  if (!/import statement|'export'|'import\.meta'|await is only valid/.test(thrown.message)) return '';
  const ending = extname(file);
  if (ending === '.cjs' || ending === '.cts')
    return `: a ${ending} file is CommonJS; use require and exports, or call the file ${ending.replace('c', 'm')}`;
  const manifest = await commonJsManifest(dirname(file));
  if (manifest === undefined) return '';
  return `: ${manifest} says "type": "commonjs" (npm init writes it), so ${basename(file)} is taken for CommonJS; say "type": "module" there, or call the file ${ending.replace('.', '.m')}`;
}

/** The nearest package.json, when it says that files are CommonJS. */
async function commonJsManifest(directory: string): Promise<string | undefined> {
  const path = join(directory, 'package.json');
  try {
    const manifest: unknown = JSON.parse(await readFile(path, 'utf8'));
    const says = typeof manifest === 'object' && manifest !== null && 'type' in manifest ? manifest.type : undefined;
    return says === 'commonjs' ? path : undefined;
  } catch {
    const above = dirname(directory); // none here, or one that may not be read
    return above === directory ? undefined : commonJsManifest(above);
  }
}

/** Node's type stripper parses the whole language and, other than the module loader, says where it stumbled. */
export async function findSyntaxFault(path: string): Promise<{ readonly number: string; readonly excerpt: string } | undefined> {
  const source = await readFile(path, 'utf8').catch(() => '');
  const { emitWarning } = process;
  process.emitWarning = () => {}; // that the stripper is experimental helps nobody who reads the function's log
  try {
    stripTypeScriptTypes(source);
  } catch (cause) {
    const found = /^[^\n]*:(\d+)\n([\s\S]{1,500}?\^)/.exec(cause instanceof Error ? (cause.stack ?? '') : '');
    if (found?.[1] && found[2]) return { number: found[1], excerpt: found[2] };
  } finally {
    process.emitWarning = emitWarning;
  }
  return undefined;
}
