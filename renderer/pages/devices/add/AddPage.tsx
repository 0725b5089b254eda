import type { ReactNode } from 'react';
import { BackLink } from '../../../components/BackLink.tsx';
import { href } from '../../../hooks/use-route.ts';
import { add as text } from '../../../text/add-device.ts';
import './add.css';
import { DecodePage } from './DecodePage.tsx';
import { InboxList } from './InboxList.tsx';
import { KindList } from './KindList.tsx';
import { NamePage } from './NamePage.tsx';
import { ProfilePage } from './ProfilePage.tsx';
import { SavePage } from './SavePage.tsx';
import { ScanPage } from './ScanPage.tsx';
import { TryPage } from './TryPage.tsx';
import { WherePage } from './WherePage.tsx';

function Choose(): ReactNode {
  return (
    <div className="page">
      <div className="page-head">
        <BackLink href={href('devices')} label={text.back} />
        <h1>{text.title}</h1>
      </div>
      <div className="add-grid">
        <InboxList />
        <KindList />
      </div>
    </div>
  );
}

/** Adding a device: what was found, or a step of setting one up (`rest` is what follows `#/devices/add/`). */
export function AddPage(props: { rest: readonly string[] }): ReactNode {
  const [step, what] = props.rest;
  switch (step) {
    case 'where':
      return <WherePage kind={what} />;
    case 'profile':
      return <ProfilePage />;
    case 'scan':
      return <ScanPage />;
    case 'decode':
      return <DecodePage />;
    case 'name':
      return <NamePage />;
    case 'try':
      return <TryPage />;
    case 'save':
      return <SavePage />;
    default:
      return <Choose />;
  }
}
