import type { FieldServices } from '../adapters/adapter.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Service } from '../base/service.ts';
import type { FoundView, GuessView, ScanView } from '../contract/commission-views.ts';
import type { SiteDocument } from '../contract/document/document.ts';
import type { DeviceView } from '../contract/views.ts';
import type { ProfileBook } from '../profiles/profile-book.ts';
import { type NeighbourTable, NO_NEIGHBOURS } from '../transports/neighbours.ts';
import type { Lines } from '../transports/ports/lines.ts';
import { watchAdverts } from './inbox/adverts.ts';
import { createKeptMarks, type KeptFacts } from './inbox/kept-marks.ts';
import type { Address } from './inbox/look.ts';
import { watchMqtt } from './inbox/mqtt-clients.ts';
import { watchPorts } from './inbox/ports.ts';
import type { Sighting } from './inbox/sighting.ts';
import { createSiteMatch } from './inbox/site-match.ts';
import { hardwareOf, isTcpDevice, placeOf, type TcpDevice } from './inbox/tcp-identity.ts';
import { heldSighting, unitSighting } from './inbox/units.ts';

/** All that was seen of the field and is not, or once was, a device of the document. Bounded; what nobody wants goes first. */
export interface FoundBook extends Service {
  /** What is new first, then by the time of its first sight, the newest first. */
  rows(): readonly FoundView[];
  find(id: string): FoundView | undefined;
  /** Kept over a restart. */
  ignore(id: string, ignored: boolean): Promise<void>;
  note(sighting: Sighting): void;
  /** A unit that a scan found on the line with this key. */
  noteUnit(key: string, found: ScanView['found'][number]): void;
  /** Who is behind which address now. */
  noteNeighbours(table: NeighbourTable): void;
  /** Addresses that were not asked, as a device of the document is at work there; a row only where what stands there is not as it was. */
  noteHeld(addresses: readonly Address[]): void;
}

export interface FoundBookDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly lines: Lines;
  readonly services: FieldServices;
  readonly profiles: ProfileBook;
  readonly kept: KeptFacts;
  site(): SiteDocument | null;
  /** Undefined where the device does not run. */
  health(device: string): DeviceView['health'] | undefined;
}

/** Rows at most; beyond them the one that was not seen for longest goes. */
const MAX_FOUND = 1000;

const MINUTE_MS = 60_000;
/** What devices call themselves may be of any length. */
const MAX_ID = 300;
const MAX_TEXT = 200;
/** Guesses are made of profiles, which may be imported meanwhile. */
const GUESS_AGAIN_MS = 10_000;

interface Entry {
  sighting: Sighting;
  firstAt: number;
  lastAt: number;
  guessed: { readonly basis: string; readonly at: number; readonly list: GuessView[] } | null;
}

export function createFoundBook(deps: FoundBookDeps): FoundBook {
  const { clock, log } = deps;
  const entries = new Map<string, Entry>();
  const marks = createKeptMarks({ clock, log, kept: deps.kept });
  let stops: (() => void)[] = [];
  let neighbours = NO_NEIGHBOURS;

  function dropOldest(): void {
    let oldest: string | undefined;
    for (const [id, { lastAt }] of entries) {
      if (oldest === undefined || lastAt < (entries.get(oldest)?.lastAt ?? 0)) oldest = id;
    }
    if (oldest !== undefined) entries.delete(oldest);
  }
  function note(sighting: Sighting): void {
    if (sighting.id.length > MAX_ID) return;
    const now = clock.now();
    const known = entries.get(sighting.id);
    if (known) {
      known.sighting = sighting;
      known.lastAt = now;
      return;
    }
    if (entries.size >= MAX_FOUND) dropOldest();
    entries.set(sighting.id, { sighting, firstAt: marks.firstSeen(sighting.id, now), lastAt: now, guessed: null });
  }

  /** By the minute: a row that is just there must not change with every look. */
  const thisMinute = (): number => Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;

  /** Hundreds of advertisers are looked at several times a second: their guesses are not made anew each time. */
  function guessesOf(entry: Entry): GuessView[] {
    const { sighting, guessed } = entry;
    const now = clock.monotonic();
    if (guessed && guessed.basis === sighting.basis && now - guessed.at < GUESS_AGAIN_MS) return guessed.list;
    const list = [...sighting.guesses()];
    entry.guessed = { basis: sighting.basis, at: now, list };
    return list;
  }

  function viewOf(id: string, entry: Entry, match: ReturnType<typeof createSiteMatch>): FoundView {
    const { sighting, firstAt, lastAt } = entry;
    const { device, moved, note } = match(sighting);
    const present = sighting.present();
    return {
      id,
      kind: sighting.kind,
      title: sighting.title.slice(0, MAX_TEXT),
      place: sighting.place.slice(0, MAX_TEXT),
      detail: sighting.detail.slice(0, MAX_TEXT),
      state: device !== null ? 'added' : marks.isIgnored(id) ? 'ignored' : 'new',
      device,
      moved,
      note,
      present,
      firstAt,
      lastAt: present && sighting.steady ? Math.max(lastAt, thisMinute()) : lastAt,
      rssi: sighting.rssi,
      guesses: guessesOf(entry),
    };
  }
  const matching = (): ReturnType<typeof createSiteMatch> =>
    createSiteMatch(deps.site()?.devices ?? [], deps.lines, { neighbours, health: deps.health, said: marks.said });
  const turn = { new: 0, ignored: 1, added: 2 } as const;

  /** Whether the document has the device at this address, or it is its hardware that is there now. */
  function isConcerned(device: TcpDevice, address: Address): boolean {
    const mac = neighbours.macOf(address.host, device.link.host);
    return placeOf(device.link) === placeOf(address) || (mac !== undefined && hardwareOf(device)?.is === mac);
  }

  return {
    name: 'inbox',
    async start() {
      await marks.load();
      const watch = { clock, note, forget: (id: string) => void entries.delete(id) };
      stops = [
        watchPorts(watch, deps.lines.book, deps.profiles),
        watchAdverts(watch, deps.services.radio, deps.profiles),
        watchMqtt(watch, deps.services.mqtt, deps.profiles),
      ];
    },
    async stop() {
      for (const stop of stops) stop();
      stops = [];
      await marks.flush();
    },
    rows() {
      const match = matching();
      return [...entries]
        .map(([id, entry]) => viewOf(id, entry, match))
        .sort((a, b) => turn[a.state] - turn[b.state] || b.firstAt - a.firstAt);
    },
    find(id) {
      const entry = entries.get(id);
      return entry && viewOf(id, entry, matching());
    },
    ignore: marks.ignore,
    note,
    noteUnit(key, found) {
      const sighting = unitSighting(key, found, deps.profiles, (host) => neighbours.macOf(host));
      const { network } = sighting;
      if (network && network.says !== '') marks.noteSaid(placeOf(network), network.says);
      note(sighting);
    },
    noteNeighbours(table) {
      neighbours = table;
    },
    noteHeld(addresses) {
      const match = matching();
      const devices = (deps.site()?.devices ?? []).filter(isTcpDevice);
      for (const address of addresses) {
        for (const device of devices.filter((one) => isConcerned(one, address))) {
          const sighting = heldSighting(device, address);
          if (!entries.has(sighting.id) && match(sighting).note !== null) note(sighting);
        }
      }
    },
  };
}
