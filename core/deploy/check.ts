import { DeploymentDocument, type SiteDocument } from '../contract/document/document.ts';
import { schemaFaults, WORDING } from '../contract/schema-faults.ts';
import type { DocumentFault } from '../contract/views.ts';
import { crossCheck } from './cross-check.ts';
import type { CrossFault } from './cross-fault.ts';
import { pathText } from './document-path.ts';
import { type Located, parseText } from './parse-text.ts';
import { crossCheckSoundParts } from './sound-parts.ts';

export type CheckResult =
  | { readonly ok: true; readonly faults: readonly []; readonly document: SiteDocument }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] };

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

function placed(faults: readonly (CrossFault & { readonly unknownKey?: boolean })[], where: Located): readonly DocumentFault[] {
  return faults
    .map(({ path, message, remedy, unknownKey }) => ({
      path: pathText(path),
      message: sentence(message),
      remedy,
      ...where.position(path, unknownKey === true),
    }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/**
 * Reads a deployment document (YAML or JSON) and reports every fault at once, each with its path, its place in the text and a remedy.
 * Pure: touches no file and no device.
 */
export function checkDocument(text: string): CheckResult {
  const parsed = parseText(text);
  if (!parsed.ok) return { ok: false, faults: parsed.faults };
  const result = DeploymentDocument.safeParse(parsed.value, WORDING);
  if (!result.success) {
    return { ok: false, faults: placed([...schemaFaults(result.error), ...crossCheckSoundParts(parsed.value)], parsed) };
  }
  const faults = placed(crossCheck(result.data), parsed);
  return faults.length > 0 ? { ok: false, faults } : { ok: true, faults: [], document: result.data };
}
