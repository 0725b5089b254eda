import { expect, it } from 'vitest';
import { identified } from '../../../core/discovery/commission/identified.ts';
import { neighbourTable } from '../../../core/transports/neighbours.ts';

const MAC = '00:80:f4:12:34:56';
const table = neighbourTable([
  { host: '10.0.0.31', mac: MAC },
  { host: '10.0.0.1', mac: '00:0d:b9:00:00:01' },
  { host: '10.0.0.2', mac: '00:0d:b9:00:00:01' },
]);
const draft = (change: object = {}) => ({
  id: 'plc',
  adapter: 'modbus-tcp',
  link: { kind: 'tcp', host: '10.0.0.31', port: 502 },
  unit: 3,
  ...change,
});
const identityIn = (change: object = {}) => identified(draft(change), table)['identity'];

it('gives a network device its MAC address and unit, in place of the address where it was found', () => {
  for (const identity of [undefined, 'modbus-tcp:10.0.0.31:502', `mac:${MAC} 1`, 'serial:ACME/PLC-9/4711 3']) {
    expect(identityIn(identity === undefined ? {} : { identity })).toBe(`mac:${MAC} 3`);
  }
  expect(identityIn({ unit: undefined })).toBe(`mac:${MAC} 1`);
});

it('leaves what a person wrote, what it knows nothing of, and what is no network device', () => {
  const untouched = [
    { identity: 'asset 4711' },
    { identity: 7 },
    { unit: 'three' },
    { link: { kind: 'tcp', host: '10.0.0.99', port: 502 }, identity: 'modbus-tcp:10.0.0.99:502' },
    { link: { kind: 'tcp', host: '10.0.0.1', port: 502 } },
    { link: { kind: 'tcp', host: 'plc.local', port: 502 } },
    { link: { kind: 'serial', path: '/dev/ttyUSB0' } },
    { link: 'nonsense' },
    { adapter: 'modbus-rtu' },
    { adapter: 'mqtt', link: undefined },
  ];
  for (const change of untouched) expect(identified(draft(change), table)).toEqual(draft(change));
});
