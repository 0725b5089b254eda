import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { ReportDevice, ReportFacts } from './facts.ts';
import type { ReportFormat, ToReport } from './report-thread.ts';
import { textReport } from './text-report.ts';

const fontFile = (name: string): Buffer => readFileSync(new URL(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`)));

async function make(format: ReportFormat, facts: ReportFacts): Promise<Uint8Array> {
  if (format !== 'pdf') return Buffer.from(textReport(format, facts));
  const { reportPdf } = await import('./pdf/report-pdf.ts');
  return await reportPdf(facts, { regular: fontFile('DejaVuSans'), bold: fontFile('DejaVuSans-Bold') });
}

const devices: ReportDevice[] = [];

parentPort?.on('message', async (told: ToReport) => {
  if ('devices' in told) return void devices.push(...told.devices);
  // What it throws ends the thread, and is heard by the one who started it.
  const bytes = new Uint8Array(await make(told.format, { ...told.facts, devices })); // a copy that can be given away
  parentPort?.postMessage(bytes, [bytes.buffer]);
  parentPort?.close();
});
