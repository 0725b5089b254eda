import { GatewayError } from '../../core/base/errors.ts';
import type { Documents, StoredVersion } from '../../core/store/documents.ts';

export interface MemoryDocuments extends Documents {
  readonly versions: StoredVersion[];
  /** The next call of this method rejects with the cause. */
  failNext(method: 'add' | 'setRunning' | 'setFailed' | 'list', cause: Error): void;
}

/** Deployment versions in memory, in the place of the store. */
export function createMemoryDocuments(): MemoryDocuments {
  const versions: StoredVersion[] = [];
  const failures = new Map<string, Error>();
  function check(method: string): void {
    const cause = failures.get(method);
    failures.delete(method);
    if (cause) throw cause;
  }
  function mark(version: number, state: StoredVersion['state']): void {
    const at = versions.findIndex((one) => one.version === version);
    const known = versions[at];
    if (!known) throw new GatewayError('document/not-found', `There is no version ${version} of the deployment.`);
    versions[at] = { ...known, state };
  }
  return {
    versions,
    failNext: (method, cause) => void failures.set(method, cause),
    async list() {
      check('list');
      return versions.toReversed().map(({ text: _text, files: _files, ...rest }) => rest);
    },
    get: async (version) => versions.find((one) => one.version === version) ?? null,
    running: async () => versions.find((one) => one.state === 'running') ?? null,
    async add(version) {
      check('add');
      const number = 1 + Math.max(0, ...versions.map((one) => one.version));
      versions.push({ ...version, version: number, state: 'previous' });
      return number;
    },
    async restore(version) {
      if (!versions.some((one) => one.version === version.version)) versions.push({ ...version, state: 'previous' });
      for (const one of versions) if (one.state === 'running') mark(one.version, 'previous');
      mark(version.version, 'running');
    },
    async setRunning(version) {
      check('setRunning');
      for (const one of versions) if (one.state === 'running') mark(one.version, 'previous');
      mark(version, 'running');
    },
    async setFailed(version) {
      check('setFailed');
      mark(version, 'failed');
    },
  };
}
