import type { FaultKind } from './fault.ts';

/** Links to devices, and what devices answer. Codes are wire values: add, never rename. */
export const DEVICE_FAULTS = {
  'link/not-found': {
    retry: true,
    show: 'The port does not exist.',
    remedy: 'Check that the adapter is plugged in and that the path is right.',
  },
  'link/busy': {
    retry: true,
    show: 'Another program uses the port.',
    remedy: 'Close the other program, or wait until it has finished.',
  },
  'link/not-permitted': {
    retry: true,
    show: 'The gateway may not open the port.',
    remedy: 'Add the gateway’s user to the group that owns the port, then sign in again.',
  },
  'link/refused': {
    retry: true,
    show: 'The device refused the connection.',
    remedy: 'Check address and port, and that the device is switched on.',
  },
  'link/timeout': {
    retry: true,
    show: 'The connection could not be opened in time.',
    remedy: 'Check the cable, the address and the device’s power.',
  },
  'link/lost': {
    retry: true,
    show: 'The connection to the device was lost.',
    remedy: 'Check the cable and the device’s power. The gateway reconnects by itself.',
  },
  'link/closed': { retry: true, show: 'The connection is closed.', remedy: 'The gateway reconnects by itself.' },
  'link/failed': { retry: true, show: 'The port could not be used.', remedy: 'Look at the cause; check the port’s settings.' },
  'adapter/timeout': {
    retry: true,
    show: 'The device did not answer in time.',
    remedy:
      'Check its power, its cable or network, and its address or unit id; on a serial line also baud rate, A and B, and termination.',
  },
  'adapter/bad-frame': {
    retry: true,
    show: 'The device sent something that is not a valid frame.',
    remedy: 'Look at the raw frames; on a serial line check baud rate, parity and wiring.',
  },
  'adapter/wrong-unit': {
    retry: true,
    show: 'Another unit answered than the one that was asked.',
    remedy: 'Check that no two devices share one unit id.',
  },
  'adapter/exception': {
    retry: true,
    show: 'The device answered with an exception.',
    remedy: 'Check the register address and count against the device’s manual.',
  },
  'adapter/silent': {
    retry: true,
    show: 'Nothing was heard from the device for too long.',
    remedy: 'Check its power or battery, and its cable or distance; check the interval that is expected.',
  },
  'adapter/not-writable': {
    retry: false,
    show: 'This point cannot be written.',
    remedy: 'Declare the point as writable in the deployment document.',
  },
  'adapter/bad-value': {
    retry: false,
    show: 'The value cannot be written to this point.',
    remedy: 'Give a value within the range that is named.',
  },
  'adapter/bad-pattern': {
    retry: false,
    show: 'The pattern of this device cannot be used.',
    remedy: 'Mend the pattern in the deployment document as the message says.',
  },
  'adapter/link-conflict': {
    retry: true,
    show: 'Two devices use the same line with different settings.',
    remedy: 'Give all devices on one line the same settings, or use another port.',
  },
  'adapter/busy': {
    retry: true,
    show: 'Too many requests wait for this line.',
    remedy: 'Poll the devices on this line less often.',
  },
  'adapter/unknown-point': {
    retry: false,
    show: 'The device has no such point.',
    remedy: 'Check the point’s name in the deployment document.',
  },
  'adapter/unknown-device': {
    retry: false,
    show: 'There is no such device.',
    remedy: 'Check the device’s id in the deployment document.',
  },
} as const satisfies Record<string, FaultKind>;
