import { isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { GatewayError } from '../core/base/errors.ts';
import type { CoreOptions } from './core-host.ts';

export interface Switches {
  readonly kiosk: boolean;
  /** Writes or removes the entry that starts Gatehouse at login; absent leaves it as it is. */
  readonly atLogin?: boolean;
  readonly core: CoreOptions;
}

function portOf(name: string, text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = typeof text === 'string' && /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new GatewayError('config/invalid', `--${name} needs a port between 0 and 65535.`);
  return port;
}

function pathOf(name: string, text: string | boolean | undefined, folder: string): string | undefined {
  if (text === undefined) return undefined;
  if (typeof text !== 'string' || text === '') throw new GatewayError('config/invalid', `--${name} needs a path.`);
  return isAbsolute(text) ? text : resolve(folder, text);
}

/**
 * Reads the command line: `--data`, `--document`, `--port`, `--mqtt-port`, `--no-demo` as for the headless gateway, and
 * `--kiosk`, `--start-at-login`, `--no-start-at-login`. Other switches are Chromium's and are left to it.
 * @throws GatewayError config/invalid naming the switch
 */
export function parseSwitches(args: readonly string[], defaults: { data: string; folder: string }): Switches {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      document: { type: 'string' },
      port: { type: 'string' },
      'mqtt-port': { type: 'string' },
      kiosk: { type: 'boolean' },
      'no-demo': { type: 'boolean' },
      'start-at-login': { type: 'boolean' },
      'no-start-at-login': { type: 'boolean' },
    },
  });
  const document = pathOf('document', values['document'], defaults.folder);
  const port = portOf('port', values['port']);
  const mqttPort = portOf('mqtt-port', values['mqtt-port']);
  const atLogin = values['start-at-login'] === true ? true : values['no-start-at-login'] === true ? false : undefined;
  return {
    kiosk: values['kiosk'] === true,
    ...(atLogin === undefined ? {} : { atLogin }),
    core: {
      data: pathOf('data', values['data'], defaults.folder) ?? defaults.data,
      demo: values['no-demo'] !== true,
      ...(document === undefined ? {} : { document }),
      ...(port === undefined ? {} : { port }),
      ...(mqttPort === undefined ? {} : { mqttPort }),
    },
  };
}
