import Download from 'lucide-react/icons/download';
import Printer from 'lucide-react/icons/printer';
import type { ReactNode } from 'react';
import type { CertificateView } from '../../../core/contract/outbox-views.ts';
import { BackLink } from '../../components/BackLink.tsx';
import { Button } from '../../components/Button.tsx';
import { EmptyNotice, ErrorNotice, Skeleton } from '../../components/Notices.tsx';
import { saveFile } from '../../components/save-file.ts';
import { useCall } from '../../hooks/use-call.ts';
import { go, href } from '../../hooks/use-route.ts';
import { useRow, useStatus } from '../../hooks/use-table.ts';
import { useConsole } from '../../stores/context.tsx';
import { certificate as text } from '../../text/certificates.ts';
import { CertificateDocument } from './CertificateDocument.tsx';
import './certificate.css';

const TYPES = { json: 'application/json', html: 'text/html' } as const;

function Actions(props: { id: string }): ReactNode {
  const { toasts } = useConsole();
  const { run, busy } = useCall('certificate.export', {
    onDone: ({ name, text: content }) => {
      saveFile(name, content, name.endsWith('.html') ? TYPES.html : TYPES.json);
      toasts.say(text.exported(name));
    },
  });
  return (
    <>
      <Button
        busy={busy}
        icon={<Download size={18} aria-hidden="true" />}
        onClick={() => void run({ id: props.id, format: 'json' })}
      >
        {text.json}
      </Button>
      <Button
        busy={busy}
        icon={<Download size={18} aria-hidden="true" />}
        onClick={() => void run({ id: props.id, format: 'html' })}
      >
        {text.html}
      </Button>
      <Button kind="primary" icon={<Printer size={18} aria-hidden="true" />} onClick={() => window.print()}>
        {text.print}
      </Button>
    </>
  );
}

const stateWords = (row: CertificateView): string => (row.restoredAt === null ? text.openNow : text.draining);

/** One certificate as a document that can be read, printed and given to a customer. */
export function CertificatePage(props: { id: string }): ReactNode {
  const row = useRow('certificates', props.id);
  const status = useStatus('certificates');
  if (status === 'loading') return <Skeleton rows={8} />;
  if (!row) {
    return (
      <EmptyNotice
        page
        title={text.unknown}
        body={text.unknownBody(props.id)}
        action={<Button onClick={() => go('data', 'certificates')}>{text.back}</Button>}
      />
    );
  }
  return (
    <div className="page">
      <div className="page-head data-head certificate-head">
        <BackLink href={href('data', 'certificates')} label={text.back} />
        <span className="grow" />
        <Actions id={row.id} />
      </div>
      {row.state === 'open' && <ErrorNotice tone="starting" what={stateWords(row)} meaning={text.openBody} />}
      <CertificateDocument row={row} />
    </div>
  );
}
