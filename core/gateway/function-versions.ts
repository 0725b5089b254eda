import { z } from 'zod';
import type { Logger } from '../base/log.ts';
import { FunctionCode } from '../contract/document/functions.ts';
import type { FunctionVersionView } from '../contract/function-views.ts';
import type { Artifact } from '../deploy/artifact-store.ts';
import type { DeployEngine } from '../deploy/engine.ts';
import { parseText } from '../deploy/parse-text.ts';
import { codeFacts } from '../deploy/read-code.ts';
import type { Documents, StoredVersion } from '../store/documents.ts';

/** How many deployments back are looked at. */
const SEARCHED = 50;
/** A longer document is passed over: reading it would hold up the gateway. */
const MAX_TEXT = 1_048_576;

/** Of an old document no more than this is read: it may be one that this software would refuse by now. */
const Named = z.looseObject({ functions: z.array(z.looseObject({ name: z.string(), code: FunctionCode })).default([]) });

function codesOf({ text, files }: StoredVersion): ReadonlyMap<string, Artifact> {
  const parsed = text.length > MAX_TEXT ? null : parseText(text);
  const document = parsed?.ok ? Named.safeParse(parsed.value) : null;
  return new Map((document?.data?.functions ?? []).map(({ name, code }) => [name, codeFacts(code, files)]));
}

/**
 * Which code of a function ran since when: one row for each deployment that brought another code, newest first. The documents are
 * read from disk once somebody asks, one after the other, and what was found is kept; until then there are fewer rows.
 */
export function createFunctionVersions(deps: {
  readonly documents: Pick<Documents, 'get'>;
  readonly engine: Pick<DeployEngine, 'versions' | 'onChanged'>;
  readonly log: Logger;
}): (name: string) => readonly FunctionVersionView[] {
  const known = new Map<number, ReadonlyMap<string, Artifact>>();
  let reading = false;
  let failed = false;
  // After a fault it is tried again with the next deployment, not with every look.
  deps.engine.onChanged(() => {
    failed = false;
  });
  const searched = () =>
    deps.engine
      .versions()
      .filter((one) => one.state !== 'failed')
      .slice(0, SEARCHED);

  async function read(): Promise<void> {
    for (const { version } of searched()) {
      if (known.has(version)) continue;
      const stored = await deps.documents.get(version);
      known.set(version, stored ? codesOf(stored) : new Map());
    }
    const kept = new Set(searched().map((one) => one.version));
    for (const version of known.keys()) if (!kept.has(version)) known.delete(version);
  }
  function look(): void {
    if (reading || failed || searched().every((one) => known.has(one.version))) return;
    reading = true;
    read()
      .catch((cause: unknown) => {
        failed = true;
        deps.log.warn('deploy.versions-not-read', { cause });
      })
      .finally(() => {
        reading = false;
      });
  }
  return (name) => {
    look();
    const rows: FunctionVersionView[] = [];
    let before: string | undefined;
    for (const { version, appliedAt, by, state } of [...searched()].reverse()) {
      const code = known.get(version)?.get(name);
      if (code && code.hash !== before)
        rows.push({ id: `${name}/${version}`, function: name, version, ...code, appliedAt, by, running: false });
      before = code?.hash;
      const last = rows.at(-1);
      if (last && code && state === 'running') rows[rows.length - 1] = { ...last, running: true };
    }
    return rows.reverse();
  };
}
