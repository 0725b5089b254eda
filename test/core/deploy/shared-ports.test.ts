import { describe, expect, it } from 'vitest';
import { Device } from '../../../core/contract/document/devices.ts';
import { sharedPorts } from '../../../core/deploy/shared-ports.ts';

const USB = { by: 'usb', vendor: '0403', product: '6001', serial: 'A1B2' };
const SOCKET = { by: 'physical', path: 'pci-0000:00:14.0-usb-0:2:1.0-port0' };
const meter = (id: string, link: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  Device.parse({
    id,
    name: id,
    adapter: 'modbus-rtu',
    link: { kind: 'serial', path: '/dev/ttyUSB0', ...link },
    points: [{ name: 'a', table: 'holding', address: 0 }],
    ...more,
  });
const messages = (...links: Record<string, unknown>[]): string[] =>
  sharedPorts(links.map((link, i) => meter(`m${i}`, link))).map(({ message }) => message);

describe('devices on one serial port', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['the same name', {}, { baudRate: 19_200 }],
    ['the same binding under two names', { bind: USB }, { bind: USB, path: '/dev/ttyUSB3', baudRate: 19_200 }],
    ['a binding, and the name it had', { bind: USB }, { baudRate: 19_200 }],
    [
      'a binding, and its name below by-id',
      { path: '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A1B2-if00-port0' },
      { bind: USB, baudRate: 19_200 },
    ],
    [
      'a socket, and its name below by-path',
      { bind: SOCKET, path: '/dev/ttyUSB7' },
      { path: `/dev/serial/by-path/${SOCKET.path}`, baudRate: 19_200 },
    ],
    ['RS-485 at one only', { rs485: { mode: 'driver' } }, {}],
  ])('must agree on its settings: %s', (_what, one, two) => {
    expect(messages(one, two)).toEqual([expect.stringContaining('here.')]);
  });
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['two adapters that had one name at different times', { bind: USB }, { bind: { ...USB, serial: 'C3' }, baudRate: 19_200 }],
    ['two ports of one adapter', { bind: USB }, { bind: { ...USB, interface: 1 }, baudRate: 19_200 }],
    ['two names', {}, { path: '/dev/ttyUSB1', baudRate: 19_200 }],
    [
      'the other port of the adapter below by-id',
      { path: '/dev/serial/by-id/usb-FTDI_Dual_A1B2-if01-port0' },
      { bind: USB, path: '/dev/ttyUSB5', baudRate: 19_200 },
    ],
  ])('are not on one: %s', (_what, one, two) => {
    expect(messages(one, two)).toEqual([]);
  });
  it('cannot be of two kinds, whatever the port is called', () => {
    const ascii = meter('b', { bind: USB, path: '/dev/ttyUSB4' }, { adapter: 'modbus-ascii' });
    expect(sharedPorts([meter('a', { bind: USB }), ascii])).toMatchObject([{ message: expect.stringContaining('used by "a"') }]);
  });
});
