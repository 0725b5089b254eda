import type { Plugin } from 'vite';

const OWN_REQUIRE = /\b(?:const|let|var)\s+require\s*(?::[^=\n]*)?=\s*createRequire\(import\.meta\.url\);/;

/**
 * Source code loads a package late by `const require = createRequire(import.meta.url)` and `require('x')`. A bundler takes
 * that `require` for a function of the module's own and leaves the package out, so that an installed gateway lacks it.
 * Without the declaration it is the bundler's: the package is in the bundle, and still runs only when it is first required.
 */
export function bundledRequire(): Plugin {
  return {
    name: 'gatehouse-bundled-require',
    transform: {
      filter: { code: /createRequire\s*\(/, id: { include: /\.ts$/, exclude: /node_modules/ } },
      handler(code, id) {
        const bundled = code.replace(OWN_REQUIRE, '');
        if (/createRequire\s*\(/.test(bundled)) {
          return this.error(`${id} uses createRequire in another way than \`const require = createRequire(import.meta.url);\``);
        }
        return { code: bundled, map: null };
      },
    },
  };
}
