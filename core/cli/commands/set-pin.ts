import { text } from 'node:stream/consumers';
import { GatewayError } from '../../base/errors.ts';
import { saveSetting } from '../../config/save-settings.ts';
import { hashPin, isPin } from '../../security/pin.ts';
import { EXIT, type ExitCode } from '../output.ts';
import type { Context } from './command.ts';

/** `gatehouse set-pin`: the PIN that ends the kiosk. Read from the standard input, so that it stands in no list of processes. */
export async function setPin({ data, output, stdin }: Context): Promise<ExitCode> {
  if (stdin.isTTY) process.stderr.write('PIN (4 to 12 digits), then Enter and Ctrl-D: ');
  const pin = (await text(stdin)).trim();
  if (!isPin(pin)) throw new GatewayError('cli/bad-input', 'A PIN has 4 to 12 digits.');
  await saveSetting(data, 'kiosk', { pinHash: await hashPin(pin) });
  output.line(output.json ? JSON.stringify({ pin: 'set' }) : 'The PIN is set. It holds from the next try on.');
  return EXIT.ok;
}
