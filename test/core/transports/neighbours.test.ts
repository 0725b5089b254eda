import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNeighbours, neighbourTable, parseArpList, parseProcArp } from '../../../core/transports/neighbours.ts';

const HEAD = 'IP address       HW type     Flags       HW address            Mask     Device\n';
const PROC = `${HEAD}10.0.0.1         0x1         0x2         00:0d:b9:11:22:33     *        eth0
10.0.0.31        0x1         0x0         00:00:00:00:00:00     *        eth0
10.0.0.45        0x1         0x2         00:80:F4:12:34:56     *        eth0
10.0.0.46        0x1         0x6         00:80:f4:00:00:46     *        eth0
10.0.0.60        0x1         0xc         00:80:f4:00:00:60     *        eth0
10.0.0.61        0x20        0x2         00:80:f4:00:00:61     *        ib0
10.0.0.62        0x1         0x2         00:00:5e:00:01:07     *        eth0
10.0.0.63        0x1         0x2         01:00:5e:00:00:fb     *        eth0
`;
const WINDOWS = `
Schnittstelle: 192.168.1.5 --- 0xb
  Internetadresse       Physische Adresse     Typ
  192.168.1.1           00-0d-b9-11-22-33     dynamisch
  192.168.1.40          00-80-F4-12-34-56     dynamisch
  192.168.1.255         ff-ff-ff-ff-ff-ff     statisch
  224.0.0.22            01-00-5e-00-00-16     statisch
`;

it('reads the table of Linux: what has answered, on Ethernet, and is one device', () => {
  expect(parseProcArp(PROC)).toEqual([
    { host: '10.0.0.1', mac: '00:0d:b9:11:22:33' },
    { host: '10.0.0.45', mac: '00:80:f4:12:34:56' },
    { host: '10.0.0.46', mac: '00:80:f4:00:00:46' },
  ]);
});

it('reads what Windows prints, in whatever language', () => {
  expect(parseArpList(WINDOWS.replaceAll('\n', '\r\n'))).toEqual([
    { host: '192.168.1.1', mac: '00:0d:b9:11:22:33' },
    { host: '192.168.1.40', mac: '00:80:f4:12:34:56' },
  ]);
});

describe('a MAC address', () => {
  const at = (host: string, mac: string) => ({ host, mac });
  it('is of one device where it has one address', () => {
    const table = neighbourTable([at('10.0.0.1', 'a'), at('10.0.0.2', 'b')]);
    expect([table.macOf('10.0.0.1'), table.macOf('10.0.0.2'), table.macOf('10.0.0.3')]).toEqual(['a', 'b', undefined]);
  });
  it('that several addresses have is that of a router, and says nothing', () => {
    const table = neighbourTable([at('10.0.0.1', 'a'), at('10.0.0.2', 'a'), at('10.0.0.3', 'a')]);
    expect(table.macOf('10.0.0.1')).toBeUndefined();
    expect(table.macOf('10.0.0.1', '10.0.0.2')).toBeUndefined();
  });
  it('may still stand at the address that the device had before', () => {
    const table = neighbourTable([at('10.0.0.31', 'a'), at('10.0.0.45', 'a')]);
    expect([table.macOf('10.0.0.45'), table.macOf('10.0.0.45', '10.0.0.31')]).toEqual([undefined, 'a']);
  });
  it('is not known of an address that two networks have', () => {
    expect(neighbourTable([at('10.0.0.1', 'a'), at('10.0.0.1', 'b')]).macOf('10.0.0.1')).toBeUndefined();
    expect(neighbourTable([at('10.0.0.1', 'a'), at('10.0.0.1', 'a')]).macOf('10.0.0.1')).toBe('a');
  });
});

it('is empty where the system has no table, or its program fails', async () => {
  const linux = await createNeighbours({ arp: '/nowhere/arp', platform: 'linux' }).read();
  const failing = async (): Promise<string> => {
    throw new Error('not found');
  };
  const windows = await createNeighbours({ arp: '', platform: 'win32', run: failing }).read();
  expect([linux.macOf('10.0.0.1'), windows.macOf('10.0.0.1')]).toEqual([undefined, undefined]);
});

it('reads the file of Linux and the program of Windows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'arp-'));
  try {
    await writeFile(join(folder, 'arp'), PROC);
    const table = await createNeighbours({ arp: join(folder, 'arp'), platform: 'linux' }).read();
    expect(table.macOf('10.0.0.45')).toBe('00:80:f4:12:34:56');
  } finally {
    await rm(folder, { recursive: true });
  }
  const asked: unknown[] = [];
  const run = async (program: string, args: readonly string[]): Promise<string> => {
    asked.push([program, ...args]);
    return WINDOWS;
  };
  const windows = await createNeighbours({ arp: '', platform: 'win32', run }).read();
  expect([windows.macOf('192.168.1.40'), asked]).toEqual(['00:80:f4:12:34:56', [['arp', '-a']]]);
});

it('takes nothing that is no MAC address, whatever stands there', () => {
  const shape = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...' 0x1-:.af\n\t2'.split('')), maxLength: 200 }), (text) => {
      for (const { mac } of [...parseProcArp(text), ...parseArpList(text)]) expect(mac).toMatch(shape);
    }),
  );
});
