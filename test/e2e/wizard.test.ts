import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../../core/gateway/gateway.ts';
import { type BluezDouble, bluezDoubleMissing, startBluezDouble } from '../fakes/bluez-double.ts';
import { freePort } from '../fakes/mosquitto.ts';
import { createPortTree } from '../fakes/port-tree.ts';
import { createScaleDouble, type ScaleDouble } from '../fakes/scale-double.ts';
import { ended, missing, waitFor } from '../fakes/socat.ts';
import { launchBrowser, openPage, seriousFindings, skipBrowser, takePicture } from './console-rig.ts';

const root = join(import.meta.dirname, '../..');
const lacks = bluezDoubleMissing() !== '' && process.env['CI'] !== 'true';
const skip = skipBrowser || lacks || missing('socat', 'mosquitto_pub');

const ADAPTER = '/org/bluez/hci0';
const RUUVI = `${ADAPTER}/dev_CB_B8_33_4C_88_4F`;
const STRAP = `${ADAPTER}/dev_C4_11_22_33_44_55`;
const HEART = `${STRAP}/service0010/char0011`;
const full = (short: string): string => `0000${short}-0000-1000-8000-00805f9b34fb`;

/** Holds a button until what it does is there: on a slow machine the holding itself may be over before it is looked for. */
async function holdUntil(page: Page, name: string, outcome: () => Promise<void>): Promise<void> {
  const button = page.getByRole('button', { name });
  await button.hover();
  await page.mouse.down();
  await outcome();
  await page.mouse.up();
}

/** A scale on a port that was moved since it was written down: what it is, is known by its adapter. */
const DOCUMENT = (path: string): string => `# The packing hall, see drawing 7
schema: gatehouse/1
name: packing-hall
devices:
  # Bought in 2019
  - id: old-scale
    name: Old scale
    adapter: scale
    protocol: sics
    link: { kind: serial, path: ${path} }
    identity: usb:0403:6001:SCALE1:0
    points:
      - { name: weight, value: weight, unit: kg }
subscriptions: []
`;

describe.skipIf(skip)(
  `The wizard with devices of other trades${skip ? ' (skipped: needs chromium, BlueZ double, socat, mosquitto)' : ''}`,
  () => {
    const data = mkdtempSync(join(tmpdir(), 'gatehouse-wizard-'));
    const tree = createPortTree();
    let balance: ScaleDouble;
    let double: BluezDouble;
    let gateway: Gateway;
    let browser: Browser;
    let client: ChildProcess;
    const running: ChildProcess[] = [];
    const timers: NodeJS.Timeout[] = [];
    const repeat = (work: () => void): void => void timers.push(setInterval(work, 300));

    /** Two radios on the air: a thermometer that only advertises, and a strap that must be connected. */
    async function startRadios(): Promise<void> {
      double = await startBluezDouble();
      await double.do({ op: 'adapter', path: ADAPTER, address: '00:11:22:33:44:55' });
      await double.do({ op: 'device', path: RUUVI, name: 'Ruuvi 884F' });
      await double.do({ op: 'device', path: STRAP, name: 'Polar H10 1234' });
      await double.do({ op: 'service', path: `${STRAP}/service0010`, uuid: full('180d') });
      await double.do({ op: 'characteristic', path: HEART, uuid: full('2a37'), flags: ['notify'] });
      await double.do({ op: 'service', path: `${STRAP}/service0020`, uuid: full('180f') });
      const battery = { uuid: full('2a19'), flags: ['read'], value: '50' };
      await double.do({ op: 'characteristic', path: `${STRAP}/service0020/char0021`, ...battery });
      // Ruuvi data format 5, the valid example of its specification.
      const manufacturer = { 1177: '0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F' };
      repeat(() => {
        void double.do({ op: 'advertise', path: RUUVI, rssi: -61, manufacturer }).catch(() => {});
        void double.do({ op: 'advertise', path: STRAP, rssi: -48 }).catch(() => {});
        void double.do({ op: 'notify', path: HEART, value: '1048aa02' }).catch(() => {}); // 72 bpm, one RR interval
      });
    }
    /** A balance behind a USB adapter. */
    async function plugScale(name: string, serial: string, socket: string): Promise<ScaleDouble> {
      const scale = createScaleDouble();
      const target = join(data, name);
      const socat = spawn('socat', [`pty,raw,echo=0,link=${target}`, '-'], { stdio: ['pipe', 'pipe', 'ignore'] });
      running.push(socat);
      socat.stdout.on('data', (chunk: Buffer) => socat.stdin.write(scale.hear(chunk)));
      await waitFor(() => existsSync(target), 'socat makes its pseudo terminal');
      tree.plug({ name, serial, socket, words: ['FTDI', `Cable ${serial}`], target });
      return scale;
    }

    beforeAll(async () => {
      await startRadios();
      await plugScale('ttyUSB0', 'SCALE1', '1-2');
      balance = await plugScale('ttyUSB1', 'SCALE2', '1-3');
      writeFileSync(join(data, 'site.yaml'), DOCUMENT(join(tree.roots.dev, 'ttyUSB7')));
      const mqttPort = await freePort();
      gateway = createGateway({
        data: join(data, 'data'),
        document: join(data, 'site.yaml'),
        port: 0,
        mqttPort,
        demo: false,
        rendererDir: join(root, 'dist/renderer'),
        portRoots: tree.roots,
        terminal: null,
      });
      await gateway.start(AbortSignal.timeout(20_000));
      client = spawn('mosquitto_pub', ['-p', String(mqttPort), '-i', 'boiler', '-t', 'plant/boiler', '-l'], {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      running.push(client);
      repeat(() => void client.stdin?.write('{"flow":{"temperature":61.5},"pump-on":true,"name":"B1"}\n'));
      browser = await launchBrowser();
    }, 60_000);
    afterAll(async () => {
      for (const timer of timers) clearInterval(timer);
      await browser?.close();
      await gateway?.stop();
      await double?.stop();
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(running.map(ended));
      tree.dispose();
      rmSync(data, { recursive: true, force: true });
    });

    const open = (path: string) => openPage(browser, gateway.consoleUrl() ?? '', path);
    const tap = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().tap();
    /** From "Names" to the page of the device. */
    async function finish(page: Page, picture: string): Promise<void> {
      await tap(page, 'Continue');
      await tap(page, 'Agree and try');
      await page.getByText('All values are good.').waitFor({ timeout: 20_000 });
      await takePicture(page, `wizard-${picture}-try`);
      await tap(page, 'Values are right');
      await page.getByText('Added').first().waitFor();
      await takePicture(page, `wizard-${picture}-save`);
      expect(await seriousFindings(page)).toEqual([]);
      await tap(page, 'Save the device');
      await page.getByText(/Version \d+ of the deployment runs\./).waitFor({ timeout: 20_000 });
      await tap(page, 'Open the device');
    }

    it('a thermometer that only advertises', async () => {
      const { page, problems, close } = await open('devices/add');
      await tap(page, 'Add Ruuvi 884F');
      await page.getByText('no limits').first().waitFor();
      await finish(page, 'advert');
      await page.getByRole('row', { name: /Temperature.* 24\.3\d* °C Good/ }).waitFor({ timeout: 20_000 });
      expect(problems).toEqual([]);
      await close();
    }, 90_000);

    it('a strap that must be connected, from its template', async () => {
      const { page, problems, close } = await open('devices/add/profile');
      await tap(page, 'Use Polar H10 heart rate sensor');
      await tap(page, /Polar H10 1234/);
      await page.getByText('Heart rate').first().waitFor();
      await finish(page, 'gatt');
      await page.getByRole('row', { name: /Heart rate 72 bpm Good/ }).waitFor({ timeout: 20_000 });
      expect(problems).toEqual([]);
      await close();
    }, 90_000);

    it('a client of the broker', async () => {
      const { page, problems, close } = await open('devices/add');
      await tap(page, 'Add boiler');
      await page.getByText('no limits').first().waitFor();
      await takePicture(page, 'wizard-mqtt-names');
      await finish(page, 'mqtt');
      await page.getByRole('row', { name: /61\.5.* Good/ }).waitFor({ timeout: 20_000 });
      expect(problems).toEqual([]);
      await close();
    }, 90_000);

    it('a device at another port stays as it was written', async () => {
      const { page, problems, close } = await open('devices/add');
      await tap(page, /^Use it here/);
      await page.getByText('Weight').first().waitFor();
      expect(await page.getByLabel('Name of the device').inputValue()).toBe('Old scale');
      await tap(page, 'Continue');
      await tap(page, 'Agree and try');
      await page.getByText('All values are good.').waitFor({ timeout: 20_000 });
      await tap(page, 'Values are right');
      await takePicture(page, 'wizard-moved-save');
      await tap(page, 'Save the device');
      await page.getByText(/Version \d+ of the deployment runs\./).waitFor({ timeout: 20_000 });
      expect(problems).toEqual([]);
      await close();
    }, 90_000);

    it('a scale with commands, by its template', async () => {
      const { page, problems, close } = await open('devices/add/profile');
      await tap(page, 'Use Mettler Toledo balance (MT-SICS)');
      await tap(page, /Cable SCALE2/);
      await tap(page, 'Continue');
      await page.getByText('Weight').first().waitFor();
      await finish(page, 'scale');
      await page.getByRole('row', { name: /Weight 0\.25\d* kg Good/ }).waitFor({ timeout: 20_000 });
      await tap(page, 'Tare');
      await page.getByRole('row', { name: /Weight 0\.000 kg Good/ }).waitFor({ timeout: 20_000 });
      await tap(page, 'Set to zero');
      await page.getByText('Is it empty?').waitFor();
      const dialog = page.getByRole('dialog');
      const refused = dialog.getByText(/overload/).first(); // something lies on it
      await holdUntil(page, 'Hold to send', () => refused.waitFor());
      await takePicture(page, 'wizard-scale-refused');
      balance.load = 0;
      await holdUntil(page, 'Hold to send', () => dialog.waitFor({ state: 'detached' }));
      await takePicture(page, 'wizard-scale-commands');
      expect(problems).toEqual([]);
      await close();
    }, 90_000);
  },
);
