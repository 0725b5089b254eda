import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  readonly caFile: string;
  readonly serverCert: string;
  readonly serverKey: string;
  /** A client certificate of the CA, made when asked for; valid for 30 days unless told. */
  client(name: string, days?: number): { readonly certFile: string; readonly keyFile: string };
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority and a server certificate for localhost and 127.0.0.1, made by openssl in `folder`. */
export function makeCertificates(folder: string): Certificates {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '30', '-subj', '/CN=test ca');
  function issue(name: string, extension: string, days = 30): void {
    openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    writeFileSync(at(`${name}.ext`), extension);
    const ca = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days)];
    openssl('x509', '-req', '-in', `${name}.csr`, ...ca, '-extfile', `${name}.ext`, '-out', `${name}.crt`);
    // A broker that drops its rights must be able to read it.
    chmodSync(at(`${name}.key`), 0o644);
  }
  issue('server', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  return {
    caFile: at('ca.crt'),
    serverCert: at('server.crt'),
    serverKey: at('server.key'),
    client(name, days) {
      issue(name, 'extendedKeyUsage=clientAuth', days);
      return { certFile: at(`${name}.crt`), keyFile: at(`${name}.key`) };
    },
  };
}
