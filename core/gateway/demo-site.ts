import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The practice cloud serves the document of this name only: any other site's messages wait for a real cloud. */
export const DEMO_NAME = 'demo-shop';

/** Beside the source in development, beside the bundle when installed. */
const FOLDERS = ['../demo/site', './demo/site'];

/** The document of the demo site and the folder with its functions. */
export async function demoSite(): Promise<{ text: string; folder: string }> {
  for (const candidate of FOLDERS) {
    const folder = fileURLToPath(new URL(candidate, import.meta.url));
    const text = await readFile(`${folder}/site.yaml`, 'utf8').catch(() => null);
    if (text !== null) return { text, folder };
  }
  throw new Error('the demo site is missing from this installation');
}
