import { spawn } from 'node:child_process';
import { GatewayError } from '../../base/errors.ts';
import type { Rs485Config } from '../../contract/document/links.ts';

/** ioctl numbers of asm-generic/ioctls.h; these processors use them as they are. */
const SET = 0x542f;
const GET = 0x542e;
const SAME_NUMBERS = ['x64', 'arm64', 'arm', 'ia32', 'riscv64', 'loong64'];

/** Flags of struct serial_rs485 (linux/serial.h). */
const ENABLED = 1;
const RTS_ON_SEND = 2;
const RTS_AFTER_SEND = 4;
/** The struct has eight words of 32 bits: flags, delay before, delay after (ms), and five that stay 0. */
const WORDS = 8;

const LIMIT_MS = 5000;

/**
 * Asks the driver by ioctl. Node has no call for it and the serial driver none either; perl is a part of every Debian. The device file is
 * opened a second time beside the one that is in use: without waiting for a carrier, and without becoming its terminal.
 * The script ends with 0 and the words of the struct, or with a code: 2 cannot open, 3 the driver does not know RS-485.
 */
const SCRIPT = `
use Fcntl;
my ($path, $set, $get, @words) = @ARGV;
sysopen(my $port, $path, O_RDWR | O_NONBLOCK | O_NOCTTY) or exit 2;
my $made = pack('L8', @words);
if ($set) { defined(ioctl($port, $set, $made)) or exit 3; }
my $now = pack('L8', (0) x 8);
defined(ioctl($port, $get, $now)) or exit 3;
print join(' ', unpack('L8', $now));
`;

function ask(path: string, set: number, words: readonly number[]): Promise<readonly number[] | 'no' | 'failed'> {
  return new Promise((resolve) => {
    const child = spawn('perl', ['-e', SCRIPT, path, String(set), String(GET), ...words.map(String)], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('error', () => resolve('failed'));
    child.on('close', (code) => {
      if (code === 3) resolve('no');
      else resolve(code === 0 ? said.split(' ').map(Number) : 'failed');
    });
  });
}

const possible = (): boolean => process.platform === 'linux' && SAME_NUMBERS.includes(process.arch);

/** Whether the driver of a port that is open already can switch an RS-485 transceiver; undefined: it could not be asked. */
export async function driverKnowsRs485(path: string): Promise<boolean | undefined> {
  if (!possible()) return undefined;
  const answer = await ask(path, 0, new Array<number>(WORDS).fill(0));
  return answer === 'failed' ? undefined : answer !== 'no';
}

/** Has the driver switch the transceiver; it stays so when the port is closed, as the driver keeps it. Rejects with `link/not-supported` where it cannot, or changes what was asked of it. */
export async function switchByDriver(path: string, config: Rs485Config): Promise<void> {
  const flags = ENABLED | (config.rtsOnSend ? RTS_ON_SEND : RTS_AFTER_SEND);
  const words = [flags, Math.round(config.delayBeforeMs), Math.round(config.delayAfterMs), 0, 0, 0, 0, 0];
  const answer = possible() ? await ask(path, SET, words) : 'no';
  if (typeof answer !== 'string' && ((answer[0] ?? 0) & (ENABLED | RTS_ON_SEND | RTS_AFTER_SEND)) === flags) return;
  const why = answer === 'failed' ? 'could not be asked for its RS-485 mode' : 'has no RS-485 mode with these settings';
  throw new GatewayError('link/not-supported', `${path}: the driver of the port ${why}`, {
    remedy: 'Choose the RS-485 mode "rts", or none where the adapter switches by itself (most USB adapters do).',
  });
}
