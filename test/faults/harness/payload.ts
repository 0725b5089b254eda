import { crc32 } from 'node:zlib';
import type { Chance } from './chance.ts';

/** What a message of the generator says about itself. `n` counts up from 1 in its series. */
export interface Label {
  readonly series: string;
  readonly n: number;
}

const FORM = /^\{"s":"([\w-]+)","n":(\d+),"x":"([^"]*)","c":(\d+)\}$/;

const seal = (series: string, n: number, filling: string): number => crc32(`${series}|${n}|${filling}`);

/** The payload of message `n`: about `bytes` long, with a checksum over what it says. */
export function makePayload({ series, n }: Label, bytes: number, chance: Chance): Buffer {
  const filling = chance
    .next()
    .toString(36)
    .slice(2)
    .padEnd(8, '0')
    .repeat(Math.ceil(bytes / 8))
    .slice(0, bytes);
  return Buffer.from(`{"s":"${series}","n":${n},"x":"${filling}","c":${seal(series, n, filling)}}`);
}

/** `null`: not one of ours, or not what was sent. */
export function readPayload(payload: Uint8Array): Label | null {
  const found = FORM.exec(Buffer.from(payload).toString('utf8'));
  if (!found) return null;
  const [, series = '', number = '', filling = '', sum = ''] = found;
  const n = Number(number);
  return seal(series, n, filling) === Number(sum) ? { series, n } : null;
}

/** The same in the function's own words: it runs in the gateway and can import nothing of ours. `$LEDGER` hears what was kept. */
export const FUNCTION_CODE = `
import { appendFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
const series = 'f-' + Math.random().toString(36).slice(2, 10);
let last = 0;
export const handler = async (event, context) => {
  const n = (last += 1);
  const x = 'made by a function '.repeat(1 + (n % 20));
  const payload = '{"s":"' + series + '","n":' + n + ',"x":"' + x + '","c":' + crc32(series + '|' + n + '|' + x) + '}';
  await context.gatehouse.publish('g/function', payload, { qos: 1 });
  appendFileSync(process.env.LEDGER, series + ' ' + n + '\\n');
};`;
