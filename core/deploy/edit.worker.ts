import { parentPort } from 'node:worker_threads';
import { toWire } from '../base/errors.ts';
import { type DeviceEdit, editDevices } from './edit-devices.ts';

parentPort?.once('message', ({ text, edit }: { readonly text: string; readonly edit: DeviceEdit }) => {
  try {
    parentPort?.postMessage({ text: editDevices(text, edit) });
  } catch (cause) {
    parentPort?.postMessage({ error: toWire(cause) });
  }
});
