import type { ProfileFile } from '../contract/document/profile.ts';

/** The profiles that are there: shipped with the gateway, and imported into its data directory. */
export interface ProfileBook {
  list(): readonly { readonly profile: ProfileFile; readonly shipped: boolean }[];
  find(id: string): ProfileFile | undefined;
  /** Throws `profile/invalid` with the path of every fault. An imported one replaces an imported one of the same id, never a shipped one. */
  import(text: string): Promise<ProfileFile>;
  /** Throws `profile/unknown`; a shipped one cannot be removed (`api/not-available`). */
  remove(id: string): Promise<void>;
}

export function createProfileBook(_deps: { readonly folder: string }): ProfileBook {
  return {
    list: () => [],
    find: () => undefined,
    import: () => Promise.reject(new Error('not there')),
    remove: () => Promise.reject(new Error('not there')),
  };
}
