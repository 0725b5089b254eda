import type { z } from 'zod';
import { DeploymentDocument, type SiteDocument } from '../contract/document/document.ts';
import type { DocumentFault } from '../contract/views.ts';
import { crossCheck } from './cross-check.ts';
import { type Path, pathText } from './document-path.ts';
import { type Located, parseText } from './parse-text.ts';

export type CheckResult =
  | { readonly ok: true; readonly faults: readonly []; readonly document: SiteDocument }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] };

const REMEDIES: Readonly<Record<string, string>> = {
  unrecognized_keys: 'Remove it, or check its spelling.',
  invalid_type: 'Give a value of the type that is named.',
  invalid_value: 'Choose one of the values that are named.',
  too_small: 'Give a larger value.',
  too_big: 'Give a smaller value.',
  invalid_format: 'Write it in the form that is named.',
  invalid_union: 'Compare with the examples in the README.',
};

interface Flat {
  readonly path: Path;
  readonly code: string;
  readonly message: string;
}

/** A union that no branch fits gives one fault for each branch; the branch that got furthest says it best. */
function flatten(issue: z.core.$ZodIssue, base: Path): readonly Flat[] {
  const path: Path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], code: issue.code, message: `"${key}" is not known here.` }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const best = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? [];
    const inner = best.flatMap((one) => flatten(one, path));
    if (inner.length > 0) return inner;
  }
  const message = issue.code === 'invalid_union' ? `${issue.message}: no kind of this name is known` : issue.message;
  return [{ path, code: issue.code, message }];
}

function schemaFaults(error: z.ZodError, where: Located): readonly DocumentFault[] {
  return error.issues
    .flatMap((issue) => flatten(issue, []))
    .map(({ path, code, message }) => ({
      path: pathText(path),
      message: message.endsWith('.') ? message : `${message}.`,
      remedy: REMEDIES[code] ?? 'Mend this value.',
      ...where.position(path),
    }));
}

/**
 * Reads a deployment document (YAML or JSON) and reports every fault at once, each with its path, its place in the text and a remedy.
 * Pure: touches no file and no device.
 */
export function checkDocument(text: string): CheckResult {
  const parsed = parseText(text);
  if (!parsed.ok) return { ok: false, faults: parsed.faults };
  const result = DeploymentDocument.safeParse(parsed.value);
  if (!result.success) return { ok: false, faults: schemaFaults(result.error, parsed) };
  const faults = crossCheck(result.data).map((fault) => ({
    path: pathText(fault.path),
    message: fault.message,
    remedy: fault.remedy,
    ...parsed.position(fault.path),
  }));
  return faults.length > 0 ? { ok: false, faults } : { ok: true, faults: [], document: result.data };
}
