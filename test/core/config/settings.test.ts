import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import { defaultDataDir } from '../../../core/config/paths.ts';
import { loadSettings, settingsPath } from '../../../core/config/settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gh-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fault(text: string): GatewayError {
  writeFileSync(settingsPath(folder), text);
  try {
    loadSettings(folder);
  } catch (cause) {
    if (cause instanceof GatewayError) return cause;
    throw cause;
  }
  throw new Error('the settings were accepted');
}

describe('the settings', () => {
  it('are all defaults where there is no file', () => {
    expect(loadSettings(folder)).toMatchObject({
      gatewayName: 'Gatehouse',
      cloud: null,
      broker: { host: '127.0.0.1' },
      log: { level: 'info' },
    });
    expect(loadSettings(join(folder, 'not/there'))).toEqual(loadSettings(folder));
  });

  it('take the credentials of AWS from one place, and say what is wrong with it', () => {
    const iot = '"iot":{"endpoint":"abc.credentials.iot.eu-central-1.amazonaws.com","roleAlias":"site"}';
    writeFileSync(settingsPath(folder), `{"aws":{"region":"eu-central-1","thingName":"press-1",${iot}}}`);
    expect(loadSettings(folder).aws).toMatchObject({ region: 'eu-central-1', iot: { roleAlias: 'site' } });
    expect(fault(`{"aws":{"credentialsFile":"/c",${iot}}}`).message).toContain('aws.credentialsFile: name either');
    const wrong = fault(
      '{"aws":{"region":"Frankfurt","thingName":"a b","iot":{"endpoint":"https://x/y","roleAlias":""}}}',
    ).message;
    for (const field of ['aws.region', 'aws.thingName', 'aws.iot.endpoint', 'aws.iot.roleAlias']) expect(wrong).toContain(field);
    expect(fault('{"functions":{"nodePath":""}}').message).toContain('functions.nodePath');
  });

  it('fill in what the file leaves out', () => {
    writeFileSync(settingsPath(folder), '{"broker":{"port":1884},"cloud":{"url":"mqtts://x:8883","clientId":"g"}}');
    expect(loadSettings(folder)).toMatchObject({
      broker: { port: 1884, host: '127.0.0.1' },
      cloud: { protocolVersion: 5, cleanSession: false },
    });
  });

  it('name every fault at once, with path and remedy', () => {
    const error = fault(
      '{"gatewayName":"","cloud":{"url":"http://x","clientId":7,"protocolVersion":3},"broker":{"port":70000},"console":{"prt":1},"log":{"level":"loud"}}',
    );
    expect(error.code).toBe('config/invalid');
    expect(error.message).toContain(settingsPath(folder));
    expect(
      error.message
        .split('\n')
        .slice(1)
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual(['broker.port', 'cloud.clientId', 'cloud.protocolVersion', 'cloud.url', 'console.prt', 'gatewayName', 'log.level']);
    expect(error.message).toContain('log.level: must be "debug", "info", "warn" or "error", not "loud". Choose');
    expect(error.details).toEqual({ faults: 7 });
  });

  it('that cannot be read say why', () => {
    expect(fault('{"a":').message).toContain('is not valid JSON');
    expect(fault('[]').message).toContain('(file): must be a group of fields, not a list');
    rmSync(settingsPath(folder));
    mkdirSync(settingsPath(folder));
    expect(() => loadSettings(folder)).toThrow(/cannot be read/);
  });
});

describe('defaultDataDir', () => {
  it.each([
    [{ GATEHOUSE_DATA: '/data' }, 'linux', '/data'],
    [{ XDG_STATE_HOME: '/state' }, 'linux', '/state/gatehouse'],
    [{ XDG_STATE_HOME: '' }, 'linux', '/home/x/.local/state/gatehouse'],
    [{}, 'darwin', '/home/x/.local/state/gatehouse'],
  ] as const)('with %j on %s is %s', (env, platform, expected) => {
    expect(defaultDataDir(env, platform, '/home/x')).toBe(expected);
  });
});
