import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Draft } from '../../core/contract/commission-views.ts';
import type { MatrixOrder, MatrixType } from '../../core/contract/decode-matrix.ts';
import type { LinkConfig } from '../../core/contract/document/links.ts';

/** A value that a person took out of the decode matrix. */
export interface Pick {
  readonly table: 'holding' | 'input';
  /** Zero-based. */
  readonly address: number;
  readonly type: MatrixType;
  readonly order: MatrixOrder;
  readonly scale: number;
  readonly label: string;
  readonly unit: string;
  readonly decimals: number;
}

/** A device on its way into the deployment document: what is known of it so far. */
export interface Adding {
  /** The page on which its place was given, `serial`; empty: it was found, or nothing is chosen. */
  readonly where: string;
  /** What it is called on the way, `Silicon Labs CP2102`. */
  readonly title: string;
  /** Id in the inbox; null: chosen by hand. */
  readonly found: string | null;
  readonly guess: number | null;
  readonly profile: string | null;
  /** The device of the document that it takes the place of. */
  readonly replaces: string | null;
  readonly adapter: string;
  readonly link: LinkConfig | null;
  readonly unit: number;
  /** Settings that come with the kind, beside the ones above. */
  readonly extra: Draft;
  /** Who agreed that this line is taken; empty: nobody yet. */
  readonly agreedBy: string;
  readonly scan: string | null;
  readonly picks: readonly Pick[];
  readonly draft: Draft | null;
  /** The key of an encrypted Bluetooth device; empty: none was given. Never a part of the draft, which is shown and compared. */
  readonly bindKey: string;
}

const NOTHING: Adding = {
  where: '',
  title: '',
  found: null,
  guess: null,
  profile: null,
  replaces: null,
  adapter: '',
  link: null,
  unit: 1,
  extra: {},
  agreedBy: '',
  scan: null,
  picks: [],
  draft: null,
  bindKey: '',
};

export interface AddingBook {
  readonly store: StoreApi<Adding>;
  /** Begins anew with what is known. */
  begin(known: Partial<Adding>): void;
  /** One after the other: a line is given back before the next step takes it. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

const KEY = 'gatehouse.adding';
const isLike = (value: unknown, model: unknown): boolean =>
  Array.isArray(model) ? Array.isArray(value) : model === null ? true : typeof value === typeof model && value !== null;

/** What was being added before the page was loaded anew. Whoever agreed did so for the page that is gone. */
function readStored(storage: Storage | null): Adding {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return NOTHING;
    const known = { ...NOTHING, ...stored };
    const isWhole = Object.entries(NOTHING).every(([key, model]) => isLike(known[key as keyof Adding], model));
    return isWhole ? { ...known, agreedBy: '' } : NOTHING;
  } catch {
    return NOTHING; // blocked or damaged: it begins anew
  }
}

/**
 * Kept for the console as a whole: the steps are pages of their own, and a look at another page must not lose what was found. In `storage`
 * it outlives a page that is loaded anew; all but the key of a device, which a browser would keep in clear.
 */
export function createAddingBook(storage: Storage | null = null): AddingBook {
  const store = createStore<Adding>()(() => readStored(storage));
  store.subscribe((adding) => {
    try {
      storage?.setItem(KEY, JSON.stringify({ ...adding, bindKey: '' }));
    } catch {
      // private windows refuse; it then lasts as long as the page
    }
  });
  let last: Promise<unknown> = Promise.resolve();
  return {
    store,
    begin: (known) => store.setState({ ...NOTHING, ...known }, true),
    inTurn(work) {
      const done = last.then(work);
      last = done.catch(() => {}); // whoever asked hears of it
      return done;
    },
  };
}
