import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { SerialPort } from 'serialport';

/**
 * The devices of the bench, in a process of their own: `node line-writer.ts <folder> <count> <points>` makes socat pairs `a0..` (for the
 * gateway) and `b0..`, and writes lines of numbers to the far ends: device, sequence, values. Takes a rate (lines a second and device) a
 * line on stdin; says `ready`, and after each rate the number of lines that each device has written so far.
 */
const [, , folder = '', countText = '', pointsText = ''] = process.argv;
const count = Number(countText);
const points = Number(pointsText);
/** Devices write in turns of this length, spread over it. */
const TICK_MS = 8;

const socats: ChildProcess[] = [];
process.on('exit', () => {
  for (const one of socats) one.kill('SIGKILL');
});
process.on('SIGTERM', () => process.exit(0)); // else the exit above is passed by
const pathOf = (side: 'a' | 'b', n: number): string => join(folder, `${side}${n}`);

for (let n = 0; n < count; n += 1) {
  const ends = (['a', 'b'] as const).map((side) => `pty,raw,echo=0,link=${pathOf(side, n)}`);
  socats.push(spawn('socat', ends, { stdio: 'ignore' }));
}
for (let n = 0; n < count; n += 1) while (!existsSync(pathOf('a', n)) || !existsSync(pathOf('b', n))) await sleep(5);
const ports = await Promise.all(
  Array.from(
    { length: count },
    (_, n) =>
      new Promise<SerialPort>((resolve, reject) => {
        const port = new SerialPort({ path: pathOf('b', n), baudRate: 115_200 }, (cause) =>
          cause ? reject(cause) : resolve(port),
        );
        port.on('data', () => {});
      }),
  ),
);
const written = new Array<number>(count).fill(0);
const due = new Array<number>(count).fill(0);
let perS = 0;
let last = performance.now();

function writeDue(): void {
  const now = performance.now();
  const share = ((now - last) / 1000) * perS;
  last = now;
  for (const [n, port] of ports.entries()) {
    let left = (due[n] ?? 0) + share;
    let text = '';
    for (; left >= 1; left -= 1) {
      const seq = (written[n] ?? 0) + 1;
      written[n] = seq;
      const values = Array.from({ length: points - 2 }, (_, i) => (20 + Math.sin((seq + i) / 10)).toFixed(2));
      text += `${[n, seq, ...values].join(',')}\n`;
    }
    due[n] = left;
    if (text) port.write(text);
  }
}
setInterval(writeDue, TICK_MS);
for (const n of due.keys()) due[n] = n / count; // not all at once
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  perS = Number(line);
  process.stdout.write(`${JSON.stringify(written)}\n`);
}
process.exit(0);
