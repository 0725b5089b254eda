import type { Desk } from '../../contract/desk.ts';
import { emptyDesk } from '../../contract/empty-desk.ts';
import type { FieldDeskDeps } from '../desk-deps.ts';

const METHODS = [
  'ble.scan',
  'ble.power',
  'ble.forget',
  'gatt.open',
  'gatt.tree',
  'gatt.read',
  'gatt.write',
  'gatt.notify',
] as const;
const TOPICS = ['radios', 'adverts'] as const;

/** Bluetooth: radios, what is heard, and looking into a device. */
export function createBleDesk(_deps: FieldDeskDeps): Desk<(typeof METHODS)[number], (typeof TOPICS)[number]> {
  return emptyDesk(METHODS, TOPICS);
}
