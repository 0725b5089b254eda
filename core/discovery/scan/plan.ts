import type { Input } from '../../contract/api.ts';
import type { LineTry } from '../../contract/commission-views.ts';
import { hasSettings } from '../modbus/line-words.ts';

export type ScanWish = Pick<Input<'scan.start'>, 'link' | 'framings' | 'baudRates' | 'parities' | 'stopBits'>;

/** Settings as they are met in the field, the most frequent first; what is not here comes after them, in the order of the wish. */
const FREQUENT = [
  '9600 none 1',
  '19200 even 1',
  '9600 even 1',
  '19200 none 1',
  '115200 none 1',
  '38400 none 1',
  '57600 none 1',
  '4800 none 1',
  '2400 even 1',
  '2400 none 1',
  '38400 even 1',
  '115200 even 1',
  '9600 none 2',
  '19200 none 2',
  '9600 odd 1',
  '19200 odd 1',
];
const rankOf = ({ baudRate, parity, stopBits }: LineTry): number => {
  const rank = FREQUENT.indexOf(`${baudRate} ${parity} ${stopBits}`);
  return rank === -1 ? FREQUENT.length : rank;
};

/** ASCII frames with a parity bit have seven data bits (serial line V1.02, 2.5.2); without one, eight is what devices do. */
const dataBitsOf = (framing: LineTry['framing'], parity: LineTry['parity']): LineTry['dataBits'] =>
  framing === 'ascii' && parity !== 'none' ? 7 : 8;

/**
 * Every way of talking that is to be tried, the most frequent first within each framing. On a link without line settings there is one for
 * each framing. An empty list of rates, parities or stop bits means those of the link.
 */
export function linesToTry(wish: ScanWish): readonly LineTry[] {
  const { link } = wish;
  const framings = [...new Set(wish.framings)];
  if (!hasSettings(link)) {
    return framings.map((framing) => ({ framing, baudRate: 0, dataBits: 8, parity: 'none', stopBits: 1 }));
  }
  const or = <T>(wished: readonly T[], own: T): readonly T[] => (wished.length > 0 ? [...new Set(wished)] : [own]);
  const serial = framings.filter((framing) => framing !== 'tcp');
  return serial.flatMap((framing) =>
    or(wish.baudRates, link.baudRate)
      .flatMap((baudRate) =>
        or(wish.parities, link.parity).flatMap((parity) =>
          or(wish.stopBits, link.stopBits).map(
            (stopBits): LineTry => ({ framing, baudRate, dataBits: dataBitsOf(framing, parity), parity, stopBits }),
          ),
        ),
      )
      .sort((a, b) => rankOf(a) - rankOf(b)),
  );
}

/** Most devices have one of the first addresses: those are asked at every speed before the others are asked at any. */
const FIRST_UNITS = 16;

/** One sweep over all lines: these units, with a read by this function. */
export interface Pass {
  readonly units: readonly number[];
  readonly functionCode: 3 | 4;
}

/** Function 4 comes last, for the few devices that do not even refuse function 3. */
export function passesOver(from: number, to: number): readonly Pass[] {
  const units = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  const first = units.slice(0, FIRST_UNITS);
  const passes: readonly Pass[] = [
    { units: first, functionCode: 3 },
    { units: units.slice(FIRST_UNITS), functionCode: 3 },
    { units: first, functionCode: 4 },
  ];
  return passes.filter((pass) => pass.units.length > 0);
}

/** Opening a port with other settings, and what a machine and its USB adapter add to each question. */
const OPEN_MS = 120;
const QUESTION_MS = 25;

/** How many questions there are at most, and how long they take if none is answered. */
export function estimateScan(size: {
  readonly lines: number;
  readonly units: number;
  readonly timeoutMs: number;
  readonly listenMs: number;
}): { readonly probes: number; readonly atMostMs: number } {
  const passes = passesOver(1, size.units);
  const probes = size.lines * passes.reduce((sum, { units }) => sum + units.length, 0);
  return {
    probes,
    atMostMs: size.listenMs + probes * (size.timeoutMs + QUESTION_MS) + size.lines * passes.length * OPEN_MS,
  };
}
