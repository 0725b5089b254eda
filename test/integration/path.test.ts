import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { type FaultProxy, startFaultProxy } from '../fakes/fault-proxy.ts';
import { freePort, type Mosquitto, startMosquitto } from '../fakes/mosquitto.ts';
import { pause, until } from '../fakes/until.ts';
import { type FarEnd, watchFarEnd } from './site/far-end.ts';
import { type GatewayProcess, readMetrics, startGatewayProcess } from './site/gateway-process.ts';
import { createSerialLine, type SerialLine } from './site/serial-line.ts';

const has = (command: string): boolean => spawnSync('sh', ['-c', command], { stdio: 'ignore' }).status === 0;
const peers = has('command -v socat') && has('command -v mosquitto_pub') && has('/usr/bin/python3 -c "import pymodbus"');
const skip = !peers && process.env['CI'] !== 'true';
const here = import.meta.dirname;

const checksum = (body: string): string =>
  [...body]
    .reduce((sum, char) => sum ^ char.charCodeAt(0), 0)
    .toString(16)
    .toUpperCase()
    .padStart(2, '0');

/** Sends the recorded drive to the line's far end again and again, a sentence every 50 ms, as a receiver does that is always on. */
function sendDrive(line: SerialLine): () => void {
  const sentences = readFileSync(join(here, 'site/drive.nmea'), 'ascii').split('\n').filter(Boolean);
  let at = 0;
  const file = openSync(line.far, 'w');
  const timer = setInterval(() => {
    const body = (sentences[at % sentences.length] ?? '').slice(1);
    at += 1;
    writeSync(file, `$${body}*${checksum(body)}\r\n`);
  }, 50);
  return () => clearInterval(timer);
}

const COMBINE = `
let meter = null, place = null;
export const handler = async (event, context) => {
  const { topic } = context.gatehouse;
  if (topic.startsWith('devices/meter')) { meter = event.value; return null; }
  if (topic.startsWith('devices/gps')) { place = event.values; return null; }
  return { topic: 'combined/' + event.n, payload: { n: event.n, meter, latitude: place?.latitude ?? null } };
};`;

function documentText(meterPort: string, gpsPort: string): string {
  return JSON.stringify({
    schema: 'gatehouse/1',
    name: 'path-test',
    site: 'Test bench',
    devices: [
      {
        id: 'meter',
        name: 'Meter',
        adapter: 'modbus-rtu',
        link: { kind: 'serial', path: meterPort, baudRate: 19200 },
        unit: 3,
        pollMs: 100,
        timeoutMs: 500,
        points: [{ name: 'count', table: 'holding', address: 0, type: 'uint16' }],
      },
      {
        id: 'gps',
        name: 'GPS',
        adapter: 'nmea',
        link: { kind: 'serial', path: gpsPort, baudRate: 4800 },
        publish: 'record',
        points: [
          { name: 'latitude', value: 'latitude' },
          { name: 'speed', value: 'speed' },
        ],
      },
    ],
    functions: [{ name: 'combine', code: { inline: COMBINE } }],
    subscriptions: [
      { id: 'meter-up', source: 'device:meter', subject: '#', target: 'cloud' },
      { id: 'gps-up', source: 'device:gps', subject: '#', target: 'cloud' },
      { id: 'meter-combine', source: 'device:meter', subject: '#', target: 'function:combine' },
      { id: 'gps-combine', source: 'device:gps', subject: '#', target: 'function:combine' },
      { id: 'client-combine', source: 'local', subject: 'sensors/+', target: 'function:combine' },
      { id: 'client-up', source: 'local', subject: 'sensors/+', target: 'cloud' },
      { id: 'combined-up', source: 'function:combine', subject: 'combined/#', target: 'cloud' },
      { id: 'commands-down', source: 'cloud', subject: 'cmd/#', target: 'local' },
    ],
  });
}

describe.skipIf(skip)(
  `from the wire to the cloud${skip ? ' (skipped: socat, mosquitto-clients or python3-pymodbus is missing)' : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-path-'));
    const data = join(folder, 'data');
    const accepted: number[] = [];
    const running: ChildProcess[] = [];
    let tls: Certificates;
    let cloud: Mosquitto;
    let proxy: FaultProxy;
    let farEnd: FarEnd;
    let meterLine: SerialLine;
    let gpsLine: SerialLine;
    let gateway: GatewayProcess;
    let mqttPort = 0;
    let stopDrive = (): void => {};
    let stopSlave = (): void => {};
    let publishing = true;
    let publisher: Promise<void> = Promise.resolve();

    function startSlave(): void {
      const slave = spawn('/usr/bin/python3', [join(here, 'site/modbus_slave.py'), meterLine.far, '19200'], { stdio: 'ignore' });
      running.push(slave);
      stopSlave = () => slave.kill('SIGKILL');
    }
    const launch = async (): Promise<void> => {
      gateway = await startGatewayProcess({ data, document: join(folder, 'site.json'), mqttPort });
    };
    /** A client device: mosquitto_pub ends with 0 only when the gateway has acknowledged; else the same number is sent again. */
    async function publishNumbers(): Promise<void> {
      for (let n = 1; publishing; ) {
        const child = spawn(
          'mosquitto_pub',
          ['-p', String(mqttPort), '-q', '1', '-i', 'till', '-t', 'sensors/till', '-m', JSON.stringify({ n })],
          { stdio: 'ignore' },
        );
        const late = setTimeout(() => child.kill('SIGKILL'), 5000);
        const code = await new Promise((resolve) => child.once('exit', resolve));
        clearTimeout(late);
        if (code === 0) {
          accepted.push(n);
          n += 1;
        } else await pause(100);
      }
    }
    const from = (source: string): number => farEnd.distinct().filter((one) => one.source === source).length;
    const grows = async (source: string, by: number): Promise<void> => {
      const before = from(source);
      await until(`${by} more from ${source}`, () => from(source) >= before + by);
    };

    beforeAll(async () => {
      mkdirSync(data);

      tls = makeCertificates(folder);

      cloud = await startMosquitto({ tls, lines: ['max_inflight_messages 1000'] });

      proxy = await startFaultProxy(cloud.port);

      farEnd = await watchFarEnd(cloud.port, tls);

      meterLine = await createSerialLine(join(folder, 'meter'), join(folder, 'meter-far'));
      gpsLine = await createSerialLine(join(folder, 'gps'), join(folder, 'gps-far'));
      const own = tls.client('gw-0001');
      writeFileSync(join(folder, 'site.json'), documentText(meterLine.near, gpsLine.near));
      writeFileSync(
        join(data, 'settings.json'),
        JSON.stringify({
          gatewayName: 'gw-0001',
          cloud: {
            url: `mqtts://localhost:${proxy.port}`,
            clientId: 'gw-0001',
            caFile: tls.caFile,
            ...own,
            keepaliveS: 2,
            ackTimeoutMs: 2000,
            connectTimeoutMs: 2000,
            maxBackoffMs: 1000,
          },
        }),
      );
      startSlave();

      stopDrive = sendDrive(gpsLine);

      mqttPort = await freePort();
      await launch();

      publisher = publishNumbers();
    });
    afterAll(async () => {
      publishing = false;
      stopDrive();
      await publisher;
      await gateway?.kill();
      for (const child of running) child.kill('SIGKILL');
      await farEnd?.close();
      await proxy?.close();
      await cloud?.close();
      await meterLine?.pull();
      await gpsLine?.pull();
      rmSync(folder, { recursive: true, force: true });
    });

    it('carries readings, client messages and what the function makes of them to the cloud', async () => {
      await until(
        'readings of both devices and combined messages',
        () => from('device:meter') > 5 && from('device:gps') > 5 && from('function:combine') > 5,
      );
      const combined = farEnd
        .distinct()
        .filter((one) => one.topic.startsWith('combined/'))
        .map((one) => JSON.parse(one.payload) as { meter: number | null; latitude: number | null });
      expect(combined.some((one) => one.meter !== null && Math.abs((one.latitude ?? 0) - 48.117) < 0.01)).toBe(true);
    });

    it('brings a message from the cloud to a local client', async () => {
      const reader = spawn('mosquitto_sub', ['-p', String(mqttPort), '-t', 'cmd/#', '-C', '1', '-W', '20', '-v']);
      running.push(reader);
      let heard = '';
      reader.stdout?.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
      });
      for (let i = 0; heard === '' && i < 50; i += 1) {
        await farEnd.publish('cmd/till', 'reprice');
        await pause(200);
      }
      expect(heard.trim()).toBe('cmd/till reprice');
    });

    it('goes on after the line was reset and refused', async () => {
      proxy.setMode('refuse');
      proxy.resetAll();
      await pause(2000);
      const stored = (await readMetrics(gateway.consoleUrl)).get('gatehouse_spool_messages') ?? 0;
      expect(stored).toBeGreaterThan(5);
      proxy.setMode('pass');
      await grows('device:meter', 20);
    });

    it('notices a line that swallows everything and goes on when it is back', async () => {
      proxy.setMode('blackhole');
      await until(
        'the gateway sees that the line is dead',
        async () => (await readMetrics(gateway.consoleUrl)).get('gatehouse_cloud_connected') === 0,
      );
      proxy.resetAll();
      proxy.setMode('pass');
      await grows('device:meter', 20);
    });

    it('loses nothing acknowledged when it is killed while the line is down', async () => {
      proxy.setMode('blackhole');
      const before = accepted.length;
      await until('more client messages accepted while the line is down', () => accepted.length > before + 10);
      await gateway.kill();
      proxy.resetAll();
      await launch();
      await until('client messages accepted after the restart', () => accepted.length > before + 20);
      proxy.setMode('pass');
      await grows('device:gps', 10);
    });

    it('reads the device again after its cable was pulled and put back', async () => {
      await meterLine.pull();
      await until(
        'the device is seen as gone',
        async () => (await readMetrics(gateway.consoleUrl)).get('gatehouse_device_up{device="meter"}') === 0,
      );
      await grows('device:gps', 5);
      await meterLine.plug();
      stopSlave();
      startSlave();
      await grows('device:meter', 10);
    });

    it('has delivered every accepted message at the end, in order per source, and the books balance', async () => {
      publishing = false;
      await publisher;
      stopDrive();
      stopSlave();
      await until(
        'the backlog is drained',
        async () => (await readMetrics(gateway.consoleUrl)).get('gatehouse_spool_messages') === 0,
      );
      await pause(500);
      const arrived = farEnd.distinct();
      const numbers = arrived
        .filter((one) => one.topic === 'sensors/till')
        .map((one) => (JSON.parse(one.payload) as { n: number }).n);
      expect(accepted.filter((n) => !numbers.includes(n))).toEqual([]);
      expect(accepted.length).toBeGreaterThan(50);
      const spoolIds = arrived.flatMap((one) => (one.id === '' ? [] : [Number(one.id.slice(one.id.lastIndexOf('-') + 1))]));
      const sorted = [...spoolIds].sort((a, b) => a - b);
      expect(sorted.filter((id, i) => id !== i + 1)).toEqual([]);
      for (const source of new Set(arrived.map((one) => one.source).filter(Boolean))) {
        const ids = arrived
          .filter((one) => one.source === source)
          .map((one) => Number(one.id.slice(one.id.lastIndexOf('-') + 1)));
        expect(ids, source).toEqual([...ids].sort((a, b) => a - b));
      }
      const figures = await readMetrics(gateway.consoleUrl);
      expect(figures.get('gatehouse_spool_appended_total')).toBe(figures.get('gatehouse_spool_acknowledged_total'));
      const unbalanced = [...figures].filter(([name, value]) => name.startsWith('gatehouse_route_balanced') && value !== 1);
      expect(unbalanced).toEqual([]);
    });

    it('stops cleanly within five seconds when told to', async () => {
      const { code, tookMs } = await gateway.stop();
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(5000);
      expect(() => execFileSync('sh', ['-c', `ls ${data}/store`])).not.toThrow();
      await launch();
    });
  },
);
