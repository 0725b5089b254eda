import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../core/base/clock.ts';
import { createIotCredentials } from '../../core/cloud/iot-credentials.ts';
import { CloudSettings } from '../../core/config/cloud-settings.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';
import { createManualClock } from '../fakes/manual-clock.ts';

const never = new AbortController().signal;
const GIVEN = {
  credentials: { accessKeyId: 'AK', secretAccessKey: 's', sessionToken: 'T', expiration: '2040-01-01T00:00:00Z' },
};

describe('the credentials provider of AWS IoT', () => {
  let folder: string;
  let certificates: Certificates;
  let own: { certFile: string; keyFile: string };
  let server: Server;
  let port: number;
  let seen: string[];
  let answer: (response: ServerResponse) => void;

  /** A stub that asks for a certificate of its authority, as the provider does. */
  function take(request: IncomingMessage, response: ServerResponse): void {
    const peer = (request.socket as TLSSocket).getPeerCertificate(); // the server speaks TLS only
    seen.push(`${peer.subject.CN} ${request.method} ${request.url} ${request.headers['x-amzn-iot-thingname']}`);
    answer(response);
  }
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-iot-credentials-'));
    certificates = makeCertificates(folder);
    own = certificates.client('gw-1');
    const { serverCert, serverKey, caFile } = certificates;
    const options = { cert: readFileSync(serverCert), key: readFileSync(serverKey), ca: readFileSync(caFile), requestCert: true };
    server = createServer(options, take);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    seen = [];
    answer = (response) => response.end(JSON.stringify(GIVEN));
  });
  const cloud = (more: object = own) =>
    CloudSettings.parse({ url: 'mqtts://127.0.0.1:8883', clientId: 'gw-1', caFile: certificates.caFile, ...more });
  const source = (settings: CloudSettings | null = cloud(), clock = systemClock) =>
    createIotCredentials({ clock }, { endpoint: `127.0.0.1:${port}`, roleAlias: 'site=role', thingName: 'gw-1' }, settings);
  const says = (status: number, body: string) => {
    answer = (response) => response.writeHead(status).end(body);
  };

  it('is asked with our certificate, for the role alias, as the thing', async () => {
    expect(await source().credentials(never)).toEqual({
      accessKeyId: 'AK',
      secretAccessKey: 's',
      sessionToken: 'T',
      expiresAt: Date.UTC(2040, 0, 1),
    });
    expect(seen).toEqual(['gw-1 GET /role-aliases/site%3Drole/credentials gw-1']);
  });

  it('says who refused what', async () => {
    says(403, '{"message":"Invalid thing name passed"}');
    await expect(source().credentials(never)).rejects.toMatchObject({
      code: 'cloud/credentials-refused',
      message: expect.stringMatching(/role alias "site=role" for the thing "gw-1" \(403: Invalid thing name passed\)/),
    });
  });

  it.each([
    [500, '{"message":"later"}'],
    [302, ''],
    [200, '<html>'],
    [200, '{"credentials":{"accessKeyId":"hush"}}'],
    [200, JSON.stringify({ credentials: { ...GIVEN.credentials, expiration: 'soon' } })],
    [200, 'x'.repeat(100_000)],
  ])('calls it unreachable with %i and %.40s, and repeats no secret', async (status, body) => {
    says(status, body);
    const fault = await source()
      .credentials(never)
      .catch((cause: unknown) => cause);
    expect(fault).toMatchObject({ code: 'cloud/credentials-unreachable' });
    expect(String(fault)).not.toContain('hush');
  });

  it('calls it unreachable when nobody listens, or when its certificate is not of our authority', async () => {
    const nobody = createIotCredentials(
      { clock: systemClock },
      { endpoint: '127.0.0.1:1', roleAlias: 'r', thingName: 't' },
      cloud(),
    );
    await expect(nobody.credentials(never)).rejects.toMatchObject({ code: 'cloud/credentials-unreachable' });
    const { caFile: _, ...foreign } = cloud();
    await expect(source(foreign).credentials(never)).rejects.toMatchObject({ code: 'cloud/credentials-unreachable' });
    expect(seen).toEqual([]);
  });

  it('gives up after 30 s without an answer', async () => {
    const clock = createManualClock();
    const asked = Promise.withResolvers<void>();
    answer = () => asked.resolve();
    const waiting = source(cloud(), { ...systemClock, after: clock.after }).credentials(never);
    const ended = expect(waiting).rejects.toMatchObject({
      code: 'cloud/credentials-unreachable',
      message: expect.stringContaining('no answer within 30 s'),
    });
    await asked.promise;
    await clock.advance(30_000);
    await ended;
  });

  it('ends with the caller', async () => {
    const gone = new AbortController();
    const asked = Promise.withResolvers<void>();
    answer = () => asked.resolve();
    const waiting = source().credentials(gone.signal);
    const ended = expect(waiting).rejects.toThrow('gone');
    await asked.promise;
    gone.abort(new Error('gone'));
    await ended;
  });

  it('needs a certificate', async () => {
    for (const settings of [null, cloud({})]) {
      await expect(source(settings).credentials(never)).rejects.toMatchObject({
        code: 'cloud/credentials-refused',
        remedy: expect.stringContaining('certFile'),
      });
    }
    await expect(source(cloud({ ...own, certFile: '/nowhere.crt' })).credentials(never)).rejects.toMatchObject({
      code: 'cloud/certificate',
    });
  });
});
