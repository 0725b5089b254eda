import type { FaultKind } from './fault.ts';

/** Ports, buses, radios, tools and commissioning. Codes are wire values: add, never rename. */
export const FIELD_FAULTS = {
  'link/claimed': {
    retry: true,
    show: 'A tool has taken this port for itself.',
    remedy: 'Close the tool or wait until it has finished; the device then goes on by itself.',
  },
  'link/ambiguous': {
    retry: true,
    show: 'Two ports fit the identity that the device is bound to.',
    remedy: 'Bind the device to the physical path, or use adapters with different serial numbers.',
  },
  'link/not-supported': {
    retry: false,
    show: 'This port or its driver cannot do that.',
    remedy: 'Use another adapter, or leave this setting off.',
  },
  'adapter/parked': {
    retry: true,
    show: 'The unit does not answer and is asked only now and then.',
    remedy: 'Check its power, unit id and wiring. It goes on by itself with its first answer.',
  },
  'adapter/away': {
    retry: true,
    show: 'The device has left.',
    remedy: 'Check its power and its network. It goes on by itself when it comes back.',
  },
  'adapter/not-confirmed': {
    retry: false,
    show: 'The value that was read back is not the one that was written.',
    remedy: 'Check that the register may be written and that nothing else writes it.',
  },
  'adapter/no-report': {
    retry: false,
    show: 'It was sent, but the device has not said what became of it.',
    remedy:
      'Look at the device: it may have done it. Check that it has subscribed to the topic; if it never reports this point after a write, set "confirmMs" to 0.',
  },
  'adapter/unknown-command': {
    retry: false,
    show: 'The device has no such command.',
    remedy: 'Choose a command from the list of the device.',
  },
  'adapter/refused': {
    retry: true,
    show: 'The device refused the command.',
    remedy: 'Look at what it said; wait until it is ready, then try again.',
  },
  'ble/not-available': {
    retry: true,
    show: 'There is no Bluetooth here.',
    remedy: 'On Linux install and start BlueZ and plug in an adapter. On Windows the gateway has no Bluetooth.',
  },
  'ble/off': {
    retry: true,
    show: 'The Bluetooth adapter is switched off.',
    remedy: 'Switch it on, or check that no radio switch (rfkill) blocks it.',
  },
  'ble/not-seen': {
    retry: true,
    show: 'The Bluetooth device was not heard.',
    remedy: 'Bring it nearer, check its battery, and that no phone is connected to it.',
  },
  'ble/connect-failed': {
    retry: true,
    show: 'The Bluetooth device could not be connected.',
    remedy: 'Bring it nearer; switch it off and on; forget and pair it again if it goes on.',
  },
  'ble/pairing-failed': {
    retry: false,
    show: 'The Bluetooth device could not be paired.',
    remedy: 'Put the device into pairing mode and remove its pairing with other hosts.',
  },
  'ble/gatt': {
    retry: true,
    show: 'The Bluetooth device did not do what was asked.',
    remedy: 'Look at the cause; pair the device first if it asks for that.',
  },
  'ble/needs-key': {
    retry: true,
    show: 'The Bluetooth device sends encrypted, and the gateway has no key for it.',
    remedy: 'Add the device again on the page Devices and give its key: it is shown in the app that switched encryption on.',
  },
  'ble/wrong-key': {
    retry: true,
    show: 'The key does not fit the Bluetooth device.',
    remedy:
      'Look the key up in the app of the maker or of the firmware, where encryption was switched on. It is a new one after the device was reset or bound again.',
  },
  'ble/bad-key': {
    retry: true,
    show: 'The key of the Bluetooth device is no key.',
    remedy: 'A key has 32 hexadecimal digits. Set it anew with gatehouse secret set, or add the device again.',
  },
  'ble/old-counter': {
    retry: true,
    show: 'The Bluetooth device sent an old packet.',
    remedy:
      'Somebody repeats recorded packets; or its battery was changed while the gateway did not listen: then press Reconnect at the device.',
  },
  'point/limit': {
    retry: true,
    show: 'A value is beyond its limit.',
    remedy: 'Look at the device and its process; the alarm ends by itself when the value is back.',
  },
  'device/state': {
    retry: true,
    show: 'A device reports a state of its own that needs attention.',
    remedy: 'Look the state up in the manual of the device.',
  },
  'profile/invalid': { retry: false, show: 'The profile has mistakes.', remedy: 'Mend the fields that are named.' },
  'profile/unknown': { retry: false, show: 'There is no such profile.', remedy: 'Choose a profile from the list, or import it.' },
  'tool/no-consent': {
    retry: false,
    show: 'Nobody has agreed that this tool may use the line.',
    remedy: 'Read what it does to the devices on the line, and confirm it.',
  },
  'tool/unknown-session': {
    retry: false,
    show: 'The tool has been closed.',
    remedy: 'Open it again. A tool closes when nobody looks at it, and gives its port back.',
  },
  'tool/not-yours': {
    retry: false,
    show: 'Somebody else has opened this tool.',
    remedy: 'Ask who uses it, or wait until it is closed.',
  },
  'report/failed': {
    retry: true,
    show: 'The acceptance report could not be made.',
    remedy: 'Make it for fewer devices at a time; the log names the cause.',
  },
  'server/not-listening': {
    retry: true,
    show: 'A server of this gateway cannot listen on its port.',
    remedy: 'Choose another port or address in the deployment document.',
  },
  'scan/running': {
    retry: true,
    show: 'A scan already runs on this line.',
    remedy: 'Wait for it or stop it.',
  },
} as const satisfies Record<string, FaultKind>;
