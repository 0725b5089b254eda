import { type ErrorCode, GatewayError } from '../../../base/errors.ts';

/** Name of an error on the bus, e.g. `org.bluez.Error.Failed`; dbus-next calls it `type`. */
function nameOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  return 'type' in cause && typeof cause.type === 'string' ? cause.type : '';
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  'org.bluez.Error.NotReady': 'ble/off',
  'org.bluez.Error.Blocked': 'ble/off',
  'org.bluez.Error.ConnectionAttemptFailed': 'ble/connect-failed',
  'org.bluez.Error.AuthenticationFailed': 'ble/pairing-failed',
  'org.bluez.Error.AuthenticationCanceled': 'ble/pairing-failed',
  'org.bluez.Error.AuthenticationRejected': 'ble/pairing-failed',
  'org.bluez.Error.AuthenticationTimeout': 'ble/pairing-failed',
  'org.bluez.Error.NotConnected': 'link/lost',
  'org.freedesktop.DBus.Error.ServiceUnknown': 'ble/not-available',
  'org.freedesktop.DBus.Error.NameHasNoOwner': 'ble/not-available',
  'org.freedesktop.DBus.Error.AccessDenied': 'ble/not-available',
  'org.freedesktop.DBus.Error.UnknownObject': 'ble/not-seen',
  'org.freedesktop.DBus.Error.UnknownMethod': 'ble/not-seen',
  'org.freedesktop.DBus.Error.NoReply': 'adapter/timeout',
};

/** The fault behind an error of the bus. What has no code of its own is `ble/gatt`: the device did not do it. */
export function busFault(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  const name = nameOf(cause);
  const text = cause instanceof Error ? cause.message : String(cause);
  if (name === 'org.freedesktop.DBus.Error.ServiceUnknown' || name === 'org.freedesktop.DBus.Error.NameHasNoOwner') {
    return new GatewayError('ble/not-available', 'BlueZ does not run.', {
      cause,
      remedy: 'Install it and start its service: bluetooth.',
    });
  }
  return new GatewayError(CODES[name] ?? 'ble/gatt', `Bluetooth says: ${text}`, { cause, details: { bus: name } });
}

/** Whether the bus answered with this error. */
export const isBusError = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof GatewayError && names.some((name) => error.details['bus'] === `org.bluez.Error.${name}`);

/** A fault under another code, keeping what it says; faults that are clearer already stay. */
export function asStep(error: unknown, code: ErrorCode, what: string): GatewayError {
  const fault = busFault(error);
  const clear = ['ble/off', 'ble/not-available', 'ble/pairing-failed', 'ble/not-seen', 'link/claimed'].includes(fault.code);
  return clear ? fault : new GatewayError(code, `${what}: ${fault.message}`, { cause: fault, details: fault.details });
}
