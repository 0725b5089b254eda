/** The key of an encrypted Bluetooth device: typed, tried, kept. */
export const bindKey = {
  title: 'Its key',
  intro:
    'This device encrypts what it sends. Give its key; it is tried on what the device sends now, and kept only when you save.',
  label: 'Key, 32 hex digits',
  where:
    'Where to find it: Shelly, in its app where encryption was switched on; pvvx or other BTHome firmware, on the page that set it up, as “bind key”; Xiaomi, the “beacon key” of the account that it was bound with.',
  pad: 'Hex digits',
  backspace: 'Delete the last digit',
  count: (digits: number) => `${digits} of 32 digits`,
  notHex: (sign: string) => `“${sign}” is no hex digit: a key has only 0 to 9 and A to F.`,
  tooLong: (digits: number) => `These are ${digits} digits; a key has 32.`,
  try: 'Try this key',
  trying: 'Listens for up to 20 s…',
  fits: (values: string) => `The key fits. The device tells: ${values}.`,
  unproven: 'The key that was given is used: the values below show whether it fits.',
  kept: 'The key that the gateway has for it is used.',
  another: 'Another key',
  allTheSame: 'Go on with this key',
  none: 'It is saved without its key',
  noneBody: 'The device gives no values until its key is set: go back to “Try it”, or add it again.',
} as const;
