import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { describe, GatewayError } from '../base/errors.ts';
import { schemaFaults, WORDING } from '../contract/schema-faults.ts';
import { CloudSettings } from './cloud-settings.ts';

/** Settings of the machine itself, in `<data>/settings.json`. What the site does is in the deployment document instead. */
export const GatewaySettings = z.strictObject({
  /** Shown in the header and used in the ids of messages towards the cloud. */
  gatewayName: z.string().min(1).max(64).default('Gatehouse'),
  /** Null or absent: no cloud; what is for the cloud waits in the spool. */
  cloud: CloudSettings.nullable().default(null),
  broker: z
    .strictObject({
      /** Any address but loopback needs `tls`. */
      host: z.string().default('127.0.0.1'),
      /** TLS with client certificates of this authority: who has none is not let in. */
      tls: z.strictObject({ certFile: z.string().min(1), keyFile: z.string().min(1), caFile: z.string().min(1) }).optional(),
      port: z.number().int().min(0).max(65535).optional(),
      maxClients: z.number().int().min(1).max(10_000).default(500),
    })
    .prefault({}),
  console: z.strictObject({ port: z.number().int().min(0).max(65535).optional() }).prefault({}),
  /** Who may leave the full screen; written by `gatehouse set-pin`. */
  kiosk: z.strictObject({ pinHash: z.string().optional() }).prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});
export type GatewaySettings = z.infer<typeof GatewaySettings>;

export const settingsPath = (dataDir: string): string => join(dataDir, 'settings.json');

/** Reads the settings; a missing file means all defaults. Throws `config/invalid`, naming every wrong field at once. */
export function loadSettings(dataDir: string): GatewaySettings {
  const path = settingsPath(dataDir);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return GatewaySettings.parse({});
    throw new GatewayError('config/invalid', `The settings file ${path} cannot be read: ${describe(cause)}.`, { cause });
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new GatewayError('config/invalid', `The settings file ${path} is not valid JSON: ${describe(cause)}.`, { cause });
  }
  const parsed = GatewaySettings.safeParse(raw, WORDING);
  if (parsed.success) return parsed.data;
  const faults = schemaFaults(parsed.error).map(
    (fault) => `${fault.path.join('.') || '(file)'}: ${fault.message}. ${fault.remedy}`,
  );
  throw new GatewayError('config/invalid', `The settings file ${path} has ${faults.length} fault(s):\n${faults.join('\n')}`, {
    details: { faults: faults.length },
  });
}
