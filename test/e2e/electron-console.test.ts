import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, isStale } from '../../build/bundle.ts';
import { layoutOf, projectRoot } from '../../build/layout.ts';
import { startGateway } from '../../core/main.ts';
import { findChromium } from './electron-chromium.ts';
import { type ElectronPage, openElectronPage } from './electron-page.ts';

type Gateway = Awaited<ReturnType<typeof startGateway>>;

describe.skipIf(findChromium() === undefined && process.env['CI'] !== 'true')(
  'the console in the window (needs Chromium)',
  () => {
    let folder: string;
    let gateway: Gateway | undefined;
    let open: ElectronPage | undefined;
    beforeAll(async () => {
      const layout = layoutOf(projectRoot);
      for (const part of ['node', 'renderer'] as const) if (isStale(layout, part)) await bundle(layout, part);
      folder = mkdtempSync(join(tmpdir(), 'gatehouse-window-'));
      const options = { data: join(folder, 'data'), port: 0, mqttPort: 0, headless: false, kiosk: true, demo: true };
      gateway = await startGateway(options, null);
      open = await openElectronPage({ attach: gateway.attach, kiosk: true });
    });
    afterAll(async () => {
      await open?.close();
      await gateway?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('shows the live demo site, by the real preload and the real core, again after a reload, with no fault or violation', async () => {
      if (!open || !gateway) throw new Error('not started');
      await gateway.firstReading;
      const { page } = open;
      await page
        .getByText(/online|ok|connected/i)
        .first()
        .waitFor();
      await page.reload();
      await page
        .getByText(/online|ok|connected/i)
        .first()
        .waitFor();
      if (process.env['GATEHOUSE_SHOT']) await page.screenshot({ path: process.env['GATEHOUSE_SHOT'] });
      expect(open.problems).toEqual([]);
      expect(open.records).toEqual([]);
    });
  },
);
