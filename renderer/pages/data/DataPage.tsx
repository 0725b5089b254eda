import type { ReactNode } from 'react';
import { Button } from '../../components/Button.tsx';
import { EmptyNotice } from '../../components/Notices.tsx';
import { go } from '../../hooks/use-route.ts';
import { data as text } from '../../text/data.ts';
import { notFound } from '../../text/pages.ts';
import type { PageProps } from '../page.ts';
import { CertificateList } from './CertificateList.tsx';
import { CertificatePage } from './CertificatePage.tsx';
import './data.css';
import { DeadLetterList } from './DeadLetterList.tsx';
import { DeadLetterPage } from './DeadLetterPage.tsx';
import { OutboxTab } from './OutboxTab.tsx';
import './outbox.css';
import { PromisesTab } from './PromisesTab.tsx';
import { SessionsTab } from './SessionsTab.tsx';
import { StorageTab } from './StorageTab.tsx';
import { StreamPage } from './StreamPage.tsx';

/**
 * `#/data`: the outbox; `/stream/<id>`; `/refused` and `/refused/<id>`; `/certificates` and `/certificates/<id>`; `/storage`;
 * `/sessions`; `/promises`. Each part has its own address, so that alarms and people can point to it.
 */
export function DataPage(props: PageProps): ReactNode {
  const [part, id] = props.rest;
  switch (part) {
    case undefined:
      return <OutboxTab />;
    case 'stream':
      return id === undefined ? <OutboxTab /> : <StreamPage id={id} message={props.query.get('message')} />;
    case 'refused':
      return id === undefined ? <DeadLetterList /> : <DeadLetterPage id={id} />;
    case 'certificates':
      return id === undefined ? <CertificateList /> : <CertificatePage id={id} />;
    case 'storage':
      return <StorageTab />;
    case 'sessions':
      return <SessionsTab />;
    case 'promises':
      return <PromisesTab />;
    default:
      return (
        <EmptyNotice
          page
          title={notFound.title}
          body={notFound.body}
          action={<Button onClick={() => go('data')}>{text.back}</Button>}
        />
      );
  }
}
