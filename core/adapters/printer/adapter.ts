import { GatewayError } from '../../base/errors.ts';
import type { PrinterDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { Reading } from '../../contract/reading.ts';
import type { AdapterContext, AdapterKind, CommandOutcome } from '../adapter.ts';
import type { AskLine } from '../ask-line.ts';
import { type AskedDevice, openAsking } from '../ask-session.ts';
import { describeConnection } from '../describe.ts';
import { ASK_IN_TURN, askRealTime, jobFor, SWITCH_ASB_ON } from './commands.ts';
import { createStatusReader, decodeAsb, decodeRealTime, type PrinterSaid, type PrinterStatus, whyNot } from './status.ts';

/** Receipt printers that speak ESC/POS (Epson's reference; most others follow it). */
export const printerAdapter: AdapterKind<PrinterDeviceConfig> = {
  kind: 'printer',
  describe: describeConnection,
  open: (config, context, signal) => openAsking(config, context, signal, (line) => createPrinter(config, context, line)),
};

/** Printer, cause of being offline, cause of an error, paper sensors. */
const REAL_TIME = [1, 2, 3, 4] as const;
/** A slow printer needs no longer for a line. */
const MS_PER_LINE = 400;

function readingsOf(config: PrinterDeviceConfig, status: PrinterStatus, printed: number): Reading[] {
  return config.points.map((point): Reading => {
    const value = point.value === 'printed' ? printed : status[point.value];
    return value === undefined
      ? { point: point.name, value: null, quality: 'bad', note: 'the printer has not said it' }
      : { point: point.name, value, quality: 'good' };
  });
}

function createPrinter(config: PrinterDeviceConfig, context: AdapterContext, line: AskLine): AskedDevice {
  const { clock } = context;
  const reader = createStatusReader();
  let status: PrinterStatus = {};
  let printed = 0;
  /** It tells changes by itself; a printer that was switched off has forgotten that. */
  let asbOn = false;

  function emit(): void {
    context.emit({ readings: readingsOf(config, status, printed), sampledAt: clock.now() }, clock.monotonic());
  }
  function show(bytes: Uint8Array, decoded: string, faulty = false): void {
    if (faulty || context.framesWanted()) context.frame({ direction: 'in', bytes, decoded, faulty });
  }
  /** What came by itself is used at once: a roll that runs out is told without waiting for the next round. */
  function takeAsb(bytes: Uint8Array): void {
    status = { ...status, ...decodeAsb(bytes) };
    show(bytes, `status by itself: ${whyNot(status) ?? 'ready'}`);
    emit();
  }
  /** The byte of the wanted kind in this chunk. */
  function hear(chunk: Uint8Array, wanted: PrinterSaid['kind'] | undefined): number | undefined {
    let found: number | undefined;
    for (const said of reader.push(chunk)) {
      if (said.kind === 'asb') takeAsb(said.bytes);
      else if (said.kind === wanted && found === undefined) found = said.byte;
      else show(Uint8Array.of(said.byte), 'a byte that belongs to no question', true);
    }
    return found;
  }
  line.onStray((chunk) => void hear(chunk, undefined));

  async function askStatus(signal: AbortSignal): Promise<void> {
    for (const n of REAL_TIME) {
      // Not while it is offline: what is not answered at once would pile up in its buffer.
      const switchOn = !asbOn && n === 4 && status.online === true;
      const take = (chunk: Uint8Array): number | undefined => hear(chunk, 'real-time');
      const bytes = switchOn ? Uint8Array.of(...SWITCH_ASB_ON, ...askRealTime(n)) : askRealTime(n);
      const byte = await line.ask({ bytes, what: `status ${n}`, timeoutMs: config.timeoutMs, take }, signal);
      asbOn ||= switchOn;
      const said = decodeRealTime(n, byte);
      status = { ...status, ...said };
      show(
        Uint8Array.of(byte),
        Object.entries(said)
          .map((pair) => pair.join(' = '))
          .join(', '),
      );
    }
  }
  /** Resolves when the printer says that all is done. */
  async function run(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const lines = bytes.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 1);
    const job = Uint8Array.of(...bytes, ...ASK_IN_TURN);
    const take = (chunk: Uint8Array): number | undefined => hear(chunk, 'in-turn');
    try {
      await line.ask({ bytes: job, what: 'a job', timeoutMs: config.timeoutMs + lines * MS_PER_LINE, take }, signal);
    } catch (cause) {
      if (!(cause instanceof GatewayError) || cause.code !== 'adapter/timeout') throw cause;
      await askStatus(signal);
      const why = whyNot(status) ?? 'it took the job but did not say that it is done';
      throw new GatewayError('adapter/not-confirmed', `${config.name}: ${why}`, {
        cause,
        remedy: 'Look at the paper before you print again.',
      });
    }
  }
  return {
    everyMs: config.statusMs,
    async round(signal) {
      try {
        await askStatus(signal);
      } catch (cause) {
        asbOn = false;
        throw cause;
      }
      emit();
    },
    async act(action, argument, signal): Promise<CommandOutcome> {
      const job = jobFor(action, argument, config);
      if (!job.ok && job.why === '') throw new GatewayError('adapter/unknown-command', `${config.name} cannot "${action}"`);
      if (!job.ok) throw new GatewayError('adapter/bad-value', `${config.name}: ${job.why}`);
      await askStatus(signal);
      const why = whyNot(status);
      if (why !== undefined) throw new GatewayError('adapter/refused', `${config.name}: ${why}`);
      await run(Uint8Array.of(...job.bytes, ...SWITCH_ASB_ON), signal); // ESC @ may have switched it off
      if (action === 'print' || action === 'test-page') printed += 1;
      emit();
      return { state: 'confirmed', words: job.words };
    },
  };
}
