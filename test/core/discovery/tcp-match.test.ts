import { describe, expect, it } from 'vitest';
import { Device } from '../../../core/contract/document/devices.ts';
import type { NetworkPlace } from '../../../core/discovery/inbox/sighting.ts';
import {
  hardwareOf,
  identityOf,
  isTcpDevice,
  serialHardware,
  type TcpDevice,
} from '../../../core/discovery/inbox/tcp-identity.ts';
import { matchNetwork, type NetworkFacts } from '../../../core/discovery/inbox/tcp-match.ts';
import { neighbourTable } from '../../../core/transports/neighbours.ts';

const MAC = '00:80:f4:12:34:56';
const OTHER = '00:80:f4:99:99:99';
const ROUTER = '00:0d:b9:00:00:01';

function device(change: object = {}): TcpDevice {
  const made = Device.parse({
    id: 'meter',
    name: 'Meter',
    adapter: 'modbus-tcp',
    identity: identityOf({ by: 'mac', is: MAC }, 3),
    link: { kind: 'tcp', host: '10.0.0.31', port: 502 },
    unit: 3,
    points: [{ name: 'a', table: 'holding', address: 0 }],
    ...change,
  });
  if (!isTcpDevice(made)) throw new Error('a TCP device');
  return made;
}
const at = (host: string, change: Partial<NetworkPlace> = {}): NetworkPlace => ({
  host,
  port: 502,
  unit: 3,
  serial: undefined,
  says: '',
  profile: null,
  ...change,
});
type Health = ReturnType<NetworkFacts['health']>;
const facts = (
  macs: Readonly<Record<string, string>>,
  health: Health = 'offline',
  said: Record<string, string> = {},
): NetworkFacts => ({
  neighbours: neighbourTable(Object.entries(macs).map(([host, mac]) => ({ host, mac }))),
  health: () => health,
  said: (place) => said[place],
});

describe('a device at an address of the network', () => {
  it('is the one that the document has there, where nothing speaks against it', () => {
    for (const macs of [{}, { '10.0.0.31': MAC }]) {
      expect(matchNetwork([device()], at('10.0.0.31'), facts(macs))).toEqual({ device: 'meter', moved: false, note: null });
    }
    const plain = device({ identity: undefined });
    expect(matchNetwork([plain], at('10.0.0.31'), facts({ '10.0.0.31': OTHER }))).toMatchObject({ device: 'meter', note: null });
  });

  it('is known by its MAC address and unit at another one, and it is said what moved from where to where', () => {
    expect(matchNetwork([device()], at('10.0.0.45'), facts({ '10.0.0.45': MAC }))).toEqual({
      device: 'meter',
      moved: true,
      note: `"Meter" was at 10.0.0.31:502 and is now at 10.0.0.45:502: it has the same MAC address ${MAC}, unit 3.`,
    });
  });

  it('is known while the system still has it at the old address, too', () => {
    const match = matchNetwork([device()], at('10.0.0.45'), facts({ '10.0.0.31': MAC, '10.0.0.45': MAC }));
    expect(match).toMatchObject({ device: 'meter', moved: true });
  });

  it('is not known by the MAC address of a router', () => {
    const macs = { '10.0.0.1': ROUTER, '10.0.0.45': ROUTER };
    const behind = device({ identity: identityOf({ by: 'mac', is: ROUTER }, 3) });
    expect(matchNetwork([behind], at('10.0.0.45'), facts(macs))).toEqual({ device: null, moved: false, note: null });
  });

  it('is not known by another unit of the same hardware', () => {
    const match = matchNetwork([device()], at('10.0.0.45', { unit: 4 }), facts({ '10.0.0.45': MAC }));
    expect(match).toMatchObject({ device: null, moved: false });
  });

  it('is another port of a gateway, where the device itself answers at its own', () => {
    const match = (health: Health) =>
      matchNetwork([device()], at('10.0.0.31', { port: 503 }), facts({ '10.0.0.31': MAC }, health));
    expect(match('ok')).toEqual({ device: null, moved: false, note: null });
    expect(match('offline')).toMatchObject({ device: 'meter', moved: true });
  });

  it('that was exchanged is told, and is not taken for the old one', () => {
    expect(matchNetwork([device()], at('10.0.0.31'), facts({ '10.0.0.31': OTHER }, 'ok'))).toEqual({
      device: null,
      moved: false,
      note:
        `Another device stands at the address of "Meter": its MAC address ${OTHER} is not the MAC address ${MAC} of before. ` +
        `Was it exchanged? Then write "identity": "mac:${OTHER} 3" at "Meter" in the document.`,
    });
  });

  it('is known where two have changed their addresses with each other, though both seem to work', () => {
    const one = device();
    const two = device({
      id: 'pump',
      name: 'Pump',
      identity: identityOf({ by: 'mac', is: OTHER }, 3),
      link: { kind: 'tcp', host: '10.0.0.32', port: 502 },
    });
    const swapped = facts({ '10.0.0.31': OTHER, '10.0.0.32': MAC }, 'ok');
    expect(matchNetwork([one, two], at('10.0.0.31'), swapped)).toMatchObject({ device: 'pump', moved: true });
    expect(matchNetwork([one, two], at('10.0.0.32'), swapped)).toMatchObject({ device: 'meter', moved: true });
  });

  it('is not guessed where two of the document have its hardware', () => {
    const twin = device({ id: 'twin', link: { kind: 'tcp', host: '10.0.0.33', port: 502 } });
    const match = matchNetwork([device(), twin], at('10.0.0.45'), facts({ '10.0.0.45': MAC }));
    expect(match).toEqual({ device: null, moved: false, note: null });
  });

  it('is known by its serial number, behind a router too', () => {
    const serial = serialHardware({ vendor: 'ACME', product: 'PLC-9', serial: '4711' });
    const known = device({ identity: serial && identityOf(serial, 3) });
    expect(matchNetwork([known], at('10.9.0.45', { serial }), facts({}))).toEqual({
      device: 'meter',
      moved: true,
      note: '"Meter" was at 10.0.0.31:502 and is now at 10.9.0.45:502: it has the same serial number 4711, unit 3.',
    });
    const other = serialHardware({ vendor: 'ACME', product: 'PLC-9', serial: '4712' });
    expect(matchNetwork([known], at('10.0.0.31', { serial: other }), facts({}))).toMatchObject({
      device: null,
      note: expect.stringContaining('its serial number 4712 is not the serial number 4711'),
    });
  });
});

describe('the same make and model', () => {
  const says = 'ACME PLC-9';
  const said = { '10.0.0.31:502': says };
  it('is a hint at a device that is missed, and never more', () => {
    for (const identity of [undefined, identityOf({ by: 'mac', is: MAC }, 3)]) {
      const match = matchNetwork([device({ identity })], at('10.0.0.45', { says, unit: 1 }), facts({}, 'offline', said));
      expect(match).toMatchObject({ device: null, moved: false });
      expect(match.note).toContain('Looks like "Meter", which does not answer at 10.0.0.31:502');
    }
  });
  it('is known by the template of the device as well', () => {
    const made = device({ identity: undefined, profile: 'acme-plc-9@2' });
    const match = matchNetwork([made], at('10.0.0.45', { says, profile: 'acme-plc-9' }), facts({}));
    expect(match.note).toContain('Looks like "Meter"');
  });
  it('says nothing where the device works, is certainly another, or says something else', () => {
    const place = at('10.0.0.45', { says });
    expect(matchNetwork([device()], place, facts({}, 'ok', said)).note).toBeNull();
    expect(matchNetwork([device()], place, facts({ '10.0.0.45': OTHER }, 'offline', said)).note).toBeNull();
    expect(matchNetwork([device()], at('10.0.0.45', { says: 'ACME PLC-8' }), facts({}, 'offline', said)).note).toBeNull();
    expect(matchNetwork([device()], at('10.0.0.45'), facts({}, 'offline', {})).note).toBeNull();
  });
});

it('reads only identities that it has made', () => {
  expect(hardwareOf({ identity: `mac:${MAC} 3` })).toEqual({ by: 'mac', is: MAC, unit: 3 });
  expect(hardwareOf({ identity: 'serial:ACME/PLC 9/47 11 255' })).toEqual({ by: 'serial', is: 'ACME/PLC 9/47 11', unit: 255 });
  for (const identity of [undefined, '', 'modbus-tcp:10.0.0.1:502', 'mac:', 'asset 4711', 'usb:0403:6001:A1B2:0']) {
    expect(hardwareOf({ identity })).toBeUndefined();
  }
  expect(serialHardware({ vendor: '', product: 'PLC-9', serial: '1' })).toBeUndefined();
  expect(serialHardware({ vendor: 'A', product: 'P', serial: 'x'.repeat(300) })).toBeUndefined();
});
