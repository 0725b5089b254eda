import { encodeRead } from '../../adapters/modbus/codec.ts';
import { createMbapFramer } from '../../adapters/modbus/mbap-framer.ts';
import type { Clock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import type { ScanView } from '../../contract/commission-views.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import type { ProfileFile } from '../../contract/document/profile.ts';
import type { Lines } from '../../transports/ports/lines.ts';
import { type Asker, createAsker, outcomeWords } from '../modbus/asker.ts';
import { identifyUnit, profileOf } from '../scan/identify-unit.ts';
import { type Hardware, serialHardware } from './tcp-identity.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const MODBUS_PORT = 502;
/** All hosts of a /24. */
const MAX_HOSTS = 256;
const CONNECT_MS = 1500;
const ANSWER_MS = 800;
const AT_ONCE = 8;
/** Many devices do not care; gateways are asked as 255 or 0 (messaging on TCP/IP V1.0b, 4.4.2). */
const UNITS = [1, 255, 0] as const;

const bad = (text: string, why: string): GatewayError => new GatewayError('api/bad-input', `"${text}": ${why}`);

function numberOfIpv4(host: string): number | undefined {
  const parts = host.split('.').map(Number);
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(host) || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
const ipv4Of = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');

function hostsOf(text: string, host: string, bits: number | undefined): readonly string[] {
  if (bits === undefined) return [host];
  const base = numberOfIpv4(host);
  if (base === undefined) throw bad(text, 'a range is written like 10.0.0.0/28');
  if (bits < 24 || bits > 32) throw bad(text, 'a range has at most 256 addresses (/24)');
  const size = 2 ** (32 - bits);
  const first = base - (base % size);
  // The network and its broadcast are no hosts.
  const [from, to] = size > 2 ? [first + 1, first + size - 2] : [first, first + size - 1];
  return Array.from({ length: to - from + 1 }, (_, i) => ipv4Of(from + i));
}

/** `10.0.0.7`, `10.0.0.7:1502`, `plc.local`, `10.0.0.0/28`, each once. Throws `api/bad-input` naming what cannot be read. */
export function parseAddresses(texts: readonly string[]): readonly Address[] {
  const found = new Map<string, Address>();
  for (const text of texts) {
    const [, host, bits, port] = /^([A-Za-z0-9.-]+)(?:\/(\d{1,2}))?(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
    if (host === undefined) throw bad(text, 'write an address like 10.0.0.7, 10.0.0.7:502 or 10.0.0.0/28');
    const number = port === undefined ? MODBUS_PORT : Number(port);
    if (number < 1 || number > 65_535) throw bad(text, 'there is no such port');
    for (const one of hostsOf(text, host, bits === undefined ? undefined : Number(bits))) {
      found.set(`${one}:${number}`, { host: one, port: number });
      if (found.size > MAX_HOSTS) throw bad(text, `these are more than ${MAX_HOSTS} addresses`);
    }
  }
  return [...found.values()];
}

interface LookDeps {
  readonly clock: Clock;
  readonly lines: Lines;
  profiles(): readonly ProfileFile[];
  /**
   * Units of devices of the document that are at this address, or whose hardware this is, by the address that has just been connected to or
   * by a serial number: they are asked first, as they may have moved here.
   */
  unitsOf?(address: Address, serial: Hardware | undefined): Promise<readonly number[]>;
}
type Found = ScanView['found'][number];

/** Asks the units behind one connection, the first that answers of those that are usual, but all that are expected. */
function createCaller(deps: LookDeps, asker: Asker, link: LinkConfig, signal: AbortSignal) {
  const profiles = deps.profiles();
  const asked = new Set<number>();
  let isOver = false;

  /** Undefined where the unit does not answer, or was asked before. */
  async function call(unit: number): Promise<Found | undefined> {
    if (asked.has(unit) || isOver) return undefined;
    asked.add(unit);
    const outcome = await asker.ask(unit, encodeRead('holding', 0, 1), ANSWER_MS, signal).catch((cause: unknown) => {
      if (signal.aborted) throw cause;
      return { kind: 'garbage' } as const; // it hung up: what has answered before is found all the same
    });
    if (outcome.kind === 'garbage') isOver = true;
    if (outcome.kind === 'garbage' || outcome.kind === 'silence') return undefined;
    const identification = await identifyUnit(asker, unit, ANSWER_MS, signal, profiles);
    return {
      unit,
      line: { framing: 'tcp', baudRate: 0, dataBits: 8, parity: 'none', stopBits: 1 },
      responseMs: Math.round(outcome.tookMs),
      evidence: outcomeWords(outcome, 3),
      identification,
      profile: profileOf(profiles, identification)?.id ?? null,
      link,
      adapter: 'modbus-tcp',
    };
  }
  return {
    async all(units: readonly number[]): Promise<readonly Found[]> {
      const found: Found[] = [];
      for (const unit of units) {
        const one = await call(unit);
        if (one) found.push(one);
      }
      return found;
    },
    async first(units: readonly number[]): Promise<Found | undefined> {
      for (const unit of units) {
        const one = await call(unit);
        if (one) return one;
      }
      return undefined;
    },
  };
}

async function unitsAt(deps: LookDeps, address: Address, asker: Asker, link: LinkConfig, signal: AbortSignal) {
  const caller = createCaller(deps, asker, link, signal);
  const unitsOf = async (serial?: Hardware): Promise<readonly number[]> => (await deps.unitsOf?.(address, serial)) ?? [];
  const expected = await caller.all(await unitsOf());
  if (expected.length > 0) return expected;
  const usual = await caller.first(UNITS);
  const serial = usual?.identification ? serialHardware(usual.identification) : undefined;
  if (!usual || !serial) return usual ? [usual] : [];
  const units = await unitsOf(serial);
  const known = units.includes(usual.unit) ? [] : await caller.all(units);
  return known.length > 0 ? known : [usual];
}

/** Asks one address; nothing where nobody speaks Modbus TCP there. Rejects with the signal's reason only. */
async function lookAt(deps: LookDeps, address: Address, signal: AbortSignal): Promise<readonly Found[]> {
  const link: LinkConfig = { kind: 'tcp', ...address, connectTimeoutMs: CONNECT_MS };
  try {
    const open = await deps.lines.links.open(link, signal, 'inbox');
    const asker = createAsker(
      { clock: deps.clock, link: open, framer: createMbapFramer() },
      { numbered: true, gapMs: 0, silenceMs: ANSWER_MS },
    );
    try {
      return await unitsAt(deps, address, asker, link, signal);
    } finally {
      await asker.close();
    }
  } catch (cause) {
    if (signal.aborted) throw cause;
    return []; // nobody there, or not reachable: the most frequent answer of a range
  }
}

/**
 * Asks these addresses whether they speak Modbus TCP, eight at once: connects, reads one register, asks who it is. Rejects with the signal's
 * reason only.
 */
export async function lookAround(
  deps: LookDeps,
  addresses: readonly Address[],
  onFound: (found: Found) => void,
  signal: AbortSignal,
): Promise<void> {
  const left = [...addresses];
  async function work(): Promise<void> {
    for (let address = left.shift(); address; address = left.shift()) {
      for (const found of await lookAt(deps, address, signal)) onFound(found);
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, addresses.length) }, work));
}
