import type { Clock } from '../base/clock.ts';
import { createEmitter } from '../base/emitter.ts';
import { describe, GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { ChangeView, DeploymentView, DocumentFault } from '../contract/views.ts';
import type { Documents, StoredVersion } from '../store/documents.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { checkInBackground } from './background-check.ts';
import { diffDocuments } from './diff.ts';
import { pathText } from './document-path.ts';
import { packageFaults } from './package-check.ts';
import { codeKey, codeRefs, hashVersion, packageOf, readCode } from './read-code.ts';
import type { RunningCopy } from './running-copy.ts';
import { createStage, type FunctionEntry } from './stage.ts';

export interface EngineDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly documents: Documents;
  /** Packages of functions; those of the versions that can be gone back to are kept. */
  readonly artifacts: ArtifactStore;
  /** Folder for the staged code of each version. */
  readonly stageRoot: string;
  /** Folders that are searched for code files of a document that comes without a folder of its own. */
  readonly codeFolders: readonly string[];
  /** Where the running version is kept outside the database, and who is told when it was needed. */
  readonly copy?: RunningCopy;
  readonly onRestored?: (message: string) => void;
  switchTo(document: SiteDocument, entries: ReadonlyMap<string, FunctionEntry>, codeOf: (name: string) => string): Promise<void>;
}

export interface ApplyOptions {
  readonly by: string;
  readonly note: string;
  /** The version the new document was compared with; another one running meanwhile is a conflict. Null: do not check. */
  readonly basedOn: number | null;
  /** The document's own folder, searched first for code files. */
  readonly folder?: string;
  /** Do nothing if document and code are those that run. */
  readonly ifChanged?: boolean;
  /** Code files as the running version has them, whatever lies in the folders by now: for a change of the text alone. */
  readonly sameCode?: boolean;
}

export interface EngineState {
  readonly state: 'none' | 'applying' | 'running' | 'failed';
  readonly version: number;
  readonly name: string;
  readonly appliedAt: number | null;
}

/** Whether a document may be applied, and what it would change. */
export interface CheckedDocument {
  readonly ok: boolean;
  readonly faults: readonly DocumentFault[];
  readonly changes: readonly ChangeView[];
  readonly name: string | null;
}

export interface DeployEngine {
  /**
   * Goes on with the version that ran last. `none`: there is no such version. `failed`: this software cannot read it any more (said in
   * the log and in the state); nothing of it runs, and a new document can be applied.
   */
  resume(): Promise<'running' | 'none' | 'failed'>;
  check(text: string): Promise<CheckedDocument>;
  /** Applies as a whole, one at a time. Rejects `document/invalid` (all faults in the message), `document/unreadable`, `document/conflict`; the version before then goes on. */
  apply(text: string, options: ApplyOptions): Promise<number>;
  text(version: number): Promise<string>;
  state(): EngineState;
  versions(): readonly DeploymentView[];
  onChanged(listener: () => void): () => void;
}

/** How many versions back are searched for the same text. */
const SEARCHED_VERSIONS = 50;

type Listed = Omit<StoredVersion, 'text' | 'files'>;

const faultLine = (fault: DocumentFault): string =>
  `${fault.path}${fault.line === null ? '' : ` (line ${fault.line})`}: ${fault.message} ${fault.remedy}`;

const invalid = (faults: readonly DocumentFault[]): GatewayError =>
  new GatewayError('document/invalid', `The document has ${faults.length} fault(s):\n${faults.map(faultLine).join('\n')}`, {
    details: { faults: faults.length },
  });

export function createDeployEngine(deps: EngineDeps): DeployEngine {
  const changed = createEmitter<undefined>();
  let state: EngineState = { state: 'none', version: 0, name: '', appliedAt: null };
  let running: { version: StoredVersion; document: SiteDocument } | null = null;
  let listed: readonly DeploymentView[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  const stage = createStage(deps.stageRoot, deps.artifacts);
  /** Packages of a version, which never change. */
  const packages = new Map<number, readonly string[]>();

  function set(next: EngineState): void {
    state = next;
    changed.emit(undefined);
  }
  const toView = (one: Listed): DeploymentView => ({ ...one, id: one.version });
  async function refresh(): Promise<void> {
    listed = (await deps.documents.list()).map(toView);
    changed.emit(undefined);
  }
  async function valid(text: string): Promise<SiteDocument> {
    const result = await checkInBackground(text);
    if (result.ok) return result.document;
    throw invalid(result.faults);
  }
  /** `isNew`: a package that cannot be used is a fault of the deployment; later on it is a state of its function. */
  async function bring(version: StoredVersion, document: SiteDocument, isNew: boolean): Promise<void> {
    const badPackage = (name: string, cause: unknown): void =>
      deps.log.error('deploy.package-bad', { message: `function "${name}" has no code that can be used`, function: name, cause });
    const entries = await stage.bring(version.version, document, version.files, isNew ? undefined : badPackage);
    const codeOf = (name: string): string => {
      const code = document.functions.find((one) => one.name === name)?.code;
      return (code && version.files[codeKey(code) ?? '']) ?? '';
    };
    await deps.switchTo(document, entries, codeOf);
    await stage.removeOthers(entries).catch((cause: unknown) => deps.log.warn('deploy.unstage-failed', { cause }));
  }
  async function packagesOf(version: number): Promise<readonly string[]> {
    const known = packages.get(version);
    if (known) return known;
    const files = (await deps.documents.get(version))?.files ?? {};
    const found = Object.values(files).flatMap((text) => packageOf(text)?.hash ?? []);
    packages.set(version, found);
    return found;
  }
  /** Packages that no version needs which can be gone back to. */
  async function prune(): Promise<void> {
    const kept = new Set(Object.values(running?.version.files ?? {}).flatMap((text) => packageOf(text)?.hash ?? []));
    for (const { version } of listed.slice(0, SEARCHED_VERSIONS)) for (const hash of await packagesOf(version)) kept.add(hash);
    await deps.artifacts.keepOnly(kept);
  }
  /** The version that ran last; from its copy where the database has lost it. */
  async function lastRunning(): Promise<StoredVersion | null> {
    const stored = await deps.documents.running();
    const copy = deps.copy?.read() ?? null;
    if (!copy || copy.version <= (stored?.version ?? 0)) return stored;
    await deps.documents.restore(copy);
    const message = `The database had lost version ${copy.version} (${copy.name}), which ran; it was put back from its copy.`;
    deps.log.error('deploy.restored', { message, version: copy.version });
    deps.onRestored?.(message);
    await refresh();
    return copy;
  }
  async function fallBack(): Promise<void> {
    if (!running) return;
    await bring(running.version, running.document, false).catch((cause: unknown) =>
      deps.log.error('deploy.fall-back-failed', { cause }),
    );
  }
  /** The code that an earlier version with this very text ran with: going back means going back to that code too. */
  async function codeOfSameText(text: string): Promise<StoredVersion['files'] | null> {
    for (const { version, state: was } of listed.slice(0, SEARCHED_VERSIONS)) {
      if (was !== 'previous') continue;
      const stored = await deps.documents.get(version);
      if (stored?.text === text) return stored.files;
    }
    return null;
  }
  async function applyNow(text: string, options: ApplyOptions): Promise<number> {
    const document = await valid(text);
    const before = running;
    if (options.basedOn !== null && options.basedOn !== (before?.version.version ?? 0)) {
      throw new GatewayError(
        'document/conflict',
        `Version ${before?.version.version ?? 0} runs by now, not version ${options.basedOn}.`,
      );
    }
    const folders = options.sameCode ? [] : [...(options.folder === undefined ? [] : [options.folder]), ...deps.codeFolders];
    const known = options.folder === undefined && !options.sameCode ? await codeOfSameText(text) : null;
    const files = known ?? (await readCode(codeRefs(document), folders, before?.version.files ?? {}, deps.artifacts));
    const missing = await packageFaults(document, files, deps.artifacts);
    if (missing.length > 0) throw invalid(missing.map((one) => ({ ...one, path: pathText(one.path), line: null, column: null })));
    const hash = hashVersion(text, files);
    if (options.ifChanged && before?.version.hash === hash) return before.version.version;
    const previous = state;
    set({ state: 'applying', version: state.version, name: document.name, appliedAt: state.appliedAt });
    const counts = {
      devices: document.devices.length,
      functions: document.functions.length,
      subscriptions: document.subscriptions.length,
    };
    const fresh = {
      name: document.name,
      text,
      files,
      hash,
      appliedAt: deps.clock.now(),
      by: options.by,
      note: options.note,
      counts,
    };
    let number = 0;
    try {
      number = await deps.documents.add(fresh);
      const version: StoredVersion = { ...fresh, version: number, state: 'running' };
      await bring(version, document, true);
      await deps.documents.setRunning(number);
      running = { version, document };
      void deps.copy?.keep(version);
    } catch (cause) {
      deps.log.error('deploy.failed', { version: number, cause });
      if (number > 0)
        await deps.documents.setFailed(number).catch((error: unknown) => deps.log.error('deploy.not-marked', { cause: error }));
      await fallBack();
      set(before ? previous : { state: 'failed', version: number, name: document.name, appliedAt: null });
      await refresh().catch((error: unknown) => deps.log.warn('deploy.list-not-read', { cause: error }));
      throw cause instanceof GatewayError
        ? cause
        : new GatewayError('gateway/internal', `The deployment could not be applied: ${describe(cause)}`, { cause });
    }
    set({ state: 'running', version: number, name: document.name, appliedAt: fresh.appliedAt });
    deps.log.info('deploy.applied', { message: `Version ${number} (${document.name}) runs.`, version: number, by: options.by });
    await refresh();
    await prune().catch((cause: unknown) => deps.log.warn('deploy.not-pruned', { cause }));
    return number;
  }
  return {
    async resume() {
      await refresh();
      const stored = await lastRunning();
      if (!stored) return 'none';
      const result = await checkInBackground(stored.text);
      if (!result.ok) {
        const faults = result.faults.map(faultLine).join('\n');
        deps.log.error('deploy.not-resumed', { message: `Version ${stored.version} cannot be read by this software.`, faults });
        set({ state: 'failed', version: stored.version, name: stored.name, appliedAt: stored.appliedAt });
        return 'failed';
      }
      const { document } = result;
      set({ state: 'applying', version: stored.version, name: stored.name, appliedAt: stored.appliedAt });
      running = { version: stored, document };
      await bring(stored, document, false);
      void deps.copy?.keep(stored);
      set({ state: 'running', version: stored.version, name: stored.name, appliedAt: stored.appliedAt });
      return 'running';
    },
    async check(text) {
      const result = await checkInBackground(text);
      if (!result.ok) return { ok: false, faults: result.faults, changes: [], name: null };
      return {
        ok: true,
        faults: [],
        changes: diffDocuments(running?.document ?? null, result.document),
        name: result.document.name,
      };
    },
    apply(text, options) {
      const mine = turn.then(() => applyNow(text, options));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async text(version) {
      const stored = await deps.documents.get(version);
      if (!stored) throw new GatewayError('document/not-found', `There is no version ${version} of the deployment.`);
      return stored.text;
    },
    state: () => state,
    versions: () => listed,
    onChanged: (listener) => changed.on(listener),
  };
}
