import { GatewayError } from '../../base/errors.ts';
import type { ObdDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { AdapterContext } from '../adapter.ts';
import type { AskLine } from '../ask-line.ts';
import { decodeElm, type ElmAnswer, payloadsOf } from './elm.ts';
import { supportedPids } from './pids.ts';

/** The adapter and the vehicle behind it. */
export interface Vehicle {
  /** One request; rejects with `adapter/timeout`, `adapter/bad-frame`. */
  ask(command: string, signal: AbortSignal, timeoutMs?: number): Promise<ElmAnswer>;
  /** What all control units gave for this mode and PID; empty where the vehicle has no answer. Rejects where it cannot be reached. */
  read(mode: number, pid: number | undefined, signal: AbortSignal): Promise<Uint8Array[]>;
  /** Resets the adapter, sets it up, and reaches the vehicle. Rejects with `adapter/timeout` where either does not answer. */
  connect(signal: AbortSignal): Promise<void>;
  readonly connected: boolean;
  /** Messages have a count before trouble codes, and one message may have several frames. */
  readonly can: boolean;
  /** In words; empty before it is known. */
  readonly protocol: string;
  supports(pid: number): boolean;
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  '1': 'SAE J1850 PWM',
  '2': 'SAE J1850 VPW',
  '3': 'ISO 9141-2',
  '4': 'ISO 14230-4 (KWP, 5 baud init)',
  '5': 'ISO 14230-4 (KWP, fast init)',
  '6': 'ISO 15765-4 (CAN 11/500)',
  '7': 'ISO 15765-4 (CAN 29/500)',
  '8': 'ISO 15765-4 (CAN 11/250)',
  '9': 'ISO 15765-4 (CAN 29/250)',
  A: 'SAE J1939 (CAN 29/250)',
  B: 'user CAN 1',
  C: 'user CAN 2',
};
const RESET_MS = 5000;
/** The adapter tries one protocol after the other; with the slow ones at the end that takes so long. */
const SEARCH_MS = 25_000;
const LONGEST_ANSWER = 4096;
/** In a row; then the adapter may have lost its power and its settings. */
const MISSES = 3;

function inWords(answer: ElmAnswer): string {
  switch (answer.kind) {
    case 'data':
      return answer.messages.map((message) => Buffer.from(message).toString('hex')).join(', ');
    case 'text':
      return answer.text;
    case 'no-data':
      return 'the vehicle has no answer';
    case 'unknown':
      return 'the adapter does not know this';
    case 'no-vehicle':
    case 'damaged':
      return answer.why;
  }
}

export function createVehicle(config: ObdDeviceConfig, context: AdapterContext, line: AskLine): Vehicle {
  let connected = false;
  let protocol = '';
  let misses = 0;
  const supported = new Set<number>();

  function createReader(command: string): (chunk: Uint8Array) => ElmAnswer | undefined {
    let text = '';
    return (chunk) => {
      text += Buffer.from(chunk).toString('latin1');
      const end = text.indexOf('>');
      if (end === -1 && text.length > LONGEST_ANSWER) {
        throw new GatewayError('adapter/bad-frame', `${config.id}: no prompt in ${text.length} bytes`);
      }
      if (end === -1) return undefined;
      const answer = decodeElm(text.slice(0, end), command);
      const faulty = answer.kind === 'damaged';
      if (faulty || context.framesWanted()) {
        const bytes = Buffer.from(text.slice(0, end), 'latin1');
        context.frame({ direction: 'in', bytes, decoded: inWords(answer), faulty });
      }
      return answer;
    };
  }
  async function ask(command: string, signal: AbortSignal, timeoutMs = config.timeoutMs): Promise<ElmAnswer> {
    const question = { bytes: Buffer.from(`${command}\r`), what: command, timeoutMs, take: createReader(command) };
    try {
      const answer = await line.ask(question, signal);
      misses = 0;
      return answer;
    } catch (cause) {
      misses += 1;
      if (misses >= MISSES) connected = false;
      throw cause;
    }
  }
  async function read(mode: number, pid: number | undefined, signal: AbortSignal, timeoutMs?: number): Promise<Uint8Array[]> {
    const command = [mode, ...(pid === undefined ? [] : [pid])]
      .map((one) => one.toString(16).toUpperCase().padStart(2, '0'))
      .join('');
    const answer = await ask(command, signal, timeoutMs);
    switch (answer.kind) {
      case 'data':
        return payloadsOf(answer.messages, mode, pid);
      case 'no-data':
      case 'unknown':
        return [];
      case 'no-vehicle':
        connected = false;
        throw new GatewayError('adapter/timeout', `${config.id}: ${answer.why}`);
      case 'damaged':
        throw new GatewayError('adapter/bad-frame', `${config.id}: ${answer.why}`);
      case 'text':
        return [];
    }
  }
  async function readSupported(signal: AbortSignal): Promise<void> {
    supported.clear();
    for (let base = 0; base <= 0xe0; base += 0x20) {
      const bitmaps = await read(1, base, signal, base === 0 ? SEARCH_MS : undefined);
      if (base === 0 && bitmaps.length === 0) {
        throw new GatewayError('adapter/timeout', `${config.id}: the vehicle does not answer: is the ignition on?`);
      }
      for (const bitmap of bitmaps) for (const pid of supportedPids(base, bitmap)) supported.add(pid);
      if (!supported.has(base + 0x20)) return;
    }
  }
  return {
    ask,
    read: (mode, pid, signal) => read(mode, pid, signal),
    async connect(signal) {
      connected = false;
      protocol = '';
      // What the adapter does not know it answers with "?": old ones have no ATS0, and work without.
      await ask('ATZ', signal, RESET_MS);
      for (const command of ['ATE0', 'ATL0', 'ATS0', 'ATH0', `ATSP${config.protocol}`]) await ask(command, signal);
      await readSupported(signal);
      const number = await ask('ATDPN', signal);
      protocol = number.kind === 'text' ? (PROTOCOLS[number.text.replace(/^A(?=.)/, '')] ?? '') : '';
      connected = true;
    },
    get connected() {
      return connected;
    },
    get can() {
      return protocol.includes('CAN');
    },
    get protocol() {
      return protocol;
    },
    supports: (pid) => supported.has(pid),
  };
}
