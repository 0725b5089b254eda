import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { deploymentSchema, SCHEMA_FILE } from '../../build/json-schema.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the JSON Schema of the deployment document', () => {
  it('is up to date: else run `node build/json-schema.ts`', () => {
    expect(read(SCHEMA_FILE)).toBe(deploymentSchema());
  });

  it('names itself, and asks only for what has no default', () => {
    const schema: Record<string, unknown> = JSON.parse(read(SCHEMA_FILE));
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:gatehouse:deployment-document:1',
      title: expect.stringContaining('Gatehouse'),
      required: ['schema', 'name'],
      additionalProperties: false,
    });
  });

  it('takes the demo site, and refuses it with a slip', () => {
    const schema = z.fromJSONSchema(JSON.parse(read(SCHEMA_FILE)));
    const demo: unknown = parse(read('core/demo/site/site.yaml'));
    expect(schema.safeParse(demo)).toMatchObject({ success: true });
    const slips: readonly ((document: { devices: Record<string, unknown>[]; name: unknown }) => void)[] = [
      (document) => {
        document.name = 'Upper Case';
      },
      (document) => {
        Object.assign(document, { extra: 1 });
      },
      (document) => {
        Object.assign(document.devices[0] ?? {}, { adapter: 'modbus' });
      },
      (document) => {
        Object.assign(document.devices[1] ?? {}, { pollMs: 'fast' });
      },
    ];
    for (const slip of slips) {
      const document = parse(read('core/demo/site/site.yaml'));
      slip(document);
      expect(schema.safeParse(document).success).toBe(false);
    }
  });
});
