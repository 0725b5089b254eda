import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { DeploymentDocument } from '../core/contract/document/document.ts';
import { projectRoot } from './layout.ts';

export const SCHEMA_FILE = 'core/contract/document/gatehouse-1.schema.json';

const LINE_WIDTH = 130;

/** Lists of plain values in one line where they fit, as the formatter of this project writes them. */
const shortLists = (json: string): string =>
  json.replace(/^([^\n]*)\[\n([^[\]{}]*?)\n\s*\](,?)/gm, (whole, before: string, inner: string, comma: string) => {
    const line = `${before}[${inner
      .trim()
      .split(/\s*\n\s*/)
      .join(' ')}]${comma}`;
    return line.length <= LINE_WIDTH ? line : whole;
  });

/**
 * The JSON Schema of the deployment document, for editors that complete and check while one types. It cannot say everything: what holds
 * between parts (names that must exist, ports that are shared) is found by `gatehouse validate`.
 */
export function deploymentSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(DeploymentDocument, { io: 'input' });
  const schema = {
    $schema,
    $id: 'urn:gatehouse:deployment-document:1',
    title: 'Gatehouse deployment document, version 1',
    ...rest,
  };
  return `${shortLists(JSON.stringify(schema, null, 2))}\n`;
}

/** `node build/json-schema.ts` writes the file; a test fails while it is not up to date. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(join(projectRoot, SCHEMA_FILE), deploymentSchema());
