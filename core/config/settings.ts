import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { describe, GatewayError } from '../base/errors.ts';
import { schemaFaults, WORDING } from '../contract/schema-faults.ts';
import { AwsSettings } from './aws-settings.ts';
import { CloudSettings } from './cloud-settings.ts';
import { readGenerations } from './generations.ts';

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
  /** How commits to the disk are grouped: one is made after so many ms or messages, whichever is first. A lone message does not wait. */
  store: z
    .strictObject({
      groupMs: z.number().min(0).max(1000).default(2),
      groupMessages: z.number().int().min(1).max(4096).default(512),
      /** Cycles that a block of the flash disk bears, for the estimate of its life. */
      flashCycles: z.number().int().min(100).max(1_000_000).default(3000),
    })
    .prefault({}),
  /** What the local broker keeps of clients that are away. */
  sessions: z
    .strictObject({
      maxMessages: z.number().int().min(1).max(1_000_000).default(1000),
      maxBytes: z.number().int().min(1024).default(16_777_216),
      /** A session whose client does not come back is forgotten. */
      forgetAfterHours: z.number().min(0.01).max(87_600).default(168),
    })
    .prefault({}),
  aws: AwsSettings.prefault({}),
  functions: z
    .strictObject({
      /** Node.js 24 that runs functions with `isolation: process` where the gateway itself is not plain Node (the window of Electron). */
      nodePath: z.string().min(1).optional(),
    })
    .prefault({}),
  /** Who may leave the full screen; written by `gatehouse set-pin`. */
  kiosk: z.strictObject({ pinHash: z.string().optional() }).prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});
export type GatewaySettings = z.infer<typeof GatewaySettings>;

export const settingsPath = (dataDir: string): string => join(dataDir, 'settings.json');

/** Where the last good values are kept, in the data directory; see `generations.ts`. */
export const KEPT_FOLDER = 'kept';
export const KEPT_SETTINGS = 'settings';

export interface LoadedSettings {
  readonly settings: GatewaySettings;
  /** What was read; null where there is no file. */
  readonly text: string | null;
  /** `config/torn` when the file was cut or empty, and the last good settings are used in its place. */
  readonly torn: GatewayError | null;
}

function parseSettings(path: string, raw: unknown): GatewaySettings {
  const parsed = GatewaySettings.safeParse(raw, WORDING);
  if (parsed.success) return parsed.data;
  const faults = schemaFaults(parsed.error).map(
    (fault) => `${fault.path.join('.') || '(file)'}: ${fault.message}. ${fault.remedy}`,
  );
  throw new GatewayError('config/invalid', `The settings file ${path} has ${faults.length} fault(s):\n${faults.join('\n')}`, {
    details: { faults: faults.length },
  });
}

/** The last good settings in the place of a file that is no JSON; throws `config/invalid` where there are none. */
function lastGood(dataDir: string, path: string, cause: unknown): LoadedSettings {
  const { newest } = readGenerations(join(dataDir, KEPT_FOLDER), KEPT_SETTINGS);
  if (!newest) {
    throw new GatewayError('config/invalid', `The settings file ${path} is not valid JSON: ${describe(cause)}.`, { cause });
  }
  const text = `The settings file ${path} was torn (${describe(cause)}); the last good settings are used. The torn file is kept beside it.`;
  return {
    settings: parseSettings(path, JSON.parse(newest.value)),
    text: newest.value,
    torn: new GatewayError('config/torn', text, { cause, details: { path } }),
  };
}

/**
 * Reads the settings and changes nothing; a missing file means all defaults. A file that is no JSON at all gives the last good ones and
 * says so. Throws `config/invalid`, naming every wrong field at once.
 */
export function readSettings(dataDir: string): LoadedSettings {
  const path = settingsPath(dataDir);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      return { settings: GatewaySettings.parse({}), text: null, torn: null };
    throw new GatewayError('config/invalid', `The settings file ${path} cannot be read: ${describe(cause)}.`, { cause });
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    return lastGood(dataDir, path, cause);
  }
  return { settings: parseSettings(path, raw), text, torn: null };
}

/** The settings alone; see `readSettings`. */
export const loadSettings = (dataDir: string): GatewaySettings => readSettings(dataDir).settings;
