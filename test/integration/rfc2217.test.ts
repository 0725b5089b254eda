import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { Rfc2217Link, SerialLink } from '../../core/contract/document/links.ts';
import type { ByteLink } from '../../core/transports/byte-port.ts';
import { openRfc2217Port } from '../../core/transports/rfc2217-port.ts';
import { openSerialPort } from '../../core/transports/serial-port.ts';
import { freePort } from '../fakes/mosquitto.ts';
import { createSerialPair, ended, missing, type SerialPair, waitFor } from '../fakes/socat.ts';

const never = new AbortController().signal;
const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

describe.skipIf(missing('socat', 'ser2net'))('RFC 2217 by ser2net (skipped where socat or ser2net is missing)', () => {
  let pair: SerialPair;
  let server: ChildProcess;
  let folder: string;
  let port: number;
  let far: ByteLink;
  let heard: number[];
  beforeEach(async () => {
    pair = await createSerialPair();
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-ser2net-'));
    port = await freePort();
    const lines = [
      'connection: &line',
      `    accepter: telnet(rfc2217),tcp,127.0.0.1,${port}`,
      `    connector: serialdev,${pair.b},9600n81,local`,
      '    options:',
      '      kickolduser: true',
    ];
    writeFileSync(join(folder, 'ser2net.yaml'), `${lines.join('\n')}\n`);
    server = spawn('ser2net', ['-n', '-c', join(folder, 'ser2net.yaml'), '-u'], { stdio: 'ignore' });
    let up = false;
    await waitFor(() => {
      void listens(port).then((yes) => {
        up ||= yes;
      });
      return up;
    }, 'ser2net listens');
    far = await openSerialPort(SerialLink.parse({ kind: 'serial', path: pair.a }), systemClock, never);
    heard = [];
    far.onData((chunk) => heard.push(...chunk));
  });
  afterEach(async () => {
    await far.close();
    server.kill('SIGKILL');
    await ended(server);
    await pair.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = (more: Record<string, unknown> = {}): Promise<ByteLink> =>
    openRfc2217Port(Rfc2217Link.parse({ kind: 'rfc2217', host: '127.0.0.1', port, ...more }), systemClock, never);

  it('carries every byte value both ways, 0xff and line ends too', async () => {
    const link = await open({ baudRate: 19_200 });
    const got: number[] = [];
    link.onData((chunk) => got.push(...chunk));
    await link.write(everyByte);
    await link.write(Uint8Array.of(0xff, 0xff, 0x0d, 0x00, 0x0d, 0x0a));
    await waitFor(() => heard.length >= 262, '262 bytes at the device');
    expect(heard).toEqual([...everyByte, 0xff, 0xff, 0x0d, 0x00, 0x0d, 0x0a]);
    await far.write(everyByte);
    await far.write(Uint8Array.of(0xff, 0x0d, 0x0a));
    await waitFor(() => got.length >= 259, '259 bytes from the device');
    expect(got).toEqual([...everyByte, 0xff, 0x0d, 0x0a]);
    await link.close();
  });

  it('sets the line of the server', async () => {
    for (const more of [{ baudRate: 115_200 }, { baudRate: 2400, stopBits: 2 }]) {
      const link = await open(more);
      expect(link.label).toContain(String(more.baudRate));
      await link.close();
    }
  });

  it('says that the line is lost when the server goes', async () => {
    const link = await open();
    server.kill('SIGKILL');
    expect(await link.closed).toMatchObject({ code: 'link/lost' });
  });
});
