import Barcode from 'lucide-react/icons/barcode';
import BookOpen from 'lucide-react/icons/book-open';
import Cable from 'lucide-react/icons/cable';
import Car from 'lucide-react/icons/car';
import EthernetPort from 'lucide-react/icons/ethernet-port';
import FlaskConical from 'lucide-react/icons/flask-conical';
import Network from 'lucide-react/icons/network';
import Printer from 'lucide-react/icons/printer';
import Satellite from 'lucide-react/icons/satellite';
import Scale from 'lucide-react/icons/scale';
import type { ReactNode } from 'react';
import { href } from '../../../hooks/use-route.ts';
import { kinds as text } from '../../../text/add-device.ts';
import { KINDS, type Kind, START } from './kind-drafts.ts';
import { useAdding } from './use-adding.ts';

const ICONS: Readonly<Record<Kind, typeof Cable>> = {
  serial: Cable,
  tcp: Network,
  server: EthernetPort,
  nmea: Satellite,
  scanner: Barcode,
  scale: Scale,
  obd: Car,
  printer: Printer,
  simulated: FlaskConical,
};

function KindLink(props: { to: string; title: string; body: string; Icon: typeof Cable; onGo?: () => void }): ReactNode {
  const { Icon } = props;
  return (
    <li>
      <a className="kind" href={props.to} onClick={props.onGo}>
        <Icon size={22} aria-hidden="true" />
        <span>
          <span className="kind-title">{props.title}</span>
          <span className="small muted">{props.body}</span>
        </span>
      </a>
    </li>
  );
}

/** What a device can be, for those that do not show up by themselves. */
export function KindList(): ReactNode {
  const { book, where, profile } = useAdding();
  /** Another device than the one that was begun, which must not get its template or values; the same kind goes on where it was. */
  const begin = (kind: Kind): void => {
    if (where !== kind || profile !== null) book.begin({});
  };
  return (
    <section className="sheet" aria-label={text.title}>
      <header className="sheet-head">
        <h2>{text.title}</h2>
      </header>
      <ul className="kinds">
        <KindLink to={href('devices', 'add', 'profile')} title={text.profile} body={text.profileBody} Icon={BookOpen} />
        {KINDS.map((kind) => (
          <KindLink
            key={kind}
            to={href('devices', 'add', 'where', kind)}
            title={START[kind].title}
            body={START[kind].body}
            Icon={ICONS[kind]}
            onGo={() => begin(kind)}
          />
        ))}
      </ul>
      <p className="small muted kinds-others">{text.others}</p>
    </section>
  );
}
