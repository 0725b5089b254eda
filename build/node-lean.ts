import type { Plugin } from 'vite';

/** Texts in packages and what the bundle has in their place. A text that is not there any more fails the build. */
const PATCHES: readonly { readonly file: RegExp; readonly changes: readonly (readonly [string, string])[] }[] = [
  {
    // Thirty calls a message, each of which makes an array and looks whether it is switched on.
    file: /[\\/]mqtt-packet[\\/]parser\.js$/,
    changes: [["require('debug')('mqtt-packet:parser')", '() => {}']],
  },
  {
    // It would make 65,536 buffers with the first packet, 7 MB; beyond lengths of topics a cached number is hardly used twice.
    file: /[\\/]mqtt-packet[\\/]writeToStream\.js$/,
    changes: [
      ["require('debug')('mqtt-packet:writeToStream')", '() => {}'],
      ['let toGenerate = true', 'let toGenerate = false'],
      [
        'return stream.write(numCache[number])',
        'return stream.write(number < 1024 ? (numCache[number] ??= generateNumber(number)) : generateNumber(number))',
      ],
    ],
  },
];

/** `import` of node:http reads all its exports, and with them loads the fetch client; a destructured module does not. */
const HTTP_IMPORT = /^import \{([^}]*)\} from "(node:https?)";$/gm;

/**
 * V8 keeps source text as long as the module, with two bytes for every character as soon as one is beyond Latin 1.
 * An escape means the same in every string, pattern and comment; templates with a tag that reads `raw` are the exception.
 */
const escapeWide = (code: string): string =>
  code.replaceAll(/[\u0100-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Keeps the memory and the time of the start small; the bundle does the same without. */
export function leanBundle(): Plugin {
  return {
    name: 'gatehouse-lean-bundle',
    transform: {
      filter: { id: PATCHES.map(({ file }) => file) },
      handler(code, id) {
        let lean = code;
        for (const { file, changes } of PATCHES) {
          if (!file.test(id)) continue;
          for (const [from, to] of changes) {
            if (lean.split(from).length !== 2) return this.error(`${id} does not have once: ${from}`);
            lean = lean.replace(from, to);
          }
        }
        return { code: lean, map: null };
      },
    },
    // Last of all: what prints the code before would turn the escapes back.
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const late = chunk.code.replaceAll(
          HTTP_IMPORT,
          (_all, names: string, module: string) =>
            `const {${names.replaceAll(' as ', ': ')}} = process.getBuiltinModule("${module}");`,
        );
        chunk.code = escapeWide(late);
      }
    },
  };
}
