import { access, constants, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import type { PortDiagnosis } from '../../contract/field-views.ts';
import { busy, denied } from '../serial-faults.ts';
import { findHolder, ownerOf, userName } from './holders.ts';
import { deviceOf } from './port-paths.ts';
import { driverKnowsRs485 } from './rs485.ts';

/** Drivers of USB adapters that have no RS-485 mode of their own; most such adapters switch the transceiver by themselves. */
const RTS_ONLY = /^(ftdi_sio|cp210x|ch341|pl2303|cdc_acm)$/;

const onLinux = process.platform === 'linux';

/** Opening a port raises its DTR, which resets many devices: so it is asked only while it is open anyway. */
async function rs485Of(path: string, isOpen: boolean): Promise<PortDiagnosis['rs485']> {
  const device = await deviceOf(path);
  const driver = basename(await readlink(`/sys/class/tty/${basename(device)}/device/driver`).catch(() => ''));
  if (RTS_ONLY.test(driver)) return 'rts-only';
  if (!isOpen) return 'unknown';
  const knows = await driverKnowsRs485(device);
  return knows === undefined ? 'unknown' : knows ? 'driver' : 'rts-only';
}

const NOTHING = { owner: '', group: '', mode: '', process: null, problem: '', remedy: '', rs485: 'unknown' } as const;

/**
 * What is in the way of a port: whether it is there, who owns it, whether this process may open it, and which program has it. `isOpen`: the
 * gateway has it open itself. Never rejects.
 */
export async function diagnosePort(path: string, isOpen: boolean): Promise<PortDiagnosis> {
  const user = onLinux ? await userName() : '';
  const facts = await ownerOf(path);
  // Of other files nothing is told.
  if (!facts?.mode.startsWith('c')) {
    const fault = new GatewayError('link/not-found', `${path}: there is no such port`);
    // Windows has no file for a port; only opening it tells.
    if (!onLinux) return { path, exists: false, mayOpen: true, user, ...NOTHING };
    return { path, exists: false, mayOpen: false, user, ...NOTHING, problem: fault.message, remedy: fault.remedy };
  }
  const { owner, group, mode } = facts;
  const mayOpen = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  const holder = await findHolder(path);
  const other = holder && holder.pid !== process.pid ? holder : null;
  const fault = !mayOpen ? await denied(path, undefined) : other ? await busy(path, undefined) : undefined;
  return {
    path,
    exists: true,
    mayOpen,
    owner,
    group,
    mode,
    user,
    process: other,
    problem: fault?.message ?? '',
    remedy: fault?.remedy ?? '',
    rs485: await rs485Of(path, isOpen),
  };
}
