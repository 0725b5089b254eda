import { GatewayError } from '../base/errors.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { CrossFault } from './cross-fault.ts';
import { candidates, placeInPackage } from './handler-place.ts';
import { type CodeFiles, codeKey, packageOf } from './read-code.ts';

/** Names that a technician looks for first. */
function shown(names: readonly string[]): string {
  const own = names.filter((name) => !name.includes('node_modules/')).slice(0, 8);
  return own.length === 0
    ? 'It has no code of its own.'
    : `It has: ${own.join(', ')}${own.length < names.length ? ', ...' : ''}.`;
}

/** Handlers whose file is not in the package. Rejects with `function/package-bad` for a package that is not here. */
export async function packageFaults(
  document: SiteDocument,
  files: CodeFiles,
  artifacts: ArtifactStore,
): Promise<readonly CrossFault[]> {
  const faults: CrossFault[] = [];
  for (const [i, { name, code, handler }] of document.functions.entries()) {
    if ('inline' in code || 'file' in code) continue;
    const known = packageOf(files[codeKey(code) ?? ''] ?? '');
    if (known === null) throw new GatewayError('function/package-bad', `The package of function "${name}" is not known.`);
    const names = await artifacts.names(known.hash);
    const there = new Set(names);
    if (placeInPackage(handler, (file) => there.has(file)) !== null) continue;
    faults.push({
      path: ['functions', i, 'handler'],
      message: `The package of function "${name}" has no file for the handler "${handler}".`,
      remedy: `Looked for ${candidates(handler).join(', ')}. ${shown(names)}`,
    });
  }
  return faults;
}
