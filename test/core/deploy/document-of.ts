import type { SiteDocument } from '../../../core/contract/document/document.ts';
import { checkDocument } from '../../../core/deploy/check.ts';

/** The text of a small valid document. */
export function textOf(more: object = {}): string {
  return JSON.stringify({ schema: 'gatehouse/1', name: 'site', ...more });
}

/** A valid document with all defaults filled in; throws what is wrong with it. */
export function documentOf(more: object = {}): SiteDocument {
  const result = checkDocument(textOf(more));
  if (!result.ok) throw new Error(result.faults.map((one) => `${one.path}: ${one.message}`).join('\n'));
  return result.document;
}

export const device = (id: string, more: object = {}): object => ({
  id,
  name: id,
  adapter: 'simulated',
  model: 'door-contact',
  points: [{ name: 'open' }],
  ...more,
});
export const inline = (name: string, code: string, more: object = {}): object => ({ name, code: { inline: code }, ...more });
export const fromFile = (name: string, file: string): object => ({ name, code: { file } });
export const route = (id: string, source: string, target: string): object => ({ id, source, subject: '#', target });
