import { execFileSync, spawn } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended } from '../fakes/socat.ts';
import { browserNote, launchBrowser, type OpenPage, skipBrowser, takePicture } from './console-rig.ts';
import { type FakeRig, startFakeRig } from './fake-rig.ts';
import { itFits, itIsAccessible, itIsWalkable } from './looks.ts';
import { hold, settled } from './page-checks.ts';
import { skipTools, startToolsRig, type ToolsRig } from './tools-rig.ts';

const PORT = encodeURIComponent('usb:0403:6001:A1B2:0');
const take = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Take the line' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take the line' }).click();
  await page.getByRole('button', { name: 'Give the line back' }).waitFor();
};

/** Modbus over serial line V1.02, appendix B: low byte first. */
function crc16(bytes: readonly number[]): readonly number[] {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return [crc & 0xff, crc >> 8];
}

/** Every tab with something on it, and what is done to get there. */
const VIEWS: readonly { readonly name: string; readonly path: string; readonly act?: (page: Page) => Promise<void> }[] = [
  { name: 'ports', path: 'tools' },
  { name: 'buses', path: 'tools/buses' },
  { name: 'bus', path: `tools/buses/${PORT}` },
  { name: 'line', path: 'tools/terminal' },
  { name: 'terminal', path: 'tools/terminal', act: take },
  {
    name: 'modbus',
    path: 'tools/modbus',
    act: async (page) => {
      await take(page);
      await page.getByRole('button', { name: 'Read', exact: true }).click();
      await page.getByText('Signed').first().waitFor();
    },
  },
  { name: 'sniffer', path: 'tools/sniffer', act: take },
  { name: 'bluetooth', path: 'tools/bluetooth' },
  { name: 'advert', path: 'tools/bluetooth/CB%3AB8%3A33%3A4C%3A88%3A4F' },
  { name: 'mqtt', path: 'tools/mqtt' },
];

describe.skipIf(skipBrowser)(`every tool with sample data${browserNote}`, () => {
  let browser: Browser;
  let rig: FakeRig;
  beforeAll(async () => {
    browser = await launchBrowser();
    rig = await startFakeRig(browser, 'calm');
  });
  afterAll(async () => {
    await rig?.close();
    await browser?.close();
  });

  describe.each(VIEWS)('$name', ({ name, path, act }) => {
    const open = async (): Promise<OpenPage> => {
      const { page, problems, close } = await rig.open(path);
      await act?.(page);
      return {
        page,
        problems,
        async close() {
          // As a person would: else the sample gateway holds the line for the next one.
          if (act) await page.getByRole('button', { name: 'Give the line back' }).click();
          await close();
        },
      };
    };
    itFits(`tools-${name}`, open);
    itIsAccessible(`tools-${name}`, open);
    itIsWalkable(open);
  });
});

const skip = skipBrowser || skipTools;
describe.skipIf(skip)(
  `tools on a running gateway${skip ? ' (skipped: chromium, socat or mosquitto-clients is missing)' : ''}`,
  () => {
    let rig: ToolsRig;
    beforeAll(async () => {
      rig = await startToolsRig();
    });
    afterAll(() => rig?.close());

    /** Chooses the port by a part of its name, and takes it. */
    async function takePort(page: Page, part: string): Promise<void> {
      const port = page.getByLabel('Port', { exact: true });
      const value = await port.locator('option', { hasText: part }).first().getAttribute('value');
      await port.selectOption(value);
      await take(page);
    }
    const stateOf = async (device: string): Promise<string> => {
      const { page, close } = await rig.open(`devices/${device}`);
      await settled(page);
      const text = await page.getByRole('main').innerText();
      await close();
      return text;
    };

    it('lists the ports with their devices and says what is in the way of one', async () => {
      const { page, problems, close } = await rig.open('tools');
      const row = page.getByRole('row').filter({ hasText: '19200 8N1' });
      await row.getByText('meter', { exact: true }).waitFor();
      await row.getByRole('link').click();
      const sheet = page.getByRole('dialog');
      await sheet.getByText('Can it be opened?').waitFor();
      await sheet.getByText('The gateway runs as').waitFor();
      expect(problems).toEqual([]);
      await close();
    });

    it('takes a line for the terminal, shows and sends on it, and gives it back', async () => {
      const { page, problems, close } = await rig.open('tools/terminal');
      await takePort(page, '/scale');
      await page.getByText('Paused meanwhile: scale').waitFor();
      rig.scale.write('S S      12.480 kg\r\n');
      await page.getByText('S S 12.480 kg').waitFor();
      await page.getByLabel('Send to the line').fill('SI');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await expect.poll(() => rig.scale.heard()).toContain('SI\r\n');
      expect(await stateOf('scale')).toMatch(/paused|function check/i);
      await page.getByRole('radio', { name: 'Hex' }).first().click();
      await page.getByText('53 20 53 20 20 20 20 20 20 31 32 2E 34 38 30 20').waitFor();
      await takePicture(page, 'tools-real-terminal');
      await page.getByRole('button', { name: 'Give the line back' }).click();
      await page.getByRole('button', { name: 'Take the line' }).waitFor();
      // The device has its line again, and its values come.
      const writing = setInterval(() => rig.scale.write('S S      13.750 kg\r\n'), 200);
      const { page: device, close: closeDevice } = await rig.open('devices/scale');
      await device.getByText('13.75').first().waitFor();
      clearInterval(writing);
      await closeDevice();
      expect(problems).toEqual([]);
      await close();
    });

    it('shows 115,200 baud whole and in order', async () => {
      const { page, problems, close } = await rig.open('tools/terminal');
      await takePort(page, '/scale');
      const LINES = 2000;
      // 57 bytes every 5 ms are the 11,520 bytes a second of 115,200 baud.
      for (let n = 0; n < LINES; n += 1) {
        rig.scale.write(`line ${String(n).padStart(6, '0')} ${'x'.repeat(42)}\r\n`);
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      await page.getByText(`line ${String(LINES - 1).padStart(6, '0')}`).waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save as file' }).click();
      const stream = await (await download).createReadStream();
      let text = '';
      for await (const chunk of stream) text += String(chunk);
      const numbers = [...text.matchAll(/line (\d{6}) x{42}\n/g)].map(([, number]) => Number(number));
      expect(numbers).toEqual(Array.from({ length: LINES }, (_, n) => n));
      expect(await page.getByText('came faster than the screen').count()).toBe(0);
      expect(problems).toEqual([]);
      await close();
    });

    it('reads, identifies and writes as a Modbus master while the meter pauses', async () => {
      const { page, problems, close } = await rig.open('tools/modbus');
      await takePort(page, '/meter');
      await page.getByLabel('Unit').fill('3');
      await page.getByLabel('How many').fill('4');
      await page.getByRole('button', { name: 'Read', exact: true }).click();
      const answer = page.getByRole('region', { name: 'Answer' });
      await answer.getByText('230', { exact: true }).first().waitFor();
      await answer.getByText('40002').waitFor();
      await page
        .getByText(/read 4 holding registers/i)
        .first()
        .waitFor();
      await takePicture(page, 'tools-real-modbus');
      await page.getByRole('button', { name: 'Write…' }).click();
      await page.getByLabel('First address, from 0').last().fill('50');
      await page.getByLabel('Values').fill('4711');
      await hold(page, 'Hold to write');
      await page.getByText('It was written, and the unit confirmed it.').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();
      await page.getByLabel('First address, from 0').fill('50');
      await page.getByRole('button', { name: 'Read', exact: true }).click();
      await answer.getByText('4711').first().waitFor();
      // A unit that is not there.
      await page.getByLabel('Unit').fill('44');
      await page.getByLabel('Wait at most').fill('300');
      await page.getByRole('button', { name: 'Read', exact: true }).click();
      await page
        .getByText(/does not answer|no answer/i)
        .first()
        .waitFor();
      expect(problems).toEqual([]);
      await close();
      await expect.poll(() => stateOf('meter'), { timeout: 30_000 }).not.toMatch(/paused/i);
    });

    it('shows the health of the bus, and the verdict in words', async () => {
      const { page, problems, close } = await rig.open('tools/buses');
      await page.getByRole('link', { name: /19200 8N1/ }).click();
      await page.getByRole('button', { name: 'Details of unit 3' }).click();
      await page.getByRole('dialog').getByRole('heading', { name: 'How long answers take' }).waitFor();
      await takePicture(page, 'tools-real-unit');
      expect(problems).toEqual([]);
      await close();
    });

    it('decodes what others say on a bus', async () => {
      const { page, problems, close } = await rig.open('tools/sniffer');
      await takePort(page, '/scale');
      await page.getByText('Nothing heard yet').waitFor();
      // Unit 17: read 2 holding registers from 0; the answer 20 ms later. Modbus over serial line V1.02, 2.5.1.
      rig.scale.write(Uint8Array.from([0x11, 3, 0, 0, 0, 2, 0xc6, 0x9b]));
      await new Promise((resolve) => setTimeout(resolve, 20));
      rig.scale.write(Uint8Array.from([0x11, 3, 4, 0x43, 0x66, 0x80, 0, ...crc16([0x11, 3, 4, 0x43, 0x66, 0x80, 0])]));
      await page.getByText('Question').first().waitFor();
      await page
        .getByText(/^Answer/)
        .first()
        .waitFor();
      await page.getByText('11 03 00 00 00 02 C6 9B').waitFor();
      await takePicture(page, 'tools-real-sniffer');
      expect(problems).toEqual([]);
      await close();
    });

    it('shows topics of local clients, publishes, and removes what is retained', async () => {
      const at = ['-h', '127.0.0.1', '-p', String(rig.mqttPort)];
      execFileSync('mosquitto_pub', [...at, '-t', 'plant/boiler/state', '-m', '{"temperature":61.5}', '-r', '-q', '1']);
      const { page, problems, close } = await rig.open('tools/mqtt');
      const topic = page.getByRole('button', { name: /plant\/boiler\/ ?state/ });
      await topic.click();
      await page.getByText('yes, retained').waitFor();
      await takePicture(page, 'tools-real-mqtt');
      const listener = spawn('mosquitto_sub', [...at, '-t', 'plant/cmd', '-C', '1', '-q', '1']);
      let heard = '';
      listener.stdout.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
      });
      await page.getByRole('button', { name: 'Publish…', exact: true }).click();
      await page.getByLabel('Topic', { exact: true }).fill('plant/cmd');
      await page.getByLabel('Message', { exact: true }).fill('start');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('At least once').click();
      await dialog.getByText('Keep it for new subscribers').click();
      await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
      await ended(listener);
      expect(heard.trim()).toBe('start');
      await topic.click();
      await page.getByRole('button', { name: 'Remove what is retained' }).click();
      await hold(page, /Hold to remove it/);
      await page.getByText('The retained message was removed.').last().waitFor();
      // Nothing is there for a new subscriber: mosquitto_sub ends with its time limit.
      expect(() =>
        execFileSync('mosquitto_sub', [...at, '-t', 'plant/boiler/state', '-C', '1', '-W', '1'], { stdio: 'ignore' }),
      ).toThrow();
      expect(problems).toEqual([]);
      await close();
    });

    it('says plainly where there is no Bluetooth', async () => {
      const { page, problems, close } = await rig.open('tools/bluetooth');
      await page.getByText('What to do:').waitFor();
      expect(problems).toEqual([]);
      await close();
    });
  },
);
