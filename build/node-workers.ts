import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Plugin } from 'vite';
import type { Layout } from './layout.ts';

const ADDRESS = /new URL\(\s*(['"`])(\.{1,2}\/[^'"`$]*)\1\s*,\s*import\.meta\.url\s*\)/g;
const THREAD = /\.(worker|child)\.ts$/;
const LEFT_OVER = /[^\n]{0,60}\.(?:worker|child)\.ts['"`][^\n]{0,40}/;

/** In an installed desktop app a module may be loaded through the archive, but threads and other programs cannot look into it. */
const UNPACKED = "import.meta.url.replace('/app.asar/', '/app.asar.unpacked/')";

const posix = (path: string): string => path.split(sep).join('/');
const isInside = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);

/**
 * Where a file that source code names relative to itself lies once the code is in the flat folder `dist/core`:
 * files beside the sources keep their place below core, built files and package.json are looked up in dist.
 * Undefined when it would not be there in an installed gateway.
 */
export function placeOfFile(layout: Layout, target: string): string | undefined {
  const core = join(layout.root, 'core');
  const dist = join(layout.root, 'dist');
  if (isInside(target, core)) return `./${posix(relative(core, target))}`;
  if (isInside(target, dist)) return posix(relative(join(dist, 'core'), target));
  if (target === join(layout.root, 'package.json')) return '../package.json';
  return undefined;
}

/**
 * Bundlers leave `new URL('./x.worker.ts', import.meta.url)` as it is, so that the bundle would look for a source file.
 * This makes each thread entry (`*.worker.ts`, and `*.child.ts` for child processes) a bundle of its own beside the
 * code that starts it, and moves the addresses of other files to where the build copies them.
 */
export function nodeWorkers(layout: Layout): Plugin {
  const entries = new Map<string, string>();
  return {
    name: 'gatehouse-node-workers',
    buildStart: () => entries.clear(),
    transform: {
      filter: { code: /import\.meta\.url/, id: { exclude: /node_modules/ } },
      handler(code, id) {
        const emit = (target: string): string => {
          const fileName = `${basename(target, '.ts')}.js`;
          const other = entries.get(fileName);
          if (other !== undefined && other !== target)
            this.error(`Two thread entries have the name ${fileName}: ${other}, ${target}`);
          if (!existsSync(target)) this.error(`${id} starts ${target}, which does not exist`);
          if (other === undefined) this.emitFile({ type: 'chunk', id: target, fileName: `core/${fileName}` });
          entries.set(fileName, target);
          return `./${fileName}`;
        };
        const moved = code.replace(ADDRESS, (_all, _quote, spec: string) => {
          const target = resolve(dirname(id), spec);
          if (THREAD.test(spec)) return `new URL('${emit(target)}', ${UNPACKED})`;
          if (spec.endsWith('.ts') && !spec.endsWith('.d.ts'))
            this.error(`${id} names the source file ${spec}; thread entries end in .worker.ts`);
          const place = placeOfFile(layout, target);
          if (place === undefined)
            this.error(`${id} names ${spec}, which is outside core and dist: an installed gateway lacks it`);
          return `new URL('${place}${spec.endsWith('/') && !place.endsWith('/') ? '/' : ''}', ${UNPACKED})`;
        });
        return moved === code ? null : { code: moved, map: null };
      },
    },
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const left = LEFT_OVER.exec(chunk.code);
        if (left) this.error(`${chunk.fileName} still names a thread entry by its source: ${left[0].trim()}`);
        for (const fileName of entries.keys()) {
          if (chunk.code.includes(`new URL("./${fileName}"`) || chunk.code.includes(`new URL('./${fileName}'`)) {
            if (dirname(chunk.fileName) !== 'core')
              this.error(`${chunk.fileName} starts ${fileName} but is not beside it in core/`);
          }
        }
      }
    },
  };
}

const ENTRY_MODULE = '\0gatehouse-entry';

/**
 * `import.meta.main` asks whether this *file* was started, which is wrong as soon as an entry point shares a bundle
 * with another. In entry points it becomes: was the bundle of that name started? Links to the bundle are followed.
 */
export function entryPoints(inputs: Readonly<Record<string, string>>): Plugin {
  const names = new Map(Object.entries(inputs).map(([name, source]) => [source, `${basename(name)}.js`]));
  return {
    name: 'gatehouse-entry-points',
    resolveId: (id) => (id === ENTRY_MODULE ? id : null),
    load: (id) =>
      id === ENTRY_MODULE
        ? [
            "import { realpathSync } from 'node:fs';",
            "import { basename } from 'node:path';",
            'export function wasStarted(name) {',
            '  try { return basename(realpathSync(process.argv[1] ?? "")) === name; } catch { return false; }',
            '}',
          ].join('\n')
        : null,
    transform: {
      filter: { code: /import\.meta\.main/ },
      handler(code, id) {
        const name = names.get(id);
        if (name === undefined) return this.error(`${id} uses import.meta.main but is not an entry point of the build`);
        const head = `import { wasStarted as wasStarted$ } from '${ENTRY_MODULE}';`;
        return { code: `${head}${code.replaceAll('import.meta.main', `wasStarted$('${name}')`)}`, map: null };
      },
    },
  };
}
