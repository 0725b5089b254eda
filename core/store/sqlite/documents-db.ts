import type { Database } from 'better-sqlite3';
import { GatewayError } from '../../base/errors.ts';
import type { StoredVersion } from '../documents.ts';
import { asNumber, asRow, asText, type Row } from './cells.ts';
import type { NewVersion, VersionSummary } from './protocol.ts';

const SUMMARY = 'version, name, hash, applied_at, by, note, state, devices, functions, subscriptions';

/** The deployment versions, in the state database. */
export interface DocumentsDb {
  list(): VersionSummary[];
  get(version: number): StoredVersion | null;
  running(): StoredVersion | null;
  add(version: NewVersion): number;
  /** Puts a version back under its number, as the running one, after the database was lost. One that is there already stays as it is. */
  restore(version: StoredVersion): void;
  /** `running` makes the one that ran before `previous`. Throws `document/not-found`. */
  mark(version: number, state: 'running' | 'failed'): void;
}

function stateOf(cell: unknown): StoredVersion['state'] {
  const text = asText(cell);
  return text === 'running' || text === 'failed' ? text : 'previous';
}

function summaryOf(cell: Row): VersionSummary {
  return {
    version: asNumber(cell[0]),
    name: asText(cell[1]),
    hash: asText(cell[2]),
    appliedAt: asNumber(cell[3]),
    by: asText(cell[4]),
    note: asText(cell[5]),
    state: stateOf(cell[6]),
    counts: { devices: asNumber(cell[7]), functions: asNumber(cell[8]), subscriptions: asNumber(cell[9]) },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw Object.assign(new Error('a version holds files that cannot be read', { cause }), { code: 'SQLITE_CORRUPT' });
  }
}

function filesOf(text: string): Record<string, string> {
  const parsed: unknown = parseJson(text);
  const files: Record<string, string> = {};
  if (typeof parsed !== 'object' || parsed === null) return files;
  for (const [name, content] of Object.entries(parsed)) if (typeof content === 'string') files[name] = content;
  return files;
}

function versionOf(row: unknown): StoredVersion | null {
  if (row === undefined) return null;
  const cell = asRow(row);
  return { ...summaryOf(cell), text: asText(cell[10]), files: filesOf(asText(cell[11])) };
}

export function createDocumentsDb(db: Database): DocumentsDb {
  const list = db.prepare(`SELECT ${SUMMARY} FROM versions ORDER BY version DESC`).raw();
  const get = db.prepare(`SELECT ${SUMMARY}, text, files FROM versions WHERE version = ?`).raw();
  const running = db.prepare(`SELECT ${SUMMARY}, text, files FROM versions WHERE state = 'running' LIMIT 1`).raw();
  const add = db.prepare(
    `INSERT INTO versions (name, text, files, hash, applied_at, by, note, state, devices, functions, subscriptions)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'previous', ?, ?, ?)`,
  );
  const release = db.prepare("UPDATE versions SET state = 'previous' WHERE state = 'running' AND version <> ?");
  const set = db.prepare('UPDATE versions SET state = ? WHERE version = ?');
  const mark = db.transaction((version: number, state: 'running' | 'failed') => {
    if (set.run(state, version).changes === 0) {
      throw new GatewayError('document/not-found', `There is no version ${version} of the deployment.`, { details: { version } });
    }
    if (state === 'running') release.run(version);
  });
  const restore = db.prepare(
    `INSERT OR IGNORE INTO versions (version, name, text, files, hash, applied_at, by, note, state, devices, functions, subscriptions)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'previous', ?, ?, ?)`,
  );
  const bringBack = db.transaction((one: StoredVersion) => {
    const { devices, functions, subscriptions } = one.counts;
    const head = [one.version, one.name, one.text, JSON.stringify(one.files), one.hash, one.appliedAt, one.by, one.note];
    restore.run(...head, devices, functions, subscriptions);
    mark(one.version, 'running');
  });
  return {
    restore: (version) => bringBack.immediate(version),
    list: () => list.all().map((row) => summaryOf(asRow(row))),
    get: (version) => versionOf(get.get(version)),
    running: () => versionOf(running.get()),
    add(one) {
      const { devices, functions, subscriptions } = one.counts;
      const files = JSON.stringify(one.files);
      const { lastInsertRowid } = add.run(
        one.name,
        one.text,
        files,
        one.hash,
        one.appliedAt,
        one.by,
        one.note,
        devices,
        functions,
        subscriptions,
      );
      return Number(lastInsertRowid);
    },
    mark: (version, state) => mark.immediate(version, state),
  };
}
