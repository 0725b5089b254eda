import type { Logger } from '../../base/log.ts';
import { CertificateView } from '../../contract/outbox-views.ts';
import type { Certificates } from '../certificates.ts';
import type { WorkerLink } from './worker-link.ts';

function parse(text: string, log: Logger): CertificateView[] {
  try {
    return [CertificateView.parse(JSON.parse(text))];
  } catch (cause) {
    log.warn('store.certificate-unreadable', { cause });
    return [];
  }
}

/** Delivery certificates on the store's thread. One that cannot be read any more is left out of the list, and logged. */
export function createCertificatesClient(deps: { readonly link: WorkerLink; readonly log: Logger }): Certificates {
  return {
    async put(certificate) {
      const { id, state } = certificate;
      await deps.link.call('certificates.put', { id, state, json: JSON.stringify(certificate) });
    },
    async list() {
      const texts = await deps.link.call('certificates.list', null);
      return texts.flatMap((text) => parse(text, deps.log));
    },
  };
}
