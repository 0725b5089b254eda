/** A bind key as a person has it: 128 bits, written as 32 hexadecimal digits. */
export const BIND_KEY = /^[0-9A-Fa-f]{32}$/;
export const BIND_KEY_DIGITS = 32;

/** The name under which the gateway keeps the key of the Bluetooth device with this address: `bluetooth/AABBCC000001`. */
export const keySecretOf = (address: string): string => `bluetooth/${address.replaceAll(':', '')}`;
