import { GatewayError } from '../../base/errors.ts';
import type { ScaleDeviceConfig } from '../../contract/document/serial-devices.ts';
import type { AdapterContext, AdapterSession, CommandOutcome } from '../adapter.ts';
import type { AskLine } from '../ask-line.ts';
import { type AskedDevice, openAsking } from '../ask-session.ts';
import { createLineFramer } from '../line/framer.ts';
import { decodeSics, type SicsLine, weighingOf } from './sics.ts';
import { describeWeighing, type Mass, readingsOf, type Weighing } from './weighing.ts';

const MAX_LINE = 80;
/** Taring and zeroing wait until the scale comes to rest. */
const REST_MS = 10_000;

/** What a person may ask: the command, and what it is in words. */
const ACTIONS: Readonly<Record<string, readonly [string, string]>> = {
  tare: ['T', 'tared'],
  'clear-tare': ['TAC', 'tare cleared'],
  zero: ['Z', 'set to zero'],
};
const WITH_TARE: ReadonlySet<string> = new Set(['gross', 'tare']);

/** A scale that is asked by MT-SICS: `SI` in every round, `TA` where a point needs the tare. */
export function openSics(config: ScaleDeviceConfig, context: AdapterContext, signal: AbortSignal): Promise<AdapterSession> {
  return openAsking(config, context, signal, (line) => createSics(config, context, line));
}

/** Takes lines until one answers `id`; lines that answer something else are shown and passed over, and so is an echo of the line itself. */
function createReader(
  config: ScaleDeviceConfig,
  context: AdapterContext,
  command: string,
  id: string,
): (chunk: Uint8Array) => SicsLine | undefined {
  const framer = createLineFramer(Uint8Array.of(0x0a), MAX_LINE);
  function judge(bytes: Uint8Array): SicsLine | undefined {
    const line = Buffer.from(bytes).toString('latin1');
    if (line === command) return undefined;
    const decoded = decodeSics(line);
    if (decoded.kind === 'unknown') {
      context.frame({ direction: 'in', bytes, decoded: 'not a sound answer', faulty: true });
      throw new GatewayError('adapter/bad-frame', `${config.id}: not a sound answer to ${id}`);
    }
    const ours = decoded.kind === 'error' || decoded.id === id;
    if (!ours) context.frame({ direction: 'in', bytes, decoded: 'the answer to another question, not used', faulty: true });
    else if (context.framesWanted()) context.frame({ direction: 'in', bytes, decoded: inWords(decoded), faulty: false });
    return ours ? decoded : undefined;
  }
  return (chunk) => {
    for (const { kind, bytes } of framer.push(chunk)) {
      if (kind === 'too-long') throw new GatewayError('adapter/bad-frame', `${config.id}: a line longer than ${MAX_LINE} bytes`);
      const answer = bytes.length === 0 ? undefined : judge(bytes);
      if (answer) return answer;
    }
    return undefined;
  };
}

function inWords(line: SicsLine): string {
  switch (line.kind) {
    case 'weight':
      return `${line.id}: ${line.mass.value} ${line.mass.unit}, ${line.stable ? 'stable' : 'moving'}`;
    case 'done':
      return `${line.id}: done${line.mass ? `, ${line.mass.value} ${line.mass.unit}` : ''}`;
    case 'refused':
    case 'error':
      return line.why;
    case 'unknown':
      return 'not a sound answer';
  }
}

function createSics(config: ScaleDeviceConfig, context: AdapterContext, line: AskLine): AskedDevice {
  const { clock } = context;
  const wantsTare = config.points.some(({ value }) => WITH_TARE.has(value));
  /** Once the scale has said that it does not know TA it is not asked again. */
  let noTare: string | undefined;

  const ask = (command: string, id: string, timeoutMs: number, signal: AbortSignal): Promise<SicsLine> =>
    line.ask(
      { bytes: Buffer.from(`${command}\r\n`), what: command, timeoutMs, take: createReader(config, context, command, id) },
      signal,
    );

  async function askTare(signal: AbortSignal): Promise<Mass | undefined> {
    if (!wantsTare) return undefined;
    if (noTare !== undefined) return { missing: noTare };
    const answer = await ask('TA', 'TA', config.timeoutMs, signal);
    if (answer.kind === 'done' && answer.mass) return answer.mass;
    if (answer.kind === 'error') noTare = 'the scale does not tell its tare';
    return { missing: noTare ?? 'the scale did not tell its tare' };
  }
  async function weigh(signal: AbortSignal): Promise<Weighing> {
    const weight = await ask('SI', 'S', config.timeoutMs, signal);
    const heardAt = clock.monotonic();
    const sampledAt = clock.now();
    const said = weighingOf(weight, await askTare(signal));
    context.emit({ readings: readingsOf(config.points, said), sampledAt }, heardAt);
    return said;
  }
  return {
    everyMs: config.pollMs,
    async round(signal) {
      await weigh(signal);
    },
    async act(action, _argument, signal): Promise<CommandOutcome> {
      const [command, words] = ACTIONS[action] ?? [];
      if (command === undefined) throw new GatewayError('adapter/unknown-command', `${config.name} cannot "${action}"`);
      const answer = await ask(command, command, Math.max(REST_MS, config.timeoutMs), signal);
      if (answer.kind === 'refused' || answer.kind === 'error') {
        throw new GatewayError('adapter/refused', `${config.name}: ${answer.why}`);
      }
      const said = await weigh(signal);
      return { state: 'done', words: `${words}; it shows ${describeWeighing(said)}` };
    },
  };
}
