import { registerHooks } from 'node:module';
import type { InstallSupplied, Supplied, SuppliedName } from './supplied.ts';

/** Address of a supplied module; `#import` behind it: as an ES module with named exports. */
const SCHEME = 'gatehouse:';
const AS_MODULE = '#import';
/** Where the text of the modules finds what they export: no import can reach an object of the gateway's own files. */
const KEY = 'gatehouse.supplied';
const NAMES: readonly SuppliedName[] = ['aws-greengrass-common-js', 'aws-greengrass-ipc-sdk-js', 'gatehouse'];
const NOT_FOUND = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);
const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/;

const supplied = (name: string): name is SuppliedName => NAMES.some((one) => one === name);
const notFound = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && NOT_FOUND.has(thrown.code);

/** `./x.js` as TypeScript sources name `./x.ts`. */
function typescriptName(specifier: string): string | undefined {
  const found = /^(\.{1,2}\/.+\.|file:.+\.)([cm]?)js$/.exec(specifier);
  return found ? `${found[1]}${found[2]}ts` : undefined;
}

/** Text of a module that gives on what is supplied under `name`. */
function sourceOf(name: SuppliedName, asModule: boolean, modules: Supplied['modules']): string {
  const value = `globalThis[Symbol.for(${JSON.stringify(KEY)})](${JSON.stringify(name)})`;
  if (!asModule) return `module.exports = ${value};`;
  const names = Object.keys(modules[name]).filter((key) => PLAIN_NAME.test(key) && key !== 'default');
  const lines = names.map((key, index) => `const v${index} = all[${JSON.stringify(key)}];\nexport { v${index} as ${key} };`);
  return [`const all = ${value};`, 'export default all;', ...lines].join('\n');
}

/** See `InstallSupplied`. A supplied module is looked at when a function loads it, not before: it may be made then. */
export const installSupplied: InstallSupplied = ({ modules }) => {
  Object.defineProperty(globalThis, Symbol.for(KEY), { value: (name: SuppliedName) => modules[name] });
  registerHooks({
    resolve(specifier, context, next) {
      if (supplied(specifier)) {
        try {
          if (specifier === 'gatehouse') return next(specifier, context);
        } catch {
          // no such module of its own, or one with types only
        }
        const asModule = context.conditions.includes('import');
        return {
          url: `${SCHEME}${specifier}${asModule ? AS_MODULE : ''}`,
          format: asModule ? 'module' : 'commonjs',
          shortCircuit: true,
        };
      }
      try {
        return next(specifier, context);
      } catch (thrown) {
        const other = notFound(thrown) ? typescriptName(specifier) : undefined;
        if (other === undefined) throw thrown;
        try {
          return next(other, context);
        } catch (again) {
          throw notFound(again) ? thrown : again; // the name that the function's file says
        }
      }
    },
    load(url, context, next) {
      if (!url.startsWith(SCHEME)) return next(url, context);
      const asModule = url.endsWith(AS_MODULE);
      const name = url.slice(SCHEME.length, asModule ? -AS_MODULE.length : undefined);
      if (!supplied(name)) return next(url, context);
      return { format: asModule ? 'module' : 'commonjs', source: sourceOf(name, asModule, modules), shortCircuit: true };
    },
  });
};
