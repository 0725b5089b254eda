import type { Logger } from '../base/log.ts';
import type { CertificateView } from '../contract/outbox-views.ts';
import type { Certificates } from '../store/certificates.ts';

/** As many as the store keeps. */
const KEPT = 500;

export interface CertificateList {
  /** Reads what the store has; never rejects. */
  load(): Promise<void>;
  /** A new state of one, from the recorder of outages. */
  changed(certificate: CertificateView): void;
  /** Newest first. */
  rows(): readonly CertificateView[];
}

/** The delivery certificates in memory, for views that are asked several times a second. */
export function createCertificateList(deps: { certificates: Certificates; log: Logger }): CertificateList {
  const byId = new Map<string, CertificateView>();
  let sorted: readonly CertificateView[] | null = null;

  function trim(): readonly CertificateView[] {
    // The order of their numbers: `from` may be of a clock that was wrong.
    const rows = [...byId.values()].sort((a, b) => b.id.localeCompare(a.id, 'en', { numeric: true }));
    for (const old of rows.slice(KEPT)) byId.delete(old.id);
    return rows.slice(0, KEPT);
  }
  return {
    async load() {
      try {
        for (const stored of await deps.certificates.list()) if (!byId.has(stored.id)) byId.set(stored.id, stored);
        sorted = null;
      } catch (cause) {
        deps.log.warn('certificate.list-not-read', { message: 'Earlier delivery certificates are not shown.', cause });
      }
    },
    changed(certificate) {
      byId.set(certificate.id, certificate);
      sorted = null;
    },
    rows() {
      sorted ??= trim();
      return sorted;
    },
  };
}
