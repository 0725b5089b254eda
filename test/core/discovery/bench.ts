import { createAsciiFramer } from '../../../core/adapters/modbus/ascii-framer.ts';
import { createRtuFramer } from '../../../core/adapters/modbus/rtu-framer.ts';
import { answerRequest, type SlaveRegisters } from '../../../core/adapters/modbus/slave.ts';
import { createAdapterRegistry } from '../../../core/adapters/registry.ts';
import type { Clock } from '../../../core/base/clock.ts';
import { createLogHub } from '../../../core/base/log.ts';
import type { Caller } from '../../../core/contract/desk.ts';
import type { SiteDocument } from '../../../core/contract/document/document.ts';
import type { LinkConfig, SerialLinkConfig } from '../../../core/contract/document/links.ts';
import type { DeviceView } from '../../../core/contract/views.ts';
import type { DiscoveryDeps } from '../../../core/discovery/deps.ts';
import { createFoundBook, type FoundBookDeps } from '../../../core/discovery/found-book.ts';
import { createProfileBook } from '../../../core/profiles/profile-book.ts';
import { createToolSessions } from '../../../core/tools/sessions.ts';
import { type Neighbours, NO_NEIGHBOURS } from '../../../core/transports/neighbours.ts';
import { createPortClaims } from '../../../core/transports/ports/claims.ts';
import { createLines } from '../../../core/transports/ports/lines.ts';
import type { PortBook } from '../../../core/transports/ports/port-book.ts';
import { createFakeLinks, type FakeLinks } from '../../fakes/fake-byte-link.ts';
import { createMemorySecrets } from '../../fakes/memory-secrets.ts';
import { noField } from '../../fakes/no-field.ts';

/** What is on a line: given the settings at which it was opened, it answers bytes with bytes. */
export type Bus = (config: LinkConfig, written: Uint8Array) => Uint8Array | readonly number[] | undefined;

/** Units that answer by Modbus RTU or ASCII, and only where the line has their settings. */
export function unitsOn(
  units: Readonly<Record<number, SlaveRegisters>>,
  hears: (config: LinkConfig) => boolean = () => true,
  framing: 'rtu' | 'ascii' = 'rtu',
): Bus {
  return (config, written) => {
    if (!hears(config)) return undefined;
    const framer = framing === 'rtu' ? createRtuFramer('requests') : createAsciiFramer();
    for (const heard of [...framer.push(written), ...framer.silence()]) {
      const registers = heard.kind === 'frame' ? units[heard.unit] : undefined;
      if (heard.kind === 'frame' && registers) return framer.wrap(heard.unit, 0, answerRequest(heard.pdu, registers));
    }
    return undefined;
  };
}

/** So many registers in both tables, counted up from `first`. */
export const registersOf = (count: number, first = 0): SlaveRegisters => {
  const read = (address: number): number | undefined => (address < count ? first + address : undefined);
  return { holding: read, input: read };
};

export const SERIAL: SerialLinkConfig = {
  kind: 'serial',
  path: '/dev/ttyUSB0',
  baudRate: 9600,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  rtscts: false,
};
export const CALLER: Caller = { kind: 'console', id: 'one' };
export const never = new AbortController().signal;

/** A book of ports that the test fills. */
export function bookOf(
  ports: PortBook['ports'],
): PortBook & { emit: (event: Parameters<Parameters<PortBook['onEvent']>[0]>[0]) => void } {
  const listeners = new Set<Parameters<PortBook['onEvent']>[0]>();
  return {
    name: 'ports',
    async start() {},
    async stop() {},
    ports,
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async refresh() {},
    resolve: (link) => link.path,
    bindingOf: () => undefined,
    identityOf: (link) => ports().find(({ path }) => path === link.path)?.id ?? `path:${link.path}`,
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
  };
}

export interface Bench {
  readonly deps: DiscoveryDeps;
  readonly links: FakeLinks;
  /** Texts that were applied, oldest first. */
  readonly applied: string[];
}

/** Discovery with real claims, sessions and adapters; only the bytes of the lines and the deployment engine are the test's. */
export function createBench(
  clock: Clock,
  options: {
    bus?: Bus;
    site?: SiteDocument;
    views?: readonly DeviceView[];
    book?: PortBook;
    folder?: string;
    neighbours?: Neighbours;
    health?: FoundBookDeps['health'];
  } = {},
): Bench {
  const logs = createLogHub({ clock }, { keep: 100, level: 'debug' });
  const log = logs.logger('test');
  const links = createFakeLinks();
  const { bus } = options;
  if (bus) {
    links.prepare = (link, config) => {
      link.answer = (written) => bus(config, written);
    };
  }
  const claims = createPortClaims({ now: () => clock.now() });
  const book = options.book ?? bookOf(() => []);
  const lines = createLines({ links, claims, book, now: () => clock.now() });
  const services = { ...noField(), keyOf: lines.keyOf, claims };
  const profiles = createProfileBook({ folder: options.folder ?? '/nowhere/profiles' });
  let next = 0;
  const newId = (): string => {
    next += 1;
    return `id-${next}`;
  };
  const sessions = createToolSessions({ clock, log, claims, newId });
  const site = (): SiteDocument | null => options.site ?? null;
  const found = createFoundBook({
    clock,
    log,
    lines,
    services,
    profiles,
    site,
    health: options.health ?? (() => undefined),
    kept: { read: async () => ({}), write: async () => {} },
  });
  const applied: string[] = [];
  const deps: DiscoveryDeps = {
    clock,
    log,
    random: () => 0.5,
    newId,
    gateway: { name: 'bench', version: '1.0.0' },
    lines,
    services,
    adapters: createAdapterRegistry(),
    sessions,
    profiles,
    documents: {
      site,
      current: async () => (applied.length === 0 ? null : { version: applied.length, text: applied.at(-1) ?? '' }),
      check: async () => ({ ok: true, faults: [], changes: [] }),
      apply: async (text) => applied.push(text),
    },
    found,
    neighbours: options.neighbours ?? { read: async () => NO_NEIGHBOURS },
    secrets: createMemorySecrets(clock, log),
    deviceViews: () => options.views ?? [],
    deviceConfig: (id) => site()?.devices.find((one) => one.id === id),
    keepReport: async (name) => `/kept/${name}`,
  };
  return { deps, links, applied };
}
