/**
 * Modules that the gateway supplies to functions, found by name from any file of theirs, `require` and `import` alike: through
 * `module.registerHooks` in the instance (proved in threads and under `--permission`), not through files on NODE_PATH, so that nothing
 * has to lie on the disk. A function's own module of the same name wins only for `gatehouse` (so that its types package may be there).
 */
export type SuppliedName = 'aws-greengrass-common-js' | 'aws-greengrass-ipc-sdk-js' | 'gatehouse';

export interface Supplied {
  /** What `require` gives; for `gatehouse` also the named exports. */
  readonly modules: Readonly<Record<SuppliedName, object>>;
}

/** Installs the hooks; once per instance, before any code of the function. Also lets `./x.js` find `x.ts` where no `x.js` is. */
export type InstallSupplied = (supplied: Supplied) => void;
