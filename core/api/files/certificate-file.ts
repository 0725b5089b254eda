import { certificateText } from '../../cloud/custody/certificate-text.ts';
import type { Output } from '../../contract/api.ts';
import type { CertificateView } from '../../contract/outbox-views.ts';
import { certificateHtml } from './certificate-html.ts';
import { HASH_WORDS } from './certificate-words.ts';

/** As another program reads it. `hashed.text` is what the hash was made over, so that anybody can make it again. */
function certificateJson(certificate: CertificateView): string {
  const hashed = { how: HASH_WORDS, text: certificateText(certificate) };
  return `${JSON.stringify({ format: 'gatehouse-delivery-certificate/1', certificate, hashed }, null, 2)}\n`;
}

/** A name that every file system takes: the gateway's name in it is free text. */
const fileName = (id: string, ending: string): string =>
  `delivery-certificate-${id.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 80)}.${ending}`;

/** A delivery certificate as a file: JSON, or one HTML page that needs nothing else and prints on A4. */
export function certificateFile(certificate: CertificateView, format: 'json' | 'html'): Output<'certificate.export'> {
  const text = format === 'json' ? certificateJson(certificate) : certificateHtml(certificate);
  return { name: fileName(certificate.id, format), text };
}
