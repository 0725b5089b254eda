import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../core/base/clock.ts';
import type { CarrierEnd } from '../../../../core/functions/carrier/carrier.ts';
import { createProcessCarrier } from '../../../../core/functions/carrier/process-carrier.ts';
import { carrierConformance } from '../../../conformance/carrier.suite.ts';
import { carriedFolder, carriers } from '../../../fakes/functions/carried.ts';
import { until } from '../../../fakes/functions/rig.ts';

carrierConformance('a thread', carriers.thread);
carrierConformance('a process', carriers.process);

describe('a process', () => {
  it('that cannot be started ends with the reason', async () => {
    const home = await carriedFolder(createProcessCarrier({ clock: systemClock, nodePath: '/nowhere/node', newId: randomUUID }));
    const one = await home.start({ source: '' });
    const end: CarrierEnd = await one.ended;
    expect(end).toMatchObject({ exitCode: null, outOfMemory: false });
    expect(String(end.cause)).toMatch(/ENOENT/);
    await home.cleanUp();
  });

  it('that something outside ends says with what', async () => {
    const home = await carriedFolder(carriers.process);
    const one = await home.start({ source: 'export const handler = () => {};' });
    await one.ready();
    process.kill(one.carrier.pid ?? 0, 'SIGKILL');
    expect(String((await one.ended).cause)).toMatch(/SIGKILL/);
    await home.cleanUp();
  });

  // Hostile code finds the descriptor of the line: what it writes there must end it, and nothing else.
  it.each([
    ['no message', 'Buffer.from([4, 0, 0, 0, 1, 2, 3, 4])'],
    ['a message of Node itself', 'framed(v8.serialize({ cmd: "NODE_HANDLE_ACK" }))'],
    ['a message that cannot be', 'framed(Buffer.concat([v8.serialize({ a: 1 }).subarray(0, 5), Buffer.alloc(9, 255)]))'],
    ['one of 4 GB', 'Buffer.from([255, 255, 255, 255, 1])'],
  ])('that writes %s to its line harms nobody but itself', async (what, bytes) => {
    const home = await carriedFolder(carriers.process);
    const one = await home.start({
      source: `import fs from 'node:fs'; import v8 from 'node:v8';
        const framed = (body) => { const head = Buffer.alloc(4); head.writeUInt32LE(body.length); return Buffer.concat([head, body]); };
        setTimeout(() => { fs.writeSync(3, ${bytes}); process.stdout.write('said'); }, 50);
        export const handler = () => {};`,
    });
    await one.ready();
    if (what === 'a message of Node itself') {
      await until('the words', () => one.output('stdout') === 'said');
      one.carrier.terminate();
      expect(await one.ended).toEqual({ exitCode: null, outOfMemory: false });
    } else expect(String((await one.ended).cause)).toMatch(/no message/);
    await home.cleanUp();
  });

  it('that asks and does not read the answers is ended before they fill the memory', async () => {
    const home = await carriedFolder(carriers.process);
    const one = await home.start({ source: 'setTimeout(() => { for (;;); }, 20); export const handler = () => {};' });
    await one.ready();
    const value = 'x'.repeat(1e6);
    for (let id = 0; id < 200; id += 1) one.carrier.send({ t: 'answer', id, value, fault: null }, []);
    expect(String((await one.ended).cause)).toMatch(/does not read/);
    await home.cleanUp();
  });

  it('ends with the gateway that started it', async () => {
    const gateway = spawn(
      process.execPath,
      [fileURLToPath(new URL('../../../fakes/functions/one-process.ts', import.meta.url))],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [text] = (await once(gateway.stdout, 'data')) as [Buffer];
    const [id, folder = ''] = text.toString().trim().split(' ');
    const pid = Number(id);
    expect(isAlive(pid)).toBe(true);
    gateway.kill('SIGKILL');
    await until('the end of the process', () => !isAlive(pid));
    await rm(folder, { recursive: true, force: true });
  });
});

/** One that has ended and that nobody asked about yet is not alive either. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
