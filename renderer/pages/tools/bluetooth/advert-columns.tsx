import type { ReactNode } from 'react';
import type { AdvertView } from '../../../../core/contract/field-views.ts';
import type { Column } from '../../../components/DataTable.tsx';
import { Ago } from '../../../components/Notices.tsx';
import { Sparkline } from '../../../components/Sparkline.tsx';
import { href } from '../../../hooks/use-route.ts';
import { bluetooth as text } from '../../../text/bluetooth.ts';
import { formatRate } from '../../../text/format.ts';
import { advertName, formatWords, saysWords } from './advert-words.ts';

function Name(props: { advert: AdvertView }): ReactNode {
  const { advert } = props;
  return (
    <a className="row-link tool-name clip" href={href('tools', 'bluetooth', advert.id)}>
      {advert.name === '' ? (
        <>
          <span className="muted">{text.unnamed}</span>
          <span className="visually-hidden">, {advert.id}</span>
        </>
      ) : (
        advert.name
      )}
    </a>
  );
}

function Signal(props: { advert: AdvertView }): ReactNode {
  const { advert } = props;
  return (
    <span className="signal">
      <span className="num signal-now">{advert.rssi === null ? text.noSignal : text.dbm(advert.rssi)}</span>
      <Sparkline values={advert.trend} label={text.trend(advertName(advert))} />
    </span>
  );
}

function Used(props: { advert: AdvertView }): ReactNode {
  const { advert } = props;
  const marks = [advert.connected ? text.connected : '', advert.paired ? text.paired : ''].filter((mark) => mark !== '');
  return (
    <>
      <p className={advert.device === null ? 'clip muted' : 'clip'}>{advert.device ?? text.notUsed}</p>
      {marks.length > 0 && <p className="small muted clip">{marks.join(', ')}</p>}
    </>
  );
}

export const ADVERT_COLUMNS: readonly Column<AdvertView>[] = [
  {
    id: 'name',
    head: text.columns.name,
    width: 'minmax(170px, 1.3fr)',
    cell: (advert) => (
      <>
        <Name advert={advert} />
        <p className="small muted mono clip">{advert.id}</p>
      </>
    ),
  },
  {
    id: 'says',
    head: text.columns.says,
    width: 'minmax(180px, 2fr)',
    cell: (advert) => (
      <>
        <p className="num clip">{saysWords(advert)}</p>
        <p className="small muted clip">{formatWords(advert)}</p>
      </>
    ),
  },
  { id: 'signal', head: text.columns.signal, width: '210px', cell: (advert) => <Signal advert={advert} /> },
  {
    id: 'heard',
    head: text.columns.heard,
    width: '100px',
    align: 'end',
    cell: (advert) => (
      <span className="small">
        <Ago at={advert.lastAt} />
        <br />
        <span className="muted">{text.perS(formatRate(advert.perS))}</span>
      </span>
    ),
  },
  { id: 'used', head: text.columns.used, width: 'minmax(100px, 1fr)', cell: (advert) => <Used advert={advert} /> },
];

/** A device on a phone. */
export const advertCard = (advert: AdvertView): ReactNode => (
  <div className="card-lines">
    <div className="row">
      <span className="grow clip">
        <Name advert={advert} />
      </span>
      <span className="advert-card-signal">
        <Signal advert={advert} />
      </span>
    </div>
    <p className="small num clip">
      {[saysWords(advert), advert.format].filter((part) => part !== '').join(' – ') || formatWords(advert)}
    </p>
    <p className="small muted clip">
      <span className="mono">{advert.id}</span>
      {advert.device !== null && `, ${advert.device}`}
    </p>
  </div>
);
