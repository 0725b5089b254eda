import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** An address of this machine's own network and the hardware that has it, as the system knows them of talking to it. */
export interface Neighbour {
  readonly host: string;
  /** `00:80:f4:12:34:56` */
  readonly mac: string;
}

/** Who is behind which address of the own network. What stands behind a router is not in it. */
export interface NeighbourTable {
  /**
   * The MAC address of this IPv4 address, where it tells the device from others: undefined where it is not known, or belongs to several
   * addresses (a router, or a machine that answers for others). `formerly` is an address that the device itself may have had before.
   */
  macOf(host: string, formerly?: string): string | undefined;
}

export interface Neighbours {
  /** As the system has it now. Never rejects: where there is no such table it is empty. */
  read(): Promise<NeighbourTable>;
}

const PROGRAM_MS = 3000;
const MOST_LINES = 8192;
/** Ethernet; other hardware has addresses of its own kind (include/linux/if_arp.h). */
const ETHERNET = 0x1;
/** The address was answered for; without it the entry is one that was asked for in vain. */
const COMPLETE = 0x2;
/** This machine itself answers for the address (proxy ARP). */
const PUBLISHED = 0x8;
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/** No group address, no empty one, and none that routers share and hand over (VRRP, RFC 5798, 7.3). */
function isOfOneDevice(mac: string): boolean {
  if (!MAC.test(mac) || mac === '00:00:00:00:00:00' || mac.startsWith('00:00:5e:00:01:')) return false;
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0;
}

const linesOf = (text: string): readonly string[] => text.split('\n', MOST_LINES);

/** The kernel's table of Linux: `address type flags mac mask device`, under a headline. Lines that are none are left out. */
export function parseProcArp(text: string): readonly Neighbour[] {
  return linesOf(text).flatMap((line): Neighbour[] => {
    const [host = '', type, flags, rawMac = ''] = line.trim().split(/\s+/);
    const mac = rawMac.toLowerCase();
    const is = Number(flags);
    const isSound = Number(type) === ETHERNET && (is & COMPLETE) !== 0 && (is & PUBLISHED) === 0;
    return isSound && isOfOneDevice(mac) ? [{ host, mac }] : [];
  });
}

/** The list of `arp -a` on Windows, whatever the language of its words: lines that begin with an address and a MAC address. */
export function parseArpList(text: string): readonly Neighbour[] {
  return linesOf(text).flatMap((line): Neighbour[] => {
    const [, host = '', rawMac = ''] =
      /^\s*(\d{1,3}(?:\.\d{1,3}){3})\s+([0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5})\s/.exec(`${line} `) ?? [];
    const mac = rawMac.toLowerCase().replaceAll('-', ':');
    return isOfOneDevice(mac) ? [{ host, mac }] : [];
  });
}

export function neighbourTable(list: readonly Neighbour[]): NeighbourTable {
  const macs = new Map<string, Set<string>>();
  const hosts = new Map<string, Set<string>>();
  for (const { host, mac } of list) {
    macs.set(host, (macs.get(host) ?? new Set()).add(mac));
    hosts.set(mac, (hosts.get(mac) ?? new Set()).add(host));
  }
  return {
    macOf(host, formerly) {
      const [mac, second] = macs.get(host) ?? [];
      if (mac === undefined || second !== undefined) return undefined; // two networks have the same addresses
      const others = [...(hosts.get(mac) ?? [])].filter((one) => one !== host && one !== formerly);
      return others.length === 0 ? mac : undefined;
    },
  };
}

export const NO_NEIGHBOURS: NeighbourTable = neighbourTable([]);

/** What a program prints; rejects where it is missing, fails, or takes too long. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

const runProgram: RunProgram = (program, args) =>
  new Promise((resolve, reject) => {
    execFile(program, args, { timeout: PROGRAM_MS, encoding: 'utf8', windowsHide: true }, (error, out) =>
      error ? reject(error) : resolve(out),
    );
  });

/** The neighbours of this machine: the file `arp` (Linux's `/proc/net/arp`), or what Windows' `arp -a` prints. */
export function createNeighbours(from: {
  readonly arp: string;
  readonly platform: NodeJS.Platform;
  readonly run?: RunProgram;
}): Neighbours {
  async function list(): Promise<readonly Neighbour[]> {
    if (from.platform === 'win32') return parseArpList(await (from.run ?? runProgram)('arp', ['-a']));
    return parseProcArp(await readFile(from.arp, 'utf8'));
  }
  return { read: () => list().then(neighbourTable, () => NO_NEIGHBOURS) };
}
