import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { writeDurably } from '../config/durable-write.ts';
import type { ProfileFile } from '../contract/document/profile.ts';
import { checkProfile, profileText, readProfile } from './profile-file.ts';
import { SHIPPED_PROFILES } from './shipped-profiles.ts';

/** The profiles that are there: shipped with the gateway, and imported into its data directory. */
export interface ProfileBook {
  /** By name; the shipped ones first. */
  list(): readonly { readonly profile: ProfileFile; readonly shipped: boolean }[];
  find(id: string): ProfileFile | undefined;
  /** Throws `profile/invalid` with the path of every fault. An imported one replaces an imported one of the same id, never a shipped one. */
  import(text: string): Promise<ProfileFile>;
  /** Throws `profile/unknown`; a shipped one cannot be removed (`api/not-available`). */
  remove(id: string): Promise<void>;
}

export interface ProfileBookDeps {
  /** Of the imported ones, a file each; made when the first one comes. */
  readonly folder: string;
  readonly log?: Logger;
}

const MAX_IMPORTED = 500;
const ENDING = '.json';

const byName = (a: ProfileFile, b: ProfileFile): number => a.name.localeCompare(b.name);

/** What was imported before. A file that cannot be used, or that a later version of the gateway brings itself, stays where it is, and is said once. */
function readFolder({ folder, log }: ProfileBookDeps, shipped: ReadonlyMap<string, ProfileFile>): Map<string, ProfileFile> {
  const found = new Map<string, ProfileFile>();
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  } catch {
    return found; // nothing has been imported yet
  }
  for (const name of names.sort().slice(0, MAX_IMPORTED)) {
    try {
      const profile = readProfile(readFileSync(join(folder, name), 'utf8'));
      if (shipped.has(profile.id)) log?.warn('profile.comes-with-gateway', { file: name, profile: profile.id });
      else found.set(profile.id, profile);
    } catch (cause) {
      log?.warn('profile.not-read', { file: name, cause });
    }
  }
  return found;
}

/** Nothing is read before the first call. */
export function createProfileBook(deps: ProfileBookDeps): ProfileBook {
  const { folder, log } = deps;
  let kept: { readonly shipped: ReadonlyMap<string, ProfileFile>; readonly imported: Map<string, ProfileFile> } | undefined;
  /** Changes of files, one after another. */
  let work: Promise<unknown> = Promise.resolve();

  function books(): NonNullable<typeof kept> {
    if (kept) return kept;
    const shipped = new Map(SHIPPED_PROFILES.map((raw) => checkProfile(raw)).map((profile) => [profile.id, profile]));
    kept = { shipped, imported: readFolder(deps, shipped) };
    return kept;
  }
  const pathOf = (id: string): string => join(folder, `${id}${ENDING}`);
  function inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = work.then(step);
    work = done.catch(() => {});
    return done;
  }

  return {
    list() {
      const { shipped, imported } = books();
      const rows = (all: Iterable<ProfileFile>, isShipped: boolean) =>
        [...all].sort(byName).map((profile) => ({ profile, shipped: isShipped }));
      return [...rows(shipped.values(), true), ...rows(imported.values(), false)];
    },
    find(id) {
      const { shipped, imported } = books();
      return shipped.get(id) ?? imported.get(id);
    },
    async import(text) {
      const profile = readProfile(text);
      const { shipped, imported } = books();
      if (shipped.has(profile.id)) {
        throw new GatewayError('profile/invalid', `"${profile.id}" comes with the gateway and is not replaced.`, {
          remedy: 'Give your profile another id.',
        });
      }
      return await inTurn(async () => {
        if (!imported.has(profile.id) && imported.size >= MAX_IMPORTED) {
          throw new GatewayError('profile/invalid', `There are ${MAX_IMPORTED} imported profiles already.`, {
            remedy: 'Remove some that are not used.',
          });
        }
        await writeDurably(pathOf(profile.id), profileText(profile));
        imported.set(profile.id, profile);
        log?.info('profile.imported', { profile: profile.id, revision: profile.revision });
        return profile;
      });
    },
    async remove(id) {
      const { shipped, imported } = books();
      if (shipped.has(id)) throw new GatewayError('api/not-available', `"${id}" comes with the gateway and cannot be removed.`);
      await inTurn(async () => {
        if (!imported.has(id)) throw new GatewayError('profile/unknown', `There is no profile "${id}".`);
        await rm(pathOf(id), { force: true });
        imported.delete(id);
        log?.info('profile.removed', { profile: id });
      });
    },
  };
}
