import type { CertificateView } from '../contract/outbox-views.ts';

/** Delivery certificates, newest first; the newest 500 are kept. On disk before `put` resolves. */
export interface Certificates {
  /** Writes a new one or the next state of one that is open. */
  put(certificate: CertificateView): Promise<void>;
  list(): Promise<readonly CertificateView[]>;
}
