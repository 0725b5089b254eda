import { readFile } from 'node:fs/promises';
import { GatewayError } from '../../base/errors.ts';
import type { DocumentFault } from '../../contract/views.ts';
import { EXIT, type ExitCode, type Output, printable } from '../output.ts';

export interface Checked {
  readonly ok: boolean;
  readonly faults: readonly DocumentFault[];
}

function faultLines(path: string, fault: DocumentFault): string[] {
  const place = fault.line === null ? path : `${path}:${fault.line}:${fault.column ?? 1}`;
  return [`${place}: ${fault.path === '' ? '' : `${fault.path}: `}${fault.message}`, `    ${fault.remedy}`].map(printable);
}

/** `gatehouse validate <document>`: every mistake with its place. Needs no running gateway. */
export async function validate(
  output: Output,
  path: string,
  load: () => Promise<{ checkDocument(text: string): Checked }>,
): Promise<ExitCode> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new GatewayError('document/unreadable', `the document ${path} cannot be read`, { cause });
  });
  const { checkDocument } = await load();
  const { ok, faults } = checkDocument(text);
  if (output.json) output.line(JSON.stringify({ ok, faults }));
  else if (ok) output.line(`${path} is valid.`);
  else for (const fault of faults) for (const line of faultLines(path, fault)) output.line(line);
  return ok ? EXIT.ok : EXIT.documentInvalid;
}
